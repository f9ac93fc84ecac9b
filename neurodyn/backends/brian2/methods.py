"""What methods make of the states of a host in one step, as Brian2's abstract code: all stages of all states in turn.

Brian2 has methods of its own; these say the same, and beside that which value of a state each part of an equation
reads, so that functions of whole groups can be handed the values of a stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from neurodyn.backends.brian2.exact import Exact
from neurodyn.backends.brian2.functions import EXPREL
from neurodyn.backends.brian2.groups import Groups
from neurodyn.backends.brian2.noise import Functions, Noise
from neurodyn.backends.brian2.stage import STEP_LENGTH, Reading, Stage
from neurodyn.backends.brian2.text import function_name, repeated
from neurodyn.backends.brian2.units import STEP, Group, Host
from neurodyn.backends.fixed_choice import EXACT, EXPONENTIAL, NOISE, Methods
from neurodyn.backends.noisy import BEND, HEUN, terms_of
from neurodyn.backends.outcome import LEAP as FARTHEST
from neurodyn.backends.plan import Floats
from neurodyn.system.affine import beyond_units, own_slope, own_slopes
from neurodyn.system.stochastic import NOISE as DRAWN
from neurodyn.system.stochastic import Terms

# The kind of name of what notes a step that is too long: its number, counted from 1.
LEAP = "leap"
# And of what keeps a state as it was one step before.
BEFORE = "before"
NOTHING = "nothing_0"


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
        functions: of Python, to which those that draw are added.
        watched: states with a note on the first step that was too long.
    """

    reading: Reading
    noise: Noise
    functions: Functions
    watched: set[str] = field(default_factory=set)

    @property
    def groups(self) -> Groups:
        return self.reading.groups

    def moves(self, state: str) -> bool:
        """Whether a state has a flow, or noise."""
        structure = self.groups.context.system.structure
        noisy = structure.diffusion.factors if structure.diffusion else ()
        return structure.flows[state].expr != 0 or any(factor.state == state for factor in noisy)

    def equation(self, state: str) -> str:
        """The rate of a state as one expression."""
        return self._stage(0, {}, 0, inline=True).rate(state)

    def code(self, host: Host, method: str) -> str:
        """A step of all states of a host."""
        flows = self.groups.context.system.structure.flows
        states = [name for name in flows if self.moves(name) and self.groups.of(name) in host.members]
        if self.groups.inputs.plan.noisy:
            lines = list(self._noisy(states, method))
        elif method == EXACT:
            lines = [line for group in host.members for line in self._exact(group, states)]
        else:
            lines = [*(self._exponential(states) if method == EXPONENTIAL else self._stages(states, TABLEAUS[method]))]
        return "\n".join([*(line for group in host.members for line in group.first), *lines])

    def _exact(self, group: Group, states: Sequence[str]) -> Iterator[str]:
        own, layout = [n for n in states if self.groups.of(n) is group], self.groups.context.system.layout
        if own:
            scales = np.array([layout.scales[layout.offsets[layout.names.index(name)]] for name in own])
            dt, stage = float(self.groups.inputs.plan.dt or 0), self._stage(0, {}, 0.5)
            lines = list(Exact(group, own, scales, dt, self.reading.held, stage.at_own_units).lines())
            yield from (*stage.lines, *lines)

    def _stages(self, states: Sequence[str], tableau: Tableau) -> Iterator[str]:
        return in_stages({state: self._name(state) for state in states}, tableau, self._stage, self._watched)

    def _exponential(self, states: Sequence[str]) -> Iterator[str]:
        """Each state as if all else stood still in the step."""
        stage, structure = self._stage(0, {}, 0), self.groups.context.system.structure
        rates = {state: stage.rate(state) for state in states}
        slopes = {state: stage.at_own_units(state, own_slope(structure, state)) for state in states}
        yield from stage.lines
        self.groups.context.used.add(EXPREL)
        changes = [f"{STEP_LENGTH}*{rates[s]}*{function_name(*EXPREL)}({STEP_LENGTH}*{slopes[s]})" for s in states]
        # Compilers see that exp is called twice with one argument, but not that this one is, which has branches.
        for number, part in enumerate(repeated("exprel", changes)):
            yield f"_e{number} = {part}"
            changes = [text.replace(part, f"_e{number}") for text in changes]
        yield from (f"_k_{self._name(state)} = {text}" for state, text in zip(states, changes, strict=True))
        for state in states:
            yield f"{self._name(state)} = {self._name(state)} + _k_{self._name(state)}"

    def _noisy(self, states: Sequence[str], method: str) -> Iterator[str]:
        """What flow and noise change, read at the begin of the step, or at both its ends (Heun)."""
        terms, names = terms_of(self.groups.inputs.plan, NOISE[method]), {state: self._name(state) for state in states}
        if any(part.hidden for part in terms.values()):
            raise self.groups.context.refused("the factor of a noise is a recursion along an index")
        first = self._stage(0, {}, 0)
        stages = [first, self._stage(1, {s: f"_y1_{n}" for s, n in names.items()}, 1)] if method == HEUN else [first]
        texts = [[self._change(stage, state, terms) for state in states] for stage in stages]
        for name in dict.fromkeys(name for stage in stages for name in stage.noises):
            yield f"_w_{self._name(name)} = {self.noise.drawn(name, self.groups.of(name), self.functions)}"
        for number, (stage, changes) in enumerate(zip(stages, texts, strict=True)):
            yield from (f"_y1_{name} = {name} + _k0_{name}" for name in names.values() if number)
            yield from stage.lines
            yield from (f"_k{number}_{name} = {text}" for name, text in zip(names.values(), changes, strict=True))
        for state, name in names.items():
            yield from self._watched(state)
            yield f"{name} = {name} + " + (f"0.5*(_k0_{name} + _k1_{name})" if method == HEUN else f"_k0_{name}")

    def _change(self, stage: Stage, state: str, terms: Mapping[str, Terms]) -> str:
        """By how much a state changes in a step, all read at one stage; 0 while it is held."""
        parts = [f"{STEP_LENGTH}*{stage.rate(state)}"]
        for word, part in terms.items():
            if part.by_state[state] != 0:
                text = f"({stage.at_own_units(state, part.by_state[state])})"
                parts.append(text if word in (DRAWN, BEND) else f"{STEP_LENGTH}*{text}")
        return stage.moving(state, " + ".join(parts))

    def _watched(self, state: str) -> Iterator[str]:
        plan, group = self.groups.inputs.plan, self.groups.of(state)
        layout = plan.system.layout
        self.watched.add(state)
        scale = float(layout.scales[layout.offsets[layout.names.index(state)]])
        return watched(group, state, scale, np.ravel(layout.unpack(plan.start)[state]))

    def _stage(self, number: int, put: Mapping[str, str], part: float, inline: bool = False) -> Stage:
        return Stage(self.reading, number, put, part, inline)

    def _name(self, state: str) -> str:
        return self.groups.context.names.give(state)


class Rates(Protocol):
    """What a stage of a method reads; `lines` must run before the rates."""

    @property
    def lines(self) -> list[str]: ...

    def rate(self, state: str) -> str: ...


def in_stages(
    names: Mapping[str, str], tableau: Tableau, stage_of: Callable[[int, Mapping[str, str], float], Rates],
    watched_in: Callable[[str], Iterable[str]],
) -> Iterator[str]:  # fmt: skip
    """A step of states, all stages in turn.

    Args:
        names: of the states.
        stage_of: a stage, from its number, names for the states there, and the part of the step.
        watched_in: code that looks at a state before it moves.
    """
    for number, (part, before) in enumerate(zip(tableau.parts, tableau.before, strict=True)):
        for name in names.values() if before else ():
            yield f"_y{number}_{name} = {name} + {_added(name, before)}"
        stage = stage_of(number, {s: f"_y{number}_{n}" for s, n in names.items()} if before else {}, part)
        rates = {state: stage.rate(state) for state in names}
        yield from stage.lines
        for state, rate in rates.items():
            yield f"_k{number}_{names[state]} = {STEP_LENGTH}*{rate}"
    weights = {k: weight for k, weight in enumerate(tableau.weights) if weight}
    for state, name in names.items():
        yield from watched_in(state)
        yield f"{name} = {name} + {_added(name, weights)}"


def watched(group: Group, state: str, scale: float, start: Floats) -> Iterator[str]:
    """Code that notes the first step that changed a state as none should; see `backends.outcome.leap`.

    What counts is a whole step, after what events set in it, so it is looked at when the next one begins.
    """
    context = group.site.context
    name, noted, was, limit = (context.names.give(state, kind) for kind in ("q", LEAP, BEFORE, "limit"))
    context.scalars[limit] = FARTHEST * scale
    group.lines.extend([f"{noted} : 1", f"{was} : 1"])
    group.starts[was] = start
    yield f"_d_{name} = abs({name} - {was})"
    far = f"int(_d_{name} > {limit})*int(_d_{name} > {FARTHEST!r}*abs({was}))"
    yield f"{noted} = {noted} + int({noted} == 0)*{far}*{STEP}"
    context.scalars[NOTHING] = 0.0  # without a term Brian2's numpy target gives one array two names
    yield f"{was} = {name} + {NOTHING}"


def _added(name: str, weights: Mapping[int, float]) -> str:
    terms = [f"_k{k}_{name}" if weight == 1 else f"{weight!r}*_k{k}_{name}" for k, weight in weights.items()]
    return " + ".join(terms)
