"""What methods make of the states of a host in one step, as Brian2's abstract code: all stages of all states in turn.

Brian2 has methods of its own; these say the same, and beside that which value of a state each part of an equation
reads, so that functions of whole groups can be handed the values of a stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from sympy import Expr

from neurodyn.backends.brian2.exact import Exact
from neurodyn.backends.brian2.groups import Groups, spoken
from neurodyn.backends.brian2.units import STEP, TIME, Group, Host
from neurodyn.backends.fixed_choice import EXACT, EXPONENTIAL, Methods
from neurodyn.backends.outcome import LEAP as FARTHEST
from neurodyn.calculus.letters import Reference, quantity, reindex
from neurodyn.calculus.reductions import Reduction
from neurodyn.system.affine import beyond_units, own_slope, own_slopes

# The length of a step, as a number.
STEP_LENGTH = "step_2"
# The kind of name of what notes a step that is too long: its number, counted from 1.
LEAP = "leap"
# And of what keeps a state as it was one step before.
BEFORE = "before"
NOTHING = "nothing_0"
State = Callable[[str], str]


class Coupling(Protocol):
    """How equations of units read others.

    In each, `state` gives the text of a state at its own units, and `time` is that of time.
    """

    def reduction(self, part: Reduction, group: Group, state: State, time: str) -> str:
        """The text of a reduction over units."""

    def other(self, reference: Reference, group: Group, state: State, time: str) -> str:
        """The text of a state or input of another unit."""


@dataclass(frozen=True)
class Tableau:
    """A Runge-Kutta method.

    Attributes:
        order: of accuracy.
        parts: at which part of the step each stage reads the flow.
        before: what each stage adds of those before it.
        weights: what the step adds of all stages.
    """

    order: int
    parts: tuple[float, ...]
    before: tuple[Mapping[int, float], ...]
    weights: tuple[float, ...]


TABLEAUS = {
    "rk4": Tableau(4, (0, 0.5, 0.5, 1), ({}, {0: 0.5}, {1: 0.5}, {2: 1}), (1 / 6, 1 / 3, 1 / 3, 1 / 6)),
    "rk2": Tableau(2, (0, 0.5), ({}, {0: 0.5}), (0, 1)),
    "euler": Tableau(1, (0,), ({},), (1,)),
}
# Of order of accuracy: that of a flow without inputs that bend.
ORDERS = {EXACT: 9, EXPONENTIAL: 1, **{name: tableau.order for name, tableau in TABLEAUS.items()}}
METHODS = Methods(
    "brian2",
    tuple(ORDERS),
    {
        EXACT: (beyond_units, "in the states of its own unit alone, with slopes that do not vary"),
        EXPONENTIAL: (own_slopes, "in itself"),
    },
)


@dataclass(frozen=True, eq=False)
class Updates:
    """The flows of a network as steps.

    Attributes:
        held: by state, the variable that says from which step on it is not held.
        watched: states with a note on the first step that was too long.
    """

    groups: Groups
    coupling: Coupling
    held: Mapping[str, str]
    watched: set[str] = field(default_factory=set)

    def equation(self, state: str) -> str:
        """The rate of a state as one expression."""
        return Stage(self, 0, {}, 0, inline=True).rate(state)

    def code(self, host: Host, method: str) -> str:
        """A step of all states of a host."""
        flows = self.groups.context.system.structure.flows
        states = [n for n, flow in flows.items() if flow.expr != 0 and self.groups.of(n) in host.members]
        if method == EXACT:
            lines = [line for group in host.members for line in self._exact(group, states)]
        else:
            lines = [*(self._exponential(states) if method == EXPONENTIAL else self._stages(states, TABLEAUS[method]))]
        return "\n".join([*(line for group in host.members for line in group.first), *lines])

    def _exact(self, group: Group, states: Sequence[str]) -> Iterator[str]:
        own, layout = [n for n in states if self.groups.of(n) is group], self.groups.context.system.layout
        if own:
            scales = np.array([layout.scales[layout.offsets[layout.names.index(name)]] for name in own])
            dt, stage = float(self.groups.inputs.plan.dt or 0), Stage(self, 0, {}, 0.5)
            lines = list(Exact(group, own, scales, dt, self.held, stage.at_own_units).lines())
            yield from (*stage.lines, *lines)

    def _stages(self, states: Sequence[str], tableau: Tableau) -> Iterator[str]:
        names = {state: self._name(state) for state in states}
        for number, (part, before) in enumerate(zip(tableau.parts, tableau.before, strict=True)):
            for name in names.values() if before else ():
                yield f"_y{number}_{name} = {name} + {_added(name, before)}"
            stage = Stage(self, number, {s: f"_y{number}_{n}" for s, n in names.items()} if before else {}, part)
            rates = {state: stage.rate(state) for state in states}
            yield from stage.lines
            for state, rate in rates.items():
                yield f"_k{number}_{names[state]} = {STEP_LENGTH}*{rate}"
        weights = {k: weight for k, weight in enumerate(tableau.weights) if weight}
        for state, name in names.items():
            yield from self._watched(state)
            yield f"{name} = {name} + {_added(name, weights)}"

    def _exponential(self, states: Sequence[str]) -> Iterator[str]:
        """Each state as if all else stood still in the step."""
        stage, structure = Stage(self, 0, {}, 0), self.groups.context.system.structure
        rates = {state: stage.rate(state) for state in states}
        slopes = {state: stage.at_own_units(state, own_slope(structure, state)) for state in states}
        yield from stage.lines
        for state in states:
            yield f"_k_{self._name(state)} = {STEP_LENGTH}*{rates[state]}*exprel({STEP_LENGTH}*{slopes[state]})"
        for state in states:
            yield f"{self._name(state)} = {self._name(state)} + _k_{self._name(state)}"

    def _watched(self, state: str) -> Iterator[str]:
        """Code that notes the first step that changed a state as none should; see `backends.outcome.leap`.

        What counts is a whole step, after what events set in it, so it is looked at when the next one begins.
        """
        names, plan, group = self.groups.context.names, self.groups.inputs.plan, self.groups.of(state)
        name, noted, was, limit = names.give(state), *(names.give(state, word) for word in (LEAP, BEFORE, "limit"))
        layout = plan.system.layout
        self.watched.add(state)
        self.groups.context.scalars[limit] = FARTHEST * float(layout.scales[layout.offsets[layout.names.index(state)]])
        group.lines.extend([f"{noted} : 1", f"{was} : 1"])
        group.starts[was] = np.ravel(layout.unpack(plan.start)[state])
        yield f"_d_{name} = abs({name} - {was})"
        far = f"int(_d_{name} > {limit})*int(_d_{name} > {FARTHEST!r}*abs({was}))"
        yield f"{noted} = {noted} + int({noted} == 0)*{far}*{STEP}"
        self.groups.context.scalars[NOTHING] = 0.0  # without a term Brian2's numpy target gives one array two names
        yield f"{was} = {name} + {NOTHING}"

    def _name(self, state: str) -> str:
        return self.groups.context.names.give(state)


def _added(name: str, weights: Mapping[int, float]) -> str:
    terms = [f"_k{k}_{name}" if weight == 1 else f"{weight!r}*_k{k}_{name}" for k, weight in weights.items()]
    return " + ".join(terms)


class Stage:
    """One reading of the flow within a step.

    Args:
        put: names for the states where they are not those at the begin of the step.
        part: of the step, at which time is read.
        inline: whether all stands in one expression.

    Attributes:
        lines: what must run before the rates are read.
    """

    def __init__(
        self, updates: Updates, number: int, put: Mapping[str, str], part: float, inline: bool = False
    ) -> None:
        self._of, self._number, self._put, self._inline = updates, number, put, inline
        self._time = f"({TIME} + {part!r}*{STEP_LENGTH})" if part else TIME
        self.lines: list[str] = []

    def rate(self, state: str) -> str:
        """The rate of a state, which is 0 while it is held."""
        text = self.at_own_units(state, self._of.groups.context.system.structure.flows[state].expr)
        return f"int({STEP} >= {self._of.held[state]})*({text})" if state in self._of.held else f"({text})"

    def at_own_units(self, state: str, expr: Expr) -> str:
        """The text of an expression at the letters of the flow of a state."""
        groups, coupling = self._of.groups, self._of.coupling
        group, letters = groups.of(state), groups.context.system.structure.flows[state].letters
        expr = reindex(expr, dict(zip(letters, group.letters, strict=True)))

        def read(name: str, indices: tuple[Expr, ...]) -> str:
            if groups.is_here(name, indices, group):
                return groups.read(name, group) if name in groups.inputs.signals else self._state(name)
            return self._once(coupling.other(quantity(name, indices), group, self._state, self._time))

        def gather(part: Expr) -> str:
            return self._once(coupling.reduction(part, group, self._state, self._time))

        return spoken(groups.context.whole(expr), group.site, read, gather, self._time)

    def _state(self, name: str) -> str:
        return self._put.get(name, self._of.groups.context.names.give(name))

    def _once(self, text: str) -> str:
        """A name for what is read of other units, which is computed once."""
        if self._inline:
            return text
        line = next((x for x in self.lines if x.endswith(f" = {text}")), None)
        if line is None:
            line = f"_r{self._number}_{len(self.lines)} = {text}"
            self.lines.append(line)
        return line.partition(" ")[0]
