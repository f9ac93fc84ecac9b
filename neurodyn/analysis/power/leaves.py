"""The devices of a circuit that are not made of others, with the power into each, by symbols.

The power is the sum of p.v*p.i over the pins of a device. What it stores is its energy, if it declares one, and what it
dissipates is the power less the rate of that energy: rates of potentials cancel in it, or it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from sympy import Expr, S

from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import name_of, names_in, quantity
from neurodyn.calculus.rewrite import Definition, inline, substitute
from neurodyn.calculus.times import Ddt
from neurodyn.model.circuits import current, potential
from neurodyn.model.model import Model
from neurodyn.model.parts import Part
from neurodyn.system.structure import rate_name
from neurodyn.system.system import System


@dataclass(frozen=True, eq=False)
class Leaf:
    """One device, in its own names.

    Attributes:
        name: in the circuit, `cell.R1` where it is inside another.
        model: its declaration.
        values: its parameters as numbers.
    """

    name: str
    model: Model
    values: Mapping[str, Fraction]

    @property
    def definitions(self) -> dict[str, Definition]:
        """What is defined and varies."""
        return {n: d for n, d in self.model.definitions.items() if n not in self.values}

    @property
    def rates(self) -> frozenset[str]:
        """The hidden names of the rates of all that moves."""
        moving = (*self.model.potentials, *self.model.states, *self.model.unknowns, *self.model.inputs)
        return frozenset(map(rate_name, moving))

    @property
    def stored(self) -> Expr:
        """The energy that it stores."""
        return self.whole(quantity(self.model.energy)) if self.model.energy else S.Zero

    @property
    def power(self) -> Expr:
        """The power into it, with other definitions than those of currents by name."""
        return sp.Add(*(self.volts(pin) * self.law(pin) for pin in self.model.pins))

    def volts(self, pin: str) -> Expr:
        """The potential of a pin, as a symbol."""
        return quantity(potential(pin))

    def law(self, pin: str) -> Expr:
        """The current into a pin: currents of other pins, and what holds rates, written out."""
        kept = {
            n for n, d in self.definitions.items() if not d.expr.has(Ddt) and n not in map(current, self.model.pins)
        }
        return self._rates(inline(quantity(current(pin)), self.definitions, frozenset(kept)))

    def whole(self, expr: Expr) -> Expr:
        """An expression down to potentials, states, unknowns, inputs and parameters."""
        return self._rates(inline(expr, self.definitions))

    def dissipated(self) -> Expr:
        """The power less the rate of what is stored, by the constraints of the device; it may hold rates."""
        power = self.power - self._rate(self.stored) if self.model.energy else self.power
        for constraint in self.model.constraints:
            power = self._eliminated(power, self.whole(constraint.expr))
        return sp.expand(power, power_base=False, power_exp=False, log=False)

    def named(self, expr: Expr) -> Expr:
        """The expression in the names of the circuit."""
        return substitute(expr, lambda x: quantity(f"{self.name}.{name_of(x)}"))

    def _rate(self, expr: Expr) -> Expr:
        """The rate of an expression by those of what is in it."""
        moving = names_in(expr) - self.values.keys()
        return sp.Add(*(derivative(expr, quantity(n)) * quantity(rate_name(n)) for n in sorted(moving)))

    def _eliminated(self, power: Expr, constraint: Expr) -> Expr:
        """The power, with a rate (else a potential) put in that a constraint gives."""
        there = sorted(names_in(constraint))
        for name in (*(n for n in there if n in self.rates), *(n for n in there if n in self.model.potentials)):
            symbol = quantity(name)
            factor = sp.diff(constraint, symbol) if constraint.is_polynomial(symbol) else S.Zero
            if factor != 0 and symbol not in factor.free_symbols:
                return power.xreplace({symbol: sp.expand(symbol - constraint / factor)})
        return power

    def _rates(self, expr: Expr) -> Expr:
        return expr.replace(lambda e: isinstance(e, Ddt), lambda e: self._rate(self.whole(e.args[0])))


def leaves(system: System) -> tuple[Leaf, ...]:
    """The devices of a circuit that are not made of others."""
    return tuple(_leaves(system, system.model.parts, ""))


def _leaves(system: System, parts: Mapping[str, Part], prefix: str) -> Iterator[Leaf]:
    for part in parts.values():
        name = prefix + part.name
        if part.model.parts:
            yield from _leaves(system, part.model.parts, f"{name}.")
        elif part.model.pins:
            yield Leaf(name, part.model, _values(system, name, part.model))


def _values(system: System, name: str, model: Model) -> dict[str, Fraction]:
    """The numbers that parameters of a device have, those that equations define among them."""
    currents = set(map(current, model.pins))
    known = {n: system.values.get(f"{name}.{n}") for n in {*model.parameters, *model.definitions} - currents}
    return {n: Fraction(float(v)) for n, v in known.items() if v is not None and not v.ndim}
