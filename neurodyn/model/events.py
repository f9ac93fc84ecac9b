"""The section [events]: when something happens at an instant, and what it does to the states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.heads import read_key
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.model.declarations import check_letters, plain
from neurodyn.model.locate import Locate, key_source

CAUSES = ("when", "every", "at", "rate")
FIELDS = (*CAUSES, "counted", "phase", "set", "refractory", "hold", "about")
_ACTS = ("set", "refractory")
_TEXTS = ("when", "set", "about")


@dataclass(frozen=True)
class Event:
    """An event as declared: its name is the train of its impulses.

    Attributes:
        when: a condition; the event happens where it becomes true.
        every, phase: the period of a clock, and the time of its first tick.
        at: a list of times, or one list for each unit of an event with one letter.
        rate: of a Poisson process, impulses in a unit of time.
        counted: whether its impulses are counted in each step rather than dated one by one.
        set: statements, one on a line, each `state = value after the event`.
        refractory: for how long it cannot happen again.
        hold: the states that stand still meanwhile, with their letters.
        fields: where each field is written, in files.
    """

    name: str
    letters: tuple[str, ...]
    when: str | None = None
    every: Any = None
    phase: Any = None
    at: Any = None
    rate: Any = None
    counted: bool = False
    set: str = ""
    refractory: Any = None
    hold: tuple[str, ...] = ()
    about: str = ""
    source: Source = field(default=Source(""), compare=False, repr=False)
    fields: Mapping[str, Source] = field(default_factory=dict, compare=False, repr=False)
    set_line: int | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """The name with its letters, as a file writes it."""
        return f"{self.name}[{','.join(self.letters)}]" if self.letters else self.name

    @property
    def cause(self) -> str:
        """Which of when, every, at and rate it has."""
        return next(word for word in CAUSES if getattr(self, word) is not None)

    def said(self) -> dict[str, Any]:
        """The fields as a file says them."""
        found = {word: getattr(self, word) for word in FIELDS}
        found["hold"] = self.hold[0] if len(self.hold) == 1 else list(self.hold)
        return {
            word: value
            for word, value in found.items()
            if value is not None and value is not False and value not in ("", [])
        }


def read_events(entries: Mapping[str, Any], letters: Mapping[str, str], locate: Locate) -> dict[str, Event]:
    """The section [events]; the expressions in it are read when every name is known."""
    found: dict[str, Event] = {}
    for key, entry in entries.items():
        source = locate("events", key)
        name, own = read_key(key_source(source, key))
        check_letters(key, own, letters, source)
        if name in found:
            raise InputError(
                f"{name} is declared twice in [events].",
                code="declared-twice",
                remedy="Keep one of the two.",
                place=source.place(0),
            )
        found[name] = _event(key, name, own, entry, locate)
    return found


def _event(key: str, name: str, letters: tuple[str, ...], entry: Any, locate: Locate) -> Event:
    source = locate("events", key)
    if not isinstance(entry, Mapping):
        raise InputError(
            f"The event {key} does not say when it happens.",
            code="event",
            remedy=f'Write [events."{key}"] and below it, say, when = "v > 1".',
            place=source.place(0),
        )
    fields = {word: locate(f"events/{key}", word) for word in entry}
    fields = {word: own if own.lines else source for word, own in fields.items()}
    for word, value in entry.items():
        _check_field(key, word, value, fields[word])
    held = entry.get("hold", ())
    event = Event(
        name,
        letters,
        **{word: plain(entry.get(word)) for word in ("when", "every", "phase", "at", "rate", "refractory")},
        counted=bool(entry.get("counted", False)),
        set=str(entry.get("set", "")).strip("\n"),
        hold=(held,) if isinstance(held, str) else tuple(held),
        about=str(entry.get("about", "")),
        source=source,
        fields=fields,
        set_line=locate.block_line("set", f"events/{key}"),
    )
    _check_cause(event)
    return event


def _check_field(key: str, word: str, value: Any, source: Source) -> None:
    if word not in FIELDS:
        raise InputError(
            f"The event {key} has a field {word}, which is not read.",
            code="unknown-field",
            remedy=near(word, list(FIELDS)) or f"It may say: {', '.join(FIELDS)}.",
            place=source.place(0),
        )
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if word == "hold":
        good = isinstance(value, str) or (
            isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)
        )
        wanted = "the name of a state, or a list of names"
    elif word == "counted":
        good, wanted = isinstance(value, bool), "true or false"
    elif word in _TEXTS:
        good, wanted = isinstance(value, str), "text"
    elif word == "at":
        good, wanted = isinstance(value, (list, tuple)), "a list of times"
    else:
        good, wanted = number or isinstance(value, str), "a number, or an expression in quotes"
    if not good:
        raise InputError(f"{word} of the event {key} must be {wanted}.", code="type", place=source.place(0))


def _check_cause(event: Event) -> None:
    causes = [word for word in CAUSES if getattr(event, word) is not None]
    if len(causes) != 1:
        said = f"says {' and '.join(causes)}, which are two causes" if causes else "does not say when it happens"
        raise InputError(
            f"The event {event.key} {said}.",
            code="event-cause",
            remedy=f"Give exactly one of {', '.join(CAUSES)}.",
            place=event.source.place(0),
        )
    if event.counted:
        _check_counted(event)
    for word, needed in (("phase", "every"), ("hold", "refractory")):
        if getattr(event, word) not in (None, ()) and getattr(event, needed) is None:
            raise InputError(
                f"The event {event.key} says {word} without {needed}.",
                code="event-field",
                remedy="It holds states for as long as it is refractory: say how long."
                if word == "hold"
                else "The first tick of a clock is its phase: say its period.",
                place=event.fields[word].place(0),
            )


def _check_counted(event: Event) -> None:
    """What is only counted has no instants at which anything could be done."""
    if event.rate is None:
        raise InputError(
            f"The event {event.key} is counted, but has no rate.",
            code="event-field",
            remedy="Only the impulses of a Poisson process are counted: give its rate.",
            place=event.fields["counted"].place(0),
        )
    for word in _ACTS:
        if getattr(event, word) not in (None, ""):
            raise InputError(
                f"The event {event.key} is counted, so it has no instants for {word}.",
                code="event-field",
                remedy="Leave out counted, or let its impulses drive a state.",
                place=event.fields[word].place(0),
            )
