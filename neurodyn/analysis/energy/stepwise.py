"""Why an energy does not rise in the steps of a map.

Three arguments are tried.

Two values. If each update of a unit sets S[k] = sign(h), where h is a positive multiple of E at S[k] = -1 less E at
S[k] = 1, it takes the lower of the two energies (Hopfield 1982; Krotov and Hopfield 2016).

All signs at once. If E is concave, and each unit takes the sign of minus its slope, then no tangent of E rises along
the step, and E lies below its tangents.

A tangent from above. If E = A + B with B concave in the state v, then E(w) <= A(w) + B(v) + grad B(v).(w - v). With a
step w that is a multiple of -grad B(v), the difference to E(v) can be written out (Yuille and Rangarajan 2003). So it
can with a step w = v + c grad E(v), for then grad B(v) = (w - v)/c - grad A(v).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sympy import Add, And, Basic, Eq, Expr, Idx, S

from neurodyn.analysis.energy.facts import Facts
from neurodyn.analysis.energy.ratio import ratio
from neurodyn.analysis.energy.words import Words
from neurodyn.calculus.curvature import Shape
from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import Reference, indices_of, name_of, names_in, quantity, reindex
from neurodyn.calculus.nodes import Sign, Where
from neurodyn.calculus.normal import normal
from neurodyn.calculus.reductions import Sum
from neurodyn.calculus.rewrite import Definition, inline, substitute, transform
from neurodyn.calculus.times import Lag, Next
from neurodyn.system.structure import TIME

NEW = "new {}"
ONES = "every {state} is -1 or 1, as it starts"


@dataclass(frozen=True, eq=False)
class Step:
    """Why a step does not raise the energy.

    Attributes:
        bound: an upper bound of the change, in terms of the state and of its new value `new x`; None where the new
            energy is the lower one of two.
        steps: the argument, as lines of text.
    """

    reason: str
    assumptions: tuple[str, ...] = ()
    bound: Expr | None = None
    steps: tuple[str, ...] = ()


class Steps:
    """Looks for the argument for one energy of a map with one state."""

    def __init__(self, facts: Facts, energy: str) -> None:
        self._facts, structure = facts, facts.system.structure
        self._model, own = structure.model, structure.model.definitions
        self._varying = structure.dynamic | {*self._model.states, *self._model.inputs, *self._model.noise, TIME}
        self._known = {n: structure.definitions[n] for n in own if n in structure.dynamic}
        self._name, self._energy = energy, inline(quantity(energy), self._known)

    def of(self) -> Step | str:
        """The argument, or what is in the way."""
        if len(self._model.maps) != 1:
            return "several states change in a step"
        (state, equation), *_ = self._model.maps.items()
        if not self._free <= {state}:
            return "the energy speaks of more than the state"
        step = Definition(equation.letters, self._resolved(equation.expr))
        if step.expr.has(Next, Lag):
            return "the map speaks of values at other times"
        if self._model.states[state].clip:
            return f"{state} is kept within bounds"
        return self._two_values(state, step) if isinstance(step.expr, Sign) else self._tangent(state, step)

    def _resolved(self, expr: Expr) -> Expr:
        """An expression of states and parameters, with derivatives taken."""
        chain = self._facts.system.structure.chain
        resolved: Expr = inline(chain.resolve(expr), chain.definitions, self._fixed)
        return resolved

    @property
    def _fixed(self) -> frozenset[str]:
        """Parameters that equations define: they keep their names."""
        return frozenset(self._facts.system.structure.derived)

    @property
    def _free(self) -> set[str]:
        structure, model = self._facts.system.structure, self._model
        return set(names_in(self._energy) & {*model.states, *model.inputs, *model.noise, *structure.pasts, TIME})

    # --- two values -----------------------------------------------------------------------------------------------

    def _two_values(self, state: str, step: Definition) -> Step | str:
        if not (np.abs(self._facts.system.start()) == 1).all():
            return f"{state} starts at other values than -1 and 1"
        at = self._facts.unit(step.letters)
        sign = step.at(at)
        if not self._keeps(sign, quantity(state, at)):
            return f"where the argument of the sign is 0, {state} may become another number than -1 or 1"
        if self._model.update != "asynchronous":
            return self._all_at_once(state, at, sign)
        above = self._with(state, at, S.NegativeOne) - self._with(state, at, S.One)
        factor, ones = ratio(self._facts, sign.args[0], above, self._varying), ONES.format(state=state)
        formulas: tuple[str, ...] = ()
        if factor is None:  # it may lie in how the weights are made, such as no weight of a unit to itself
            symmetry = self._facts.symmetry
            argument, above = (inline(side, symmetry.derived) for side in (sign.args[0], above))
            factor = ratio(self._facts, argument, above, self._varying)
            formulas = tuple(symmetry.formula_of(n) for n in sorted(names_in(sign.args[0]) & symmetry.derived.keys()))
        if factor is None or not self._is_sure(factor):
            return (
                "the argument of the sign is no multiple of the difference that the unit makes to the energy, with a "
                "positive factor that is the same in all states"
            )
        reason = "an update takes the lower energy of its two (Hopfield 1982; Krotov and Hopfield 2016)"
        return Step(reason, (*formulas, ones), steps=self._lower_of_two(state, at, sign, factor))

    def _lower_of_two(self, state: str, at: tuple[Idx, ...], sign: Expr, factor: Expr) -> tuple[str, ...]:
        """Why an update takes the lower of two energies, as lines of text."""
        say, energy = Words(self._facts.system, state, at), self._name
        x = say.named(state)
        return (
            f"{say.of(Next(quantity(state, at)))} = {say.of(sign)}; write h for {say.of(sign.args[0])}",
            f"{energy} with {x} = -1, less {energy} with {x} = 1, is ({say.of(1 / factor)})*h, of the sign of h",
            f"so where {x} changes, {energy} with its new value is no higher",
        )

    @staticmethod
    def _keeps(sign: Expr, old: Expr) -> bool:
        """Whether what the sign is at 0 is -1 or 1."""
        return len(sign.args) == 2 and sign.args[1] in (old, S.One, S.NegativeOne)

    def _is_sure(self, factor: Expr | None) -> bool:
        """Whether a factor is found, and is shown to be positive."""
        ranges = self._facts.ranges
        return factor is not None and ranges.of(factor).is_positive and ranges.is_finite(factor)

    def _all_at_once(self, state: str, at: tuple[Idx, ...], sign: Expr) -> Step | str:
        """E concave and S(t+1) = sign(-dE/dS): no tangent of E rises along the step."""
        if not Shape(frozenset([state]), self._facts.ranges).of(self._energy).is_concave:
            return "all units change at once, and the energy is not shown to be concave"
        slope = derivative(self._energy, quantity(state, at))
        factor = ratio(self._facts, sign.args[0], -slope, self._varying)
        if factor is None or not self._is_sure(factor):
            return "the argument of the sign is no positive multiple of minus the gradient of the energy"
        reason = "the energy is concave, and each sign goes against its gradient"
        return Step(reason, (ONES.format(state=state),), steps=self._below_tangents(state, at, sign, factor))

    def _below_tangents(self, state: str, at: tuple[Idx, ...], sign: Expr, factor: Expr) -> tuple[str, ...]:
        """Why a step of all units does not raise a concave energy, as lines of text."""
        say, energy = Words(self._facts.system, state, at), self._name
        x, new = say.named(state), say.of(Next(quantity(state, at)))
        rise = say.summed(f"d{energy}/d{x}*({new} - {x})")
        return (
            f"{new} = {say.of(sign)}; write h for {say.of(sign.args[0])}: d{energy}/d{x} = -({say.of(1 / factor)})*h",
            f"{energy} is concave in {state}, so it lies below its tangents: {energy}(t+1) - {energy} <= {rise}",
            f"in which each term is <= 0, for where {new} differs from {x} it has the sign of h",
        )

    def _with(self, state: str, at: tuple[Expr, ...], value: Expr) -> Expr:
        """The energy with one unit at a value."""

        def put(reference: Reference) -> Expr | None:
            if name_of(reference) != state:
                return None
            here = [Eq(a, b) for a, b in zip(indices_of(reference), at, strict=True)]
            return Where(And(*here), value, reference) if here else value

        found: Expr = substitute(self._energy, put)
        return found

    # --- a tangent from above -------------------------------------------------------------------------------------

    def _tangent(self, state: str, step: Definition) -> Step | str:
        if self._model.update == "asynchronous":
            return "one unit after the other is updated"
        shape = Shape(frozenset([state]), self._facts.ranges)
        terms = Add.make_args(self._energy)
        concave = Add(*(t for t in terms if shape.of(t).is_concave and not shape.of(t).is_affine))
        at = self._facts.unit(step.letters)
        slope = derivative(concave, quantity(state, at))
        rest, new, old = self._energy - concave, quantity(NEW.format(state), at), quantity(state, at)
        if slope == 0:
            return "no part of the energy is shown to be concave"
        factor = ratio(self._facts, step.at(at), slope, self._varying)
        if self._counts(factor):
            return self._above(state, at, rest, new / factor)
        other = derivative(rest, old)
        factor = ratio(self._facts, step.at(at) - old, slope + other, self._varying)
        if not self._counts(factor):
            return "a step is no multiple of the gradient of the energy, nor of that of its concave part"
        return self._above(state, at, rest, (new - old) / factor - other)

    def _counts(self, factor: Expr | None) -> bool:
        ranges = self._facts.ranges
        return factor is not None and ranges.of(factor).has_no_zero and ranges.is_finite(factor)

    def _above(self, state: str, at: tuple[Idx, ...], rest: Expr, slope: Expr) -> Step:
        """The bound by a tangent with this slope, above the concave part of the energy."""
        moved = substitute(rest, lambda r: quantity(NEW.format(state), indices_of(r)) if name_of(r) == state else None)
        tangent = slope * (quantity(NEW.format(state), at) - quantity(state, at))
        summed = Sum(tangent, S.true, at) if at else tangent
        return Step("a tangent bounds the concave part from above", bound=moved - rest + summed)

    def reaches(self, step: Step, limit: Expr) -> bool:
        """Whether the change of the energy is shown to be at most a limit, in terms of the state and `x(t+1)`."""
        ((state, equation),) = self._model.maps.items()

        def change(node: Basic) -> Basic:
            moved = isinstance(node, Next) and name_of(node.args[0]) == state
            return quantity(NEW.format(state), indices_of(node.args[0])) if moved else node

        if step.bound is None:
            return bool(limit == 0)
        over = step.bound - self._resolved(transform(limit, change))
        if self._facts.equal(over, S.Zero) or self._is_minus_squares(state, over):
            return True
        made = Definition(equation.letters, self._resolved(equation.expr))
        name = NEW.format(state)
        put = substitute(over, lambda r: made.at(indices_of(r)) if name_of(r) == name else None)
        return self._facts.equal(put, S.Zero)

    def _is_minus_squares(self, state: str, over: Expr) -> bool:
        """Whether an expression is minus a multiple of the squared step."""
        letters, new = self._facts.system.structure.letters(state), NEW.format(state)
        at, other = self._facts.unit(letters), self._facts.unit(letters, 1)
        bend = derivative(derivative(over, quantity(new, at)), quantity(new, other))
        factor = normal(reindex(bend, dict(zip(other, at, strict=True)))) / 2
        squares = (quantity(new, at) - quantity(state, at)) ** 2
        whole = factor * (Sum(squares, S.true, at) if at else squares)
        return self._facts.ranges.of(factor).is_nonpositive and self._facts.equal(over, whole)
