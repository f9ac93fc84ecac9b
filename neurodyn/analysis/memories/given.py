"""What `memories` is asked for, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from neurodyn.analysis.energy.memories import patterns_of
from neurodyn.analysis.memories.likeness import Patterns
from neurodyn.errors import InputError
from neurodyn.system.system import System

# Runs are so many times as long as the bench; how many levels of corruption there are, and the largest noise.
LONGER, LEVELS, LOUDEST = 4, 9, 2.0


def stored_in(system: System) -> Patterns:
    """The patterns of a system."""
    found = patterns_of(system)
    if found is None:
        raise InputError(
            f"{system.name} stores no patterns.",
            code="no-patterns",
            remedy="Patterns are a parameter over two index sets, patterns by units, beside a state of these units.",
        )
    name, state = found
    rows = np.asarray(system.values[name], dtype=float)
    return Patterns(name, state, rows)


def check_rests(system: System) -> None:
    """Refuse what comes to no rest by its nature."""
    if system.structure.noisy or system.model.events:
        why = "white noise" if system.structure.noisy else f"events ({', '.join(system.model.events)})"
        raise InputError(
            f"{system.name} has {why}: its runs come to no rest.",
            code="no-rest",
            remedy="Leave that out of the model.",
        )


def check_numbers(trials: int, starts: int, overlap: float) -> None:
    """Refuse numbers that make no sense."""
    if trials < 1 or starts < 1 or not 0 < overlap <= 1:
        raise InputError(
            f"memories: trials = {trials}, starts = {starts}, overlap = {overlap}.",
            code="bad-memories",
            remedy="Give trials and starts from 1, and an overlap above 0, of 1 at most.",
        )


def rows_of(patterns: Patterns, asked: Sequence[int] | None) -> tuple[int, ...]:
    """The numbers of patterns that are looked at."""
    count = len(patterns.rows)
    rows = tuple(range(count)) if asked is None else tuple(asked)
    if not rows or any(isinstance(r, bool) or not isinstance(r, int | np.integer) or not 0 <= r < count for r in rows):
        raise InputError(
            f"rows = {list(rows)} are no stored patterns.",
            code="not-stored",
            remedy=f"{patterns.name} has the rows 0 to {count - 1}.",
        )
    return tuple(int(r) for r in rows)


def levels_of(patterns: Patterns, asked: Sequence[float] | None) -> tuple[float, ...]:
    """How much patterns are corrupted, from 0 on."""
    units = patterns.rows.shape[1]
    if asked is None:
        even = np.linspace(0, units / 2, LEVELS).round() if patterns.binary else np.linspace(0, LOUDEST, LEVELS)
        asked = even.tolist()
    levels = np.unique([0.0, *asked])
    wrong = (levels != levels.round()) | (levels > units) if patterns.binary else ~np.isfinite(levels)
    if (wrong | (levels < 0) | np.isnan(levels)).any():
        what = f"whole numbers from 0 to {units}: how many entries are flipped"
        raise InputError(
            f"corruptions = {list(asked)} cannot be made.",
            code="bad-corruptions",
            remedy=f"Give {what if patterns.binary else 'numbers from 0 on: noise in root mean squares of a pattern'}.",
        )
    return tuple(levels.tolist())


def end_of(system: System, until: Any) -> float:
    """When runs end."""
    name = "steps" if system.model.discrete else "until"
    own: Mapping[str, Any] = system.model.bench
    if until is None and name not in own:
        raise InputError(f"{system.name} does not say how long it runs.", code="no-end", remedy="Give until.")
    end = LONGER * float(system.time(name, own[name])) if until is None else float(system.time("until", until))
    if not 0 < end < np.inf or (system.model.discrete and end != round(end)):
        raise InputError(f"Runs cannot end at until = {until}.", code="bad-end", remedy="Give a number above 0.")
    return end


def backend_of(system: System, asked: str | None) -> str | None:
    """The backend that was named, or `ensemble` for flows if it has what they need; None is the first that can."""
    from neurodyn.backends import find

    if asked or system.model.discrete:
        return asked
    return "ensemble" if {*system.needs, "trials"} <= find("ensemble").abilities else None
