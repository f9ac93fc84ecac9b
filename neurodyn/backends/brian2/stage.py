"""One reading of the flow within a step, as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sympy import Expr

from neurodyn.backends.brian2.groups import Groups, spoken
from neurodyn.backends.brian2.units import STEP, TIME, Group
from neurodyn.calculus.letters import Reference, quantity, reindex
from neurodyn.calculus.reductions import Reduction

# The length of a step, as a number.
STEP_LENGTH = "step_2"
State = Callable[[str], str]


class Coupling(Protocol):
    """How equations of units read others.

    In each, `state` gives the text of a state at its own units, and `time` is that of time.
    """

    def reduction(self, part: Reduction, group: Group, state: State, time: str) -> str:
        """The text of a reduction over units."""

    def other(self, reference: Reference, group: Group, state: State, time: str) -> str:
        """The text of a state or input of another unit."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What all stages of a network share.

    Attributes:
        held: by state, the variable that says from which step on it is not held.
    """

    groups: Groups
    coupling: Coupling
    held: Mapping[str, str]


class Stage:
    """One reading of the flow within a step.

    Args:
        put: names for the states where they are not those at the begin of the step.
        part: of the step, at which time is read.
        inline: whether all stands in one expression.

    Attributes:
        lines: what must run before the rates are read.
        noises: those that are read at the own units of a group.
    """

    def __init__(self, reading: Reading, number: int, put: Mapping[str, str], part: float, inline: bool) -> None:
        self._of, self._number, self._put, self._inline = reading, number, put, inline
        self._time = f"({TIME} + {part!r}*{STEP_LENGTH})" if part else TIME
        self.lines: list[str] = []
        self.noises: list[str] = []

    def rate(self, state: str) -> str:
        """The rate of a state, which is 0 while it is held."""
        return self.moving(state, self.at_own_units(state, self._of.groups.context.system.structure.flows[state].expr))

    def moving(self, state: str, text: str) -> str:
        """What moves a state, which is 0 while that is held."""
        return f"int({STEP} >= {self._of.held[state]})*({text})" if state in self._of.held else f"({text})"

    def at_own_units(self, state: str, expr: Expr) -> str:
        """The text of an expression at the letters of the flow of a state."""
        groups, coupling = self._of.groups, self._of.coupling
        group, letters = groups.of(state), groups.context.system.structure.flows[state].letters
        expr = reindex(expr, dict(zip(letters, group.letters, strict=True)))

        def read(name: str, indices: tuple[Expr, ...]) -> str:
            if groups.is_here(name, indices, group):
                if name in groups.context.system.model.noise:
                    self.noises.append(name)
                    return f"_w_{groups.context.names.give(name)}"
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
