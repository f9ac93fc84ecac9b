"""What is kept of a run in place of its path: extremes, means, first crossings, and when it came to rest.

Each has a text, `max(v, after=10)`, which recipes and the command line use; `reduction_of` reads it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.system.system import System

Time = float | str | None
UP, DOWN, EITHER = "up", "down", "either"
_CALL = re.compile(r"\s*(\w+)\s*\((.*)\)\s*", re.DOTALL)


@dataclass(frozen=True)
class Reduction:
    """What all have in common."""

    word: ClassVar[str] = ""

    def __str__(self) -> str:
        """`max(v, after=10.0)`."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        parts = [f"{value}" if name == "of" else f"{name}={value}" for name, value in told.items() if value is not None]
        return f"{self.word}({', '.join(parts)})"

    @property
    def reads(self) -> str | None:
        """The quantity that it is of."""
        return getattr(self, "of", None)

    @property
    def begin(self) -> float | None:
        """The time from which on the run counts."""
        return getattr(self, "after", None)


@dataclass(frozen=True)
class Max(Reduction):
    """The largest value of a state or observable, element by element, from the time `after` on."""

    word: ClassVar[str] = "max"
    of: str
    after: Time = None


@dataclass(frozen=True)
class Min(Reduction):
    """The least value."""

    word: ClassVar[str] = "min"
    of: str
    after: Time = None


@dataclass(frozen=True)
class Mean(Reduction):
    """The mean over time; of a map, over its steps."""

    word: ClassVar[str] = "mean"
    of: str
    after: Time = None


@dataclass(frozen=True)
class FirstCrossing(Reduction):
    """The first time at which a value crosses a level, or jumps across it: `up`, `down` or `either`; NaN if never."""

    word: ClassVar[str] = "first_crossing"
    of: str
    level: float | str
    direction: Literal["up", "down", "either"] = "either"
    after: Time = None


@dataclass(frozen=True)
class SettledAt(Reduction):
    """The first time from which on the speed stays at most `tolerance` until the end; NaN if it does not.

    The speed is the largest rate of all states, each in units of its scale.
    """

    word: ClassVar[str] = "settled_at"
    tolerance: float


KINDS: dict[str, type[Reduction]] = {kind.word: kind for kind in (Max, Min, Mean, FirstCrossing, SettledAt)}


def reduction_of(text: str) -> Reduction:
    """A reduction that is given as text.

    Raises:
        InputError: for text that is none.
    """
    found = _CALL.fullmatch(text)
    kind = KINDS.get(found[1]) if found else None
    if found is None or kind is None:
        raise InputError(
            f"{text!r} is no reduction.",
            code="bad-reduction",
            remedy=f"Write `max(v)` or `mean(v, after=10)`; there are: {', '.join(KINDS)}.",
        )
    names, given = [field.name for field in fields(kind)], dict[str, Any]()
    for place, part in enumerate(found[2].split(",")):
        name, equals, value = (one.strip() for one in part.partition("="))
        if not equals:
            name, value = (names[place] if place < len(names) else "more"), name
        given[name] = value if name == "of" else _plain(value)
    try:
        return kind(**given)
    except TypeError:
        raise InputError(
            f"{text!r} lacks something, or has too much.",
            code="bad-reduction",
            remedy=f"{kind.word} takes: {', '.join(names)}.",
        ) from None


def _plain(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def resolved(system: System, asked: Any, taken: frozenset[str]) -> dict[str, Reduction]:
    """Reductions by name, checked, with times and levels as plain numbers.

    Args:
        asked: by name, reductions or their texts.
        taken: the names that results have already.
    """
    found = dict[str, Reduction]()
    for name, given in asked.items():
        if not str(name).isidentifier() or name in taken:
            what = "is the name of something that the result holds" if name in taken else "is no name"
            raise InputError(f"reduce: {name} {what}.", code="bad-reduction", remedy="Choose another name.")
        reduction = reduction_of(given) if isinstance(given, str) else given
        if not isinstance(reduction, Reduction) or not reduction.word:
            raise InputError(
                f"reduce: {name} is a {type(given).__name__}, no reduction.",
                code="bad-reduction",
                remedy=f"Give text such as 'max(v)', or one of: {', '.join(kind.__name__ for kind in KINDS.values())}.",
            )
        found[name] = _with_numbers(system, name, reduction)
    return found


def _with_numbers(system: System, name: str, given: Reduction) -> Reduction:
    if isinstance(given, SettledAt):
        tolerance = _number(name, "tolerance", given.tolerance)
        if not tolerance > 0:
            raise InputError(
                f"reduce: the tolerance of {name} is {tolerance:g}.", code="bad-reduction", remedy="Give one above 0."
            )
        return replace(given, tolerance=tolerance)
    assert isinstance(given, Max | Min | Mean | FirstCrossing)
    _check_read(system, name, given.of)
    if isinstance(given, FirstCrossing):
        if given.direction not in (UP, DOWN, EITHER):
            raise InputError(
                f"reduce: the direction of {name} is {given.direction!r}.",
                code="bad-reduction",
                remedy=f"Give {UP}, {DOWN} or {EITHER}.",
            )
        given = replace(given, level=_number(name, "level", _level(system, given)))
    if given.after is None:
        return given
    return replace(given, after=_number(name, "after", system.time("after", given.after)))


def _level(system: System, given: FirstCrossing) -> Any:
    """A level in SI units; text is evaluated."""
    from neurodyn.language.source import Source
    from neurodyn.system.quantities import si_values

    value = si_values(system.units, {given.of: given.level})[given.of]
    if not isinstance(value, str):
        return value
    return system.bound().value("level", value, (), Source(f"level = {value}"))


def _number(name: str, what: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if isinstance(value, bool) or not abs(number) < float("inf"):
        raise InputError(
            f"reduce: the {what} of {name} is {value!r}.", code="bad-reduction", remedy="Give a finite number."
        )
    return number


def _check_read(system: System, name: str, of: str) -> None:
    """Refuse what has no value along a run."""
    known = dict.fromkeys([*system.layout.names, *system.observables])
    if of not in known:
        from difflib import get_close_matches

        near = get_close_matches(str(of), known, 1)
        raise InputError(
            f"reduce: {name} is of {of}, which is no state or observable of {system.name}.",
            code="unknown-record",
            remedy=f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}.",
        )
