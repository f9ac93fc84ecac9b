"""A device of a circuit: the line that puts its module on nodes, with the values that are not those of the module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.rewrite import Definition
from neurodyn.errors import InputError
from neurodyn.exports.devices import Device
from neurodyn.exports.expressions import written
from neurodyn.exports.verilog_a.drawing import Drawing
from neurodyn.exports.verilog_a.module import Module
from neurodyn.exports.verilog_a.parameters import DEFAULT
from neurodyn.model.circuits import GROUND


@dataclass(eq=False)
class Instance:
    """A device in the module of its circuit.

    Attributes:
        own, module: the module of the device.
        circuit: that of the circuit.
        nets: the net of each input that a wire drives.
    """

    device: Device
    own: Drawing
    module: Module
    circuit: Drawing
    nets: dict[str, str] = field(default_factory=dict)

    def ask(self) -> None:
        """Have the values that are expressions written, and the wires to inputs."""
        symbols, writing = self.circuit.symbols, self.circuit.writing
        model = symbols.system.model
        for name in self.device.model.parameters:
            full = self.device.own(name)
            if full in model.inputs:
                raise InputError(
                    f"{full} varies in the run, and a parameter of Verilog-A stands still.",
                    code="not-exported",
                    remedy="Give it a number, or make it an input of a device of your own.",
                )
            expr = symbols.default(full, model.parameters[full])
            if expr is not None:
                writing.ask(DEFAULT + full, Definition((), expr))
        for name in self.device.model.inputs:
            full = self.device.own(name)
            if full in model.definitions:
                self.nets[full] = self.circuit.nodes.inner_net(full)
                writing.ask(full, model.definitions[full])

    def wires(self) -> Iterator[tuple[str, str]]:
        """What drives the inputs that are wired."""
        yield from ((f"V({net})", self.circuit.writing.texts[full][0]) for full, net in self.nets.items())

    def line(self, start: Mapping[str, NDArray[np.float64]]) -> str:
        """The module, the values that differ from its own, the name and the nets."""
        values = ", ".join(f".{name}({text})" for name, text in self._values(start))
        nodes, device = self.circuit.nodes, self.device
        nets = [nodes.ground if node == GROUND else nodes.on[node] for node in device.pins.values()]
        for name in device.model.inputs:
            full = device.own(name)
            nets.append(self.nets.get(full) or nodes.on[full])
        label = nodes.names.of(device.name)
        return f"{self.own.name} {f'#({values}) ' if values else ''}{label}({', '.join(nets)});"

    def _values(self, start: Mapping[str, NDArray[np.float64]]) -> Iterator[tuple[str, str]]:
        """Parameters and starts of states that are not those of the module."""
        circuit, here = self.circuit.symbols.system, self.own.symbols.system
        read = {parameter.name for parameter in self.module.parameters}
        for name in self.own.symbols.parameters:
            full, theirs = self.device.own(name), self.own.parameters.name(name)
            if theirs not in read:
                continue
            text = self.circuit.writing.texts.get(DEFAULT + full)
            value = float(circuit.values[full])
            if text is not None:
                yield theirs, text[0]
            elif value != float(here.values[name]):
                yield theirs, written(value, True).text
        for name, (parameter,) in self.own.parameters.starts.items():
            value = float(start[self.device.own(name)])
            if value != float(self.own.start[name]):
                yield parameter, written(value, True).text
