"""What the equations of one module read, and how each name is written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sympy import Expr

from neurodyn.calculus.rewrite import Definition
from neurodyn.exports.devices import Device
from neurodyn.exports.rates import Equations
from neurodyn.model.circuits import current, potential
from neurodyn.model.declarations import Declaration, value_source
from neurodyn.system.structure import TIME
from neurodyn.system.system import System
from neurodyn.system.values import Values


@dataclass(eq=False)
class Symbols:
    """Which names of a system are what in its module.

    Attributes:
        devices: the parts that have modules of their own; nothing of theirs is a parameter or state here.
    """

    system: System
    equations: Equations
    devices: tuple[Device, ...] = ()

    def owned(self, name: str) -> bool:
        """Whether a name belongs to a device of the circuit."""
        return any(name.startswith(f"{device.name}.") for device in self.devices)

    def default(self, name: str, declared: Declaration) -> Expr | None:
        """The expression of parameters that a value or start is, where it is one; None for numbers and draws."""
        value, source = self.system.given.get(name, declared.value), declared.source
        if not isinstance(value, str) or declared.letters or name in self.system.given:
            return None
        expr, draws = self._bound.read(name, value_source(source, value), ())
        return None if draws or not expr.free_symbols else expr

    @cached_property
    def _bound(self) -> Values:
        return self.system.bound()

    @cached_property
    def fixed(self) -> frozenset[str]:
        """Values that are written as numbers: arrays, and what they follow from or what follows from them."""
        values, derived = self.system.values, self.system.structure.derived
        reads = {name: self._bound.reads(name) for name in values}
        found = {name for name in values if np.ndim(values[name])}
        while more := {n for n in derived if n not in found and not found.isdisjoint(reads[n])}:
            found |= more
        waiting = list(found)
        while waiting:
            new = (reads[waiting.pop()] & values.keys()) - found
            found |= new
            waiting += new
        return frozenset(found)

    @cached_property
    def parameters(self) -> dict[str, Declaration]:
        """The parameters of the module, by our names."""
        return {n: d for n, d in self.system.model.parameters.items() if n not in self.fixed and not self.owned(n)}

    @cached_property
    def variables(self) -> dict[str, tuple[int, ...]]:
        """The shape of what equations read as it is: states, unknowns, inputs, potentials and parameters."""
        layout = self.system.layout
        known = dict(zip(layout.names, layout.shapes, strict=True))
        inputs = {name: self.shape_of(name) for name in self.system.model.inputs}
        return known | inputs | dict.fromkeys(self.parameters, ())

    def shape_of(self, name: str) -> tuple[int, ...]:
        """The shape of any quantity."""
        return self._bound.shape(self.system.structure.letters(name), self.system.model.source_of(name))

    @cached_property
    def constant(self) -> frozenset[str]:
        """The values that are written as numbers, those of devices included."""
        own = self.system.model.parameters
        return self.fixed | {n for n, d in own.items() if self.owned(n) and self.default(n, d) is None}

    @cached_property
    def wires(self) -> frozenset[str]:
        """Potentials and currents of pins: read through, and never given a variable."""
        pins = {*self.system.model.pins, *(d.own(p) for d in self.devices for p in d.model.pins)}
        nodes = {node for d in self.devices for node in d.pins.values()}
        return frozenset(name(at) for at in pins | nodes for name in (potential, current))

    def definition(self, name: str) -> Definition | None:
        """What a name stands for, where it is no variable, number, or the time."""
        model = self.system.model
        if name in self.variables or name in self.constant or name == TIME:
            return None
        if name in self.equations.rates:
            return Definition((), self.equations.resolved(self.equations.rates[name]))
        if name in model.definitions:
            told = model.definitions[name]
            return Definition(told.letters, self.equations.resolved(told.expr))
        if name in model.parameters:
            expr = self.default(name, model.parameters[name])
            assert expr is not None
            return Definition((), expr)
        return self.system.structure.chain.definitions[name]

    def is_named(self, name: str, definition: Definition) -> bool:
        """Whether a definition becomes a variable of the module, rather than being written where it is read."""
        single = not definition.letters and (name in self.equations.rates or name in self.system.model.definitions)
        return single and name not in self.wires and not self.owned(name)


def elements(name: str, shape: tuple[int, ...]) -> list[str]:
    """The name of each number of a quantity, such as `x[3]`."""
    places = (np.unravel_index(k, shape) for k in range(math.prod(shape)))
    return [f"{name}[{','.join(str(int(j)) for j in at)}]" if shape else name for at in places]
