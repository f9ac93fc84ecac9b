"""The expressions of events, read when every name is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from sympy import Expr, Idx, S
from sympy.logic.boolalg import Boolean

from neurodyn.errors import InputError
from neurodyn.language.heads import Head, read_head, read_key
from neurodyn.language.names import Names
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.language.statements import split_equation, split_statements
from neurodyn.language.unit_text import read_quantity
from neurodyn.model.equations import Equation
from neurodyn.model.events import Event
from neurodyn.model.locate import key_source, value_source


@dataclass(frozen=True, eq=False)
class Rule:
    """What an event says, as symbols at the event's letters.

    Attributes:
        condition: of an event that happens where one becomes true.
        every, phase, rate, refractory: times and a rate, made of parameters.
        at: the times, one tuple for each unit, or one for all of them; in SI units.
        sets: one statement for each state that is set, of the kind `set`.
        hold: the states that stand still; their letters hold those of the event.
    """

    event: Event
    letters: tuple[Idx, ...]
    condition: Boolean | None = None
    every: Expr | None = None
    phase: Expr | None = None
    rate: Expr | None = None
    refractory: Expr | None = None
    at: tuple[tuple[float, ...], ...] = ()
    sets: tuple[Equation, ...] = ()
    hold: tuple[tuple[str, tuple[Idx, ...]], ...] = ()


def read_rules(names: Names, events: Mapping[str, Event]) -> dict[str, Rule]:
    """The rules of all events."""
    return {name: _rule(names, event) for name, event in events.items()}


def field_source(event: Event, word: str) -> Source:
    """The text of a field, placed where it is written; a number as its text."""
    value = getattr(event, word)
    return value_source(event.fields.get(word, event.source), value if isinstance(value, str) else repr(value))


def set_statements(event: Event) -> tuple[Source, ...]:
    """The statements of `set`."""
    if not event.set:
        return ()
    where = event.fields.get("set", event.source)
    if "\n" in event.set or event.set_line is None or event.set not in "".join(where.lines):
        return split_statements(event.set, file=where.file, line=event.set_line)
    return (value_source(where, event.set),)


def _rule(names: Names, event: Event) -> Rule:
    letters = tuple(names.letter(x) for x in event.letters)
    scope = dict(zip(event.letters, letters, strict=True))
    if names.discrete:
        raise InputError(
            f"The event {event.key} stands in a map, whose time goes in steps.",
            code="event-map",
            remedy="Write what happens at a step into the map, or the states as flows.",
            place=event.source.place(0),
        )

    def read(word: str) -> Any:
        if getattr(event, word) is None:
            return None
        reader = Reader(names, field_source(event, word), scope=scope)
        return reader.read_condition() if word == "when" else reader.read()

    read_in = {word: read(word) for word in ("every", "phase", "rate", "refractory")}
    return Rule(
        event,
        letters,
        condition=read("when"),
        **read_in,
        at=_times(event),
        sets=tuple(_assignment(names, event, source) for source in set_statements(event)),
        hold=tuple(_held(names, event, text) for text in event.hold),
    )


def _times(event: Event) -> tuple[tuple[float, ...], ...]:
    if event.at is None:
        return ()
    rows = event.at if event.at and all(isinstance(row, (list, tuple)) for row in event.at) else [event.at]
    if rows is event.at and len(event.letters) != 1:
        _refuse_times(event, "Lists of times in a list are for the units of an event with one letter.")
    return tuple(tuple(_time(event, value) for value in row) for row in rows)


def _time(event: Event, value: Any) -> float:
    if isinstance(value, str):
        number, unit = read_quantity(value_source(event.fields.get("at", event.source), value))
        return float(unit.to_si(number))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _refuse_times(event, f"{value!r} is no time.")
    return float(value)


def _refuse_times(event: Event, sentence: str) -> NoReturn:
    raise InputError(
        sentence,
        code="event-times",
        remedy='Write at = [1, 2, 3], or at = ["10 ms", "20 ms"].',
        place=event.fields.get("at", event.source).place(0),
    )


def _assignment(names: Names, event: Event, source: Source) -> Equation:
    left, _, start = split_equation(source)
    head = read_head(source, len(left))
    letters = _state_letters(names, event, head, source)
    scope = dict(zip(head.letters, letters, strict=True))
    expr = Reader(names, source, scope=scope, start=start).read()
    return Equation("set", head.name, letters, S.One, expr, source, start)


def _held(names: Names, event: Event, text: str) -> tuple[str, tuple[Idx, ...]]:
    source = key_source(event.fields.get("hold", event.source), text)
    name, letters = read_key(source)
    return name, _state_letters(names, event, Head("definition", name, letters), source)


def _state_letters(names: Names, event: Event, head: Head, source: Source) -> tuple[Idx, ...]:
    """The letters of a state that an event sets or holds: its own are among them, so that each unit has its members."""
    known = names.quantities.get(head.name)
    if head.kind != "definition" or known is None or known.kind != "state":
        raise InputError(
            f"The event {event.key} sets or holds {head.name}, which is no state.",
            code="event-state",
            remedy=names.near(head.name) or "Declare it in [states]."
            if known is None
            else "Only states can be set: declare it in [states].",
            place=source.place(0),
        )
    if tuple(names.letters.get(x) for x in head.letters) != known.sets:
        shown = f"{head.name}[{','.join(known.letters)}]" if known.letters else head.name
        raise InputError(
            f"{head.name} stands here without the letters of its declaration.",
            code="event-letters",
            remedy=f"It is declared as {shown}.",
            place=source.place(0),
        )
    if not set(event.letters) <= set(head.letters):
        raise InputError(
            f"Each unit of {event.key} would change all of {head.name}.",
            code="event-letters",
            remedy=f"The letters of the event, {' '.join(event.letters)}, stand on the left side too.",
            place=source.place(0),
        )
    return tuple(names.letter(x) for x in head.letters)
