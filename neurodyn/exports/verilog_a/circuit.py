"""A system as modules of Verilog-A.

A device becomes a module with its pins as ports; a circuit a module that instantiates those of its devices; a model
without devices a module whose states are the voltages of nodes. In each, inputs are ports that others drive, and the
equations are ours, by the names of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.begin import starts
from neurodyn.calculus.rewrite import names_reached
from neurodyn.exports.check import check
from neurodyn.exports.devices import Device, devices_of
from neurodyn.exports.rates import Equations
from neurodyn.exports.verilog_a.drawing import Drawing
from neurodyn.exports.verilog_a.functions import NAME
from neurodyn.exports.verilog_a.instance import Instance
from neurodyn.exports.verilog_a.module import Module
from neurodyn.exports.verilog_a.names import ELEMENTS, RESERVED, Identifiers
from neurodyn.exports.verilog_a.source import VerilogA
from neurodyn.exports.verilog_a.symbols import Symbols
from neurodyn.model.circuits import potential
from neurodyn.model.library import load
from neurodyn.model.model import Model
from neurodyn.system.alone import alone
from neurodyn.system.build import build
from neurodyn.system.system import System

Start = Mapping[str, NDArray[np.float64]]


def to_verilog_a(system: System | Model | str, *, start: Mapping[str, Any] | None = None) -> VerilogA:
    """Modules of Verilog-A, for circuit simulators that compile it.

    Args:
        system: a device, a circuit, or a small model of states with flows; a model is built first.
        start: states by name, the others as the model says.

    Raises:
        InputError: for what has no form there: maps, noise, delays, events, clipped states, large systems, functions
            that Verilog-A does not have.
    """
    own = _built(system)
    check(own, NAME)
    modules = Modules()
    top = modules.of(own, own.model.name, _starts(own, start), tuple(devices_of(own.model)))
    return VerilogA(own, [*(module for _, _, module in modules.made), top], tuple(modules.notes))


def _built(system: System | Model | str) -> System:
    """A system with its constraints; a device by itself."""
    model = load(system) if isinstance(system, str) else system
    if isinstance(model, Model):
        return alone(model) if model.pins else build(model).constrained
    return model.constrained


def _starts(system: System, start: Mapping[str, Any] | None) -> dict[str, NDArray[np.float64]]:
    """States and unknowns at the start."""
    if system.model.pins:
        flat = system.start(start)
    else:
        t0 = system.time("from", system.model.bench.get("from", 0.0))
        flat = starts(system, None, start, system.signals, t0, None, system.seed)
    return {name: np.asarray(value) for name, value in system.layout.unpack(flat).items()}


@dataclass(eq=False)
class Modules:
    """The modules of devices so far, each with a name that no other has.

    Attributes:
        made: what they are of, how they were drawn, and the modules.
        notes: what is to be told.
    """

    made: list[tuple[Model, Drawing, Module]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    names: Identifiers = field(default_factory=lambda: Identifiers(set(RESERVED | ELEMENTS)))

    def of(self, system: System, name: str, start: Start, devices: tuple[Device, ...]) -> Module:
        """The module of a system, after those of its devices."""
        known = [self._device(device.model) for device in devices]
        symbols = Symbols(system, Equations(system), devices)
        drawing = Drawing(symbols, self.names.of(name), start, self._observed(symbols))
        instances = [Instance(d, own, module, drawing) for d, (own, module) in zip(devices, known, strict=True)]
        for instance in instances:
            instance.ask()
        drawing.writing.write()
        self._tell(symbols, start)
        wires = [wire for instance in instances for wire in instance.wires()]
        return drawing.module(system.model.summary, [i.line(start) for i in instances], wires)

    def _device(self, model: Model) -> tuple[Drawing, Module]:
        """The module of a device, which those of the same equations share."""
        for other, drawing, module in self.made:
            if other == model:
                return drawing, module
        system = alone(model)
        drawing = Drawing(Symbols(system, Equations(system)), self.names.of(model.name), _starts(system, None))
        drawing.writing.write()
        module = drawing.module(model.summary)
        self.made.append((model, drawing, module))
        return drawing, module

    def _observed(self, symbols: Symbols) -> list[str]:
        """The observables that the bench records and that the module can see."""
        system, found = symbols.system, []
        inner = {name for name in system.layout.names if symbols.owned(name)}
        for name in map(str, system.model.bench.get("record", ())):
            if name not in system.model.names.quantities or system.role(name) not in ("observable", "energy"):
                continue
            hidden = sorted(inner & names_reached(name, system.structure.definitions))
            if hidden:
                self.notes.append(f"{name} reads {hidden[0]}, which lies inside a module, and is left out")
            else:
                found.append(name)
        return found

    def _tell(self, symbols: Symbols, start: Start) -> None:
        """What drives the inputs in the bench, which values are numbers, and where a circuit starts."""
        model = symbols.system.model
        for name, declared in model.inputs.items() if symbols.system.signals else ():
            self.notes.append(f"in the bench, {name} is {declared.value}")
        fixed = sorted(symbols.fixed & model.parameters.keys())
        if fixed:
            self.notes.append(f"written as numbers, for they are arrays or arrays follow from them: {', '.join(fixed)}")
        nodes = [n for d in symbols.devices for n in d.pins.values() if potential(n) in start]
        if nodes and not model.pins:
            told = ", ".join(f"V({n}) = {float(start[potential(n)]):.6g}" for n in dict.fromkeys(nodes))
            self.notes.append(f"our run starts with {told}; a simulator that is not told begins at its operating point")
