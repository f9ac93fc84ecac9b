"""The balance of an energy along a flow, found unasked: each state goes against a gradient of the energy.

For each state x an activation g is looked for (x itself, or a function of x alone) such that

    dE/dx = 0 with g held still,    dx/dt = -c*dE/dg,    c >= 0 (of parameters and time),

and the derivative of g by x is that of a convex function's gradient, or elementwise and not negative. Then

    dE/dt = sum of dE/dg * dg/dt = -sum of c * dE/dg * (dg/dx) dE/dg <= 0

(Krotov and Hopfield 2021, arXiv:2008.06996, equation 6; Cohen and Grossberg 1983 where g is elementwise).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Expr, Idx, S

from neurodyn.analysis.energy.facts import Facts
from neurodyn.analysis.energy.ratio import ratio
from neurodyn.calculus.chain import Chain
from neurodyn.calculus.curvature import Shape
from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import (
    free_letters,
    indices_of,
    name_of,
    names_in,
    quantity,
    references,
    reindex,
    same_range,
)
from neurodyn.calculus.normal import equal
from neurodyn.calculus.rewrite import inline, names_reached
from neurodyn.language.spell import spell
from neurodyn.system.structure import TIME


@dataclass(frozen=True, eq=False)
class Descent:
    """How one state lets the energy fall.

    Attributes:
        activation: g, or the state itself.
        slope: dE/dg at the letters of the state.
        mobility: c, at these letters.
        gain: dg/dx where g is elementwise, at these letters; None where units of a layer mix.
        potential: the convex function whose gradient g is, where units of a layer mix; empty elsewhere.
    """

    state: str
    activation: str
    letters: tuple[Idx, ...]
    slope: Expr
    mobility: Expr
    gain: Expr | None
    potential: str = ""


@dataclass(frozen=True, eq=False)
class Obstacle:
    """Why no descent was found for a state, and how many of the steps of the argument hold."""

    reason: str
    reached: int = 0


class Balance:
    """Looks for the balance of a system's energy."""

    def __init__(self, facts: Facts, energy: str) -> None:
        self._facts, self._energy = facts, energy
        self._structure = facts.system.structure
        self._definitions = self._structure.varying
        moving = {*self._structure.model.variables, *self._structure.model.inputs}
        known = self._structure.definitions  # a factor may go with time
        self._varying = moving | {n for n in self._definitions if not names_reached(n, known).isdisjoint(moving)}

    def of(self, state: str, through: str | None = None) -> Descent | Obstacle:
        """The descent of one state, by a given activation or by any, or what is in the way."""
        obstacles = []
        for activation in self._activations(state) if through is None else (through,):
            found = self._through(state, activation)
            if isinstance(found, Descent):
                return found
            obstacles.append(found)
        return max(obstacles, key=lambda o: o.reached)

    def _activations(self, state: str) -> Iterator[str]:
        """The state's activations that the energy is a function of, and the state itself."""
        model, letters = self._structure.model, self._structure.letters(state)
        free = {*model.variables, *model.inputs, TIME}
        reached = names_reached(self._energy, self._definitions)
        for name in (n for n in model.definitions if n in self._definitions and n in reached):
            own = self._structure.letters(name)
            same = len(own) == len(letters) and all(map(same_range, own, letters))
            if same and own and names_reached(name, self._definitions) & free == {state}:
                yield name
        yield state

    def _through(self, state: str, activation: str) -> Descent | Obstacle:
        at = self._facts.unit(self._structure.letters(state))
        if activation != state and not self._is_stationary(state, activation, at):
            return Obstacle(f"{self._energy} depends on {state} not by {activation} alone")
        flows = self._structure.flows
        flow, slope, mobility = flows[state].at(at) if state in flows else S.Zero, self._named(activation, at), None
        if slope is not None and flow != 0:  # the flow may be written as that derivative
            mobility = ratio(self._facts, -flow, slope, self._varying)
        told = slope
        if mobility is None:
            told = self._slope(activation, at, activation)
            flow, slope = self._whole(flow), self._whole(told)
            mobility = S.Zero if S.Zero in (slope, flow) else ratio(self._facts, -flow, slope, self._varying)
        if mobility is None:
            return Obstacle(f"d{state}/dt is no multiple of -d{self._energy}/d{activation}", 1)
        ranges = self._facts.ranges
        if not (ranges.is_nonnegative(mobility) and ranges.is_finite(mobility)):
            factor = self._factor(Descent(state, activation, at, slope, mobility, None))
            return Obstacle(f"{factor} is not shown to be >= 0", 2)
        return self._judged(Descent(state, activation, at, told or slope, mobility, None))

    def _named(self, below: str, at: tuple[Idx, ...]) -> Expr | None:
        """dE/d below by its name, if the model's equations speak of it."""
        known = f"d{self._energy}/d{below}" in self._structure.definitions
        return quantity(f"d{self._energy}/d{below}", at) if known else None

    def _slope(self, below: str, at: tuple[Idx, ...], held: str) -> Expr:
        """dE/d below with an activation held still, in terms of states, that activation and parameters."""
        return self._facts.once(("slope", self._energy, below, at, held), lambda: self._derived(below, at, held))

    def _derived(self, below: str, at: tuple[Idx, ...], held: str) -> Expr:
        known = self._structure.definitions
        kept = {n: d for n, d in known.items() if n != held}
        letters = {n: self._structure.letters(n) for n in (*self._structure.model.names.quantities, *kept)}
        chain = Chain(kept, letters, lambda name: None)
        found = chain.partial(quantity(self._energy), quantity(below, at))
        return inline(found, {n: d for n, d in chain.definitions.items() if n in self._definitions or n not in known})

    def _whole(self, expr: Expr) -> Expr:
        return self._facts.once(("whole", expr), lambda: inline(expr, self._definitions))

    def _is_stationary(self, state: str, activation: str, at: tuple[Idx, ...]) -> bool:
        rest = self._whole(self._slope(state, at, activation))
        return self._facts.equal(rest, S.Zero)

    def _factor(self, base: Descent) -> str:
        """The factor of a descent, in words."""
        own = dict(zip(base.letters, self._structure.letters(base.state), strict=True))
        letters = {n: s.letters for n, s in self._structure.model.indices.items()}
        factor = spell(reindex(base.mobility, own), letters)
        return f"the factor {factor} between d{base.state}/dt and -d{self._energy}/d{base.activation}"

    def _judged(self, base: Descent) -> Descent | Obstacle:
        """A descent whose activation is shown to go along with the state, or why it is not."""
        if base.activation == base.state:
            return replace(base, gain=S.One)
        expr = self._whole(self._definitions[base.activation].at(base.letters))
        places = [indices_of(r) for r in references(expr) if name_of(r) == base.state]
        if any(p != base.letters for p in places):
            return self._mixing(base, places)
        gain = derivative(expr, quantity(base.state, base.letters))
        if not self._facts.ranges.is_nonnegative(gain):
            return Obstacle(f"{base.activation} is not shown to grow with {base.state}", 3)
        # The slope of v = tanh(x) is 1 - v**2.
        folded = gain if expr.is_number else gain.xreplace({expr: quantity(base.activation, base.letters)})
        return replace(base, gain=folded)

    def _mixing(self, base: Descent, places: list[tuple[Expr, ...]]) -> Descent | Obstacle:
        """Where units of a layer mix: the activation must be the gradient of a convex function."""
        state, activation = base.state, base.activation
        apart = {x for k, x in enumerate(base.letters) if all(p[k] == x for p in places)}
        if free_letters(base.mobility) - apart:
            return Obstacle(f"{self._factor(base)} differs between units that {activation} mixes", 3)
        found = ""
        for name in self._structure.model.definitions:  # one after the other: the gradient of a large one takes long
            if self._is_potential(name, base):
                found, whole = found or name, self._whole(self._definitions[name].expr)
                if Shape(frozenset([state]), self._facts.ranges).of(whole).is_convex:
                    return replace(base, potential=name)
                break  # any other differs from it by a constant
        if not found:
            return Obstacle(f"{activation} mixes units, and no definition is a function whose gradient it is", 3)
        return Obstacle(f"{found}, whose gradient {activation} is, is not shown to be convex", 4)

    def _is_potential(self, name: str, base: Descent) -> bool:
        """Whether a definition is a function of the state alone, and an activation its gradient."""
        definition = self._definitions.get(name)
        if definition is None or definition.letters or base.state not in names_reached(name, self._definitions):
            return False
        whole = self._whole(definition.expr)
        free = names_in(whole) & {*self._structure.model.variables, *self._structure.model.inputs, TIME}
        activation = self._whole(self._definitions[base.activation].at(base.letters))
        slope = derivative(whole, quantity(base.state, base.letters))
        if free != {base.state}:
            return False
        return self._facts.once(("gradient", slope, activation), lambda: equal(slope, activation))
