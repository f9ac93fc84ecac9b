"""Events that reset states where a threshold is crossed, such as spikes: a switch, a timer, and what they do.

For each unit of an event a switch closes where its condition becomes true, and stays closed while a timer runs: for the
refractory period, or for a short time if there is none. Meanwhile the states that the event sets are drawn to their
values, or driven by so much as is added to them, and the states that it holds stand still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Basic
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan

from neurodyn.calculus.letters import names_in, quantity
from neurodyn.calculus.rewrite import Definition, names_reached
from neurodyn.errors import InputError
from neurodyn.model.event_rules import Rule
from neurodyn.program.lower import Output
from neurodyn.system.system import System

MARGIN, SET, REST = "margin of ", "set by ", "refractory period of "
WIDTH = 1e-6  # of the run: how long a state is drawn to its value
DRAWN = 16  # time constants in that time
BACK = 4  # time constants in that time, when the timer falls back
# Switches find the crossing to 0.05 of their control voltage, which is the condition in units of the state's scale
# times so much.
GAIN = 1e4
_SIGNS = {StrictGreaterThan: 1, GreaterThan: 1, StrictLessThan: -1, LessThan: -1}


@dataclass(frozen=True)
class Reset:
    """An event as a netlist has it.

    Attributes:
        name: of the event.
        margin: what is above 0 where its condition is true, and `scaled`, the state whose scale that is in.
        drawn: states and the values that they are drawn to; `added` are states and what is added to them.
        held: the states that stand still while it is refractory.
        rest: the refractory period, if there is one.
    """

    name: str
    margin: Definition
    scaled: str
    drawn: Mapping[str, Definition]
    added: Mapping[str, Definition]
    held: frozenset[str]
    rest: Definition | None

    def asked(self) -> Iterator[tuple[str, Definition]]:
        """What is to be written of it, by name."""
        yield MARGIN + self.name, self.margin
        for state, value in (*self.drawn.items(), *self.added.items()):
            yield f"{state} {SET}{self.name}", value
        if self.rest is not None:
            yield REST + self.name, self.rest


def resets_of(system: System) -> tuple[Reset, ...]:
    """The events that do something.

    Raises:
        InputError: for an event that has no form in a netlist, by its name.
    """
    impulses, rules = system.structure.impulses, system.model.rules
    reached = sorted({train.event for train in impulses.trains.values()}) if impulses else []
    if reached:
        raise _refused(system, reached[0], "its impulses reach states through equations")
    acting = [rule for rule in rules.values() if rule.sets or rule.refractory is not None]
    return tuple(_reset(system, rule) for rule in acting)


def check_starts(system: System, resets: Sequence[Reset], start: Mapping[str, Any], t0: float) -> None:
    """Refuse a start beyond a threshold: switches would close at once, while our events wait for a crossing."""
    if not resets:
        return
    inputs = {name: signal.on(t0, np.nextafter(t0, np.inf))(t0) for name, signal in system.signals.items()}
    outputs = [Output(r.name, r.margin.letters, system.structure.chain.resolve(r.margin.expr)) for r in resets]
    margins = system.bind(("margins", tuple(r.name for r in resets)), outputs, False)(t0, {**start, **inputs})
    for reset in resets:
        if np.max(margins[reset.name]) > 0:
            raise _refused(system, reset.name, "its condition is true at the start")


def _reset(system: System, rule: Rule) -> Reset:
    name = rule.event.name
    if rule.event.cause != "when":
        raise _refused(system, name, f"it happens by its own times (`{rule.event.cause}`)")
    if system.model.constraints:
        raise _refused(system, name, "it stands in a circuit whose nodes have constraints")
    condition = rule.condition
    sign = _SIGNS.get(type(condition), 0)
    states = sorted(_states(system, condition)) if sign else []
    if not isinstance(condition, Relational) or not states:
        raise _refused(system, name, "its condition is no comparison of a state with a threshold")
    for letters in (*(e.letters for e in rule.sets), *(letters for _, letters in rule.hold)):
        if letters != rule.letters:
            raise _refused(system, name, "it sets or holds states of other letters than its own")
    margin = sign * (condition.lhs - condition.rhs)
    drawn, added = {}, {}
    for told in rule.sets:
        change = told.expr - quantity(told.name, told.letters)
        if not _states(system, told.expr):
            drawn[told.name] = Definition(rule.letters, told.expr)
        elif not _states(system, change):
            added[told.name] = Definition(rule.letters, change)
        else:
            raise _refused(system, name, f"the new value of {told.name} follows from states")
    held = frozenset(state for state, _ in rule.hold)
    if rule.refractory is not None and not held >= set(states):
        raise _refused(system, name, f"{', '.join(states)} may cross the threshold while it is refractory")
    rest = None if rule.refractory is None else Definition(rule.letters, rule.refractory)
    return Reset(name, Definition(rule.letters, margin), states[0], drawn, added, held, rest)


def _states(system: System, expr: Basic) -> frozenset[str]:
    """The states that an expression follows from."""
    reached = (names_reached(name, system.structure.definitions) for name in names_in(expr))
    return frozenset(system.model.states) & frozenset[str]().union(*reached)


def _refused(system: System, event: str, reason: str) -> InputError:
    return InputError(
        f"{system.name} cannot be written as a netlist: of its event {event}, {reason}.",
        code="not-exported",
        remedy="Run it on one of our own engines: neurodyn run.",
        place=system.model.source_of(event).place(0),
    )


@dataclass(frozen=True)
class Timer:
    """The nodes of one unit of an event, and how long it is closed, in seconds of ngspice.

    Attributes:
        closed: the node at 1 V while the switch is closed, and `time`, the node that goes from 1 to 2 V meanwhile.
        width: how long states are driven, `total` how long the switch is closed, as text.
    """

    closed: str
    time: str
    width: str
    total: str

    @property
    def is_closed(self) -> str:
        return f"V({self.closed}) > 0.5"

    @property
    def weight(self) -> str:
        """How strongly states are driven: nothing at both ends of a short time, 1 in all, and nothing behind it.

        A current that jumps would have ngspice take ever smaller steps.
        """
        part = f"(V({self.time}) - 1)"
        if self.total != self.width:
            part = f"min({part}*({self.total})/{self.width}, 1)"
        return f"6*{part}*(1 - {part})"

    def rate(self, reset: Reset, state: str, place: str, rate: str, value: str) -> str:
        """The rate of a state, in volts of its node: as it is, or as the event has it.

        Args:
            place: how the node is read.
            value: what the state is set to, or what is added, in volts of its node.
        """
        own = "0" if state in reset.held else f"({rate})"
        if state in reset.drawn:
            own = f"{self.weight}*({value} - {place})/{self.width}*{DRAWN}"
        elif state in reset.added:
            own = f"{own} + {self.weight}*{value}/{self.width}"
        return f"({self.is_closed} ? {own} : ({rate}))"

    def cards(self, margin: str, control: str, on: str, card: Callable[[str, str], str]) -> list[str]:
        """The switch with its control, and the timer, which falls back when the switch opens.

        Args:
            margin: what is above 0 where the condition is true, in units of a scale.
            control, on: nodes of its own.
            card: names a card that begins with a letter.
        """
        back = f"(1 - V({self.time}))/{self.width}*{BACK}"
        switch = card(self.closed, "S")
        return [
            f"{card(control, 'B')} {control} 0 V={GAIN:g}*({self.is_closed} ? 2 - V({self.time}) : {margin})",
            f"{switch} {on} {self.closed} {control} 0 {switch}_model",
            f".model {switch}_model SW(VT=0 VH=1e-6 RON=1e-6 ROFF=1e12)",
            f"{card(on, 'V')} {on} 0 1",
            f"{card(self.closed, 'R')} {self.closed} 0 1",
            f"{card(self.time, 'C')} {self.time} 0 1 IC=1",
            f"{card(self.time, 'B')} 0 {self.time} I=({self.is_closed} ? 1/({self.total}) : {back})",
        ]
