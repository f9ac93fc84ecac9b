"""A run and its repetition, compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.results.events import event_names, events, sampled
from neurodyn.results.reduced import reduced_names
from neurodyn.results.trials import tracks

if TYPE_CHECKING:
    from neurodyn.results.result import Result

MOST_NAMES = 8


@dataclass(frozen=True)
class Difference:
    """Where a variable is not what it was.

    Attributes:
        time: the first time at which it differs.
        size: by how much, there.
        largest: by how much at most.
        magnitude: the largest magnitude of the variable.
    """

    variable: str
    time: float
    size: float
    largest: float
    magnitude: float


@dataclass(frozen=True, eq=False)
class Rerun:
    """A run and its repetition.

    Attributes:
        first, second: the two results.
    """

    first: Result
    second: Result

    @property
    def same(self) -> bool:
        """Whether all that was recorded is equal, and the end too; of an interrupted run, as far as it came."""
        return not self.differences and self.ending is None

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """The variables that differ, the one that differs first (in the order of the run) first."""
        found = [d for name in sampled(self.first.dataset) if (d := self._difference(name)) is not None]
        found += [d for name in event_names(self.first.dataset) if (d := self._apart(name)) is not None]
        found += [d for name in reduced_names(self.first.dataset) if (d := self._reduced(name)) is not None]
        t0 = float(self.first.recipe["t0"])
        return tuple(sorted(found, key=lambda d: abs(d.time - t0)))

    @property
    def ending(self) -> str | None:
        """How the two ended, where they ended differently."""
        if self._cut:
            return None
        ends = [_end(result) for result in (self.first, self.second)]
        return None if ends[0] == ends[1] else f"It was {_told(self.first)}, and is {_told(self.second)} now."

    @property
    def place(self) -> tuple[str, ...]:
        """What differs between the places of the two runs: versions, machine, libraries, threads."""
        return tuple(_places(self.first.recipe, self.second.recipe))

    @property
    def _cut(self) -> bool:
        return "interrupted" in (self.first.status, self.second.status)

    def _difference(self, name: str) -> Difference | None:
        if name not in self.second:
            return Difference(name, float(self.first.recipe["t0"]), np.inf, np.inf, np.nan)
        found = []
        pairs = zip(*(tracks(result.dataset, name) for result in (self.first, self.second)), strict=True)
        for (time, old), (clock, new) in pairs:
            found += _track_difference(name, (time, old), (clock, new), self._cut)
        t0 = float(self.first.recipe["t0"])
        if not found:
            return None
        earliest = min(found, key=lambda d: abs(d.time - t0))
        largest, magnitude = (np.nanmax([getattr(d, key) for d in found]) for key in ("largest", "magnitude"))
        return Difference(name, earliest.time, earliest.size, float(largest), float(magnitude))

    def _apart(self, name: str) -> Difference | None:
        """Where an event happened otherwise: its times and units are compared one by one."""
        t0 = float(self.first.recipe["t0"])
        if name not in event_names(self.second.dataset):
            return Difference(name, t0, np.inf, np.inf, np.nan)
        old, new = (events(result.dataset, name) for result in (self.first, self.second))
        if self._cut:
            stop = min(float(result.arrays["end"]["t"]) for result in (self.first, self.second))
            old, new = old.before(stop), new.before(stop)
        if old.trial is not None and new.trial is not None and not np.array_equal(old.trial, new.trial):
            return Difference(name, t0, np.inf, np.inf, np.nan)
        if not len(old) or not len(new):
            return None if len(old) == len(new) or self._cut else Difference(name, t0, np.inf, np.inf, np.nan)
        first, second = ((e.time, np.column_stack([e.time, e.unit])) for e in (old, new))
        found = _track_difference(name, first, second, self._cut)
        return found[0] if found else None

    def _reduced(self, name: str) -> Difference | None:
        """Where a reduction has come to something else; of a run that was cut short it says nothing."""
        end = float(self.first.recipe["until"])
        if name not in self.second:
            return Difference(name, end, np.inf, np.inf, np.nan)
        old, new = ((np.array([end]), result[name].values.reshape(1, -1)) for result in (self.first, self.second))
        found = [] if self._cut else _track_difference(name, old, new, False)
        return found[0] if found else None

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the repetition as NetCDF."""
        return self.second.save(path)

    def plot(self, kind: str | None = None, **options: Any) -> Any:
        """Draw the repetition."""
        return self.second.plot(kind, **options)

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "model": self.first.recipe["model"]["name"],
            "same": self.same,
            "status": [self.first.status, self.second.status],
            "differences": [
                {k: v if isinstance(v, str) or np.isfinite(v) else None for k, v in vars(d).items()}
                for d in self.differences
            ],
            "ending": self.ending,
            "place": list(self.place),
        }

    def summary(self) -> str:
        """One screen of text."""
        name, variables = self.first.recipe["model"]["name"], len(self.first.dataset.data_vars)
        if self.same:
            what = f"{variables} variable{'s' * (variables != 1)} at {self.first.time.size} times"
            lines = [f"{name}: repeated exactly; {what} are equal to the last bit.", *self._incomplete()]
        else:
            lines = [f"{name}: repeated, but not exactly.", *self._incomplete()]
            lines += [self.ending] if self.ending else []
            lines += self._differing()
        if self.place:
            lines += ["The two runs differ in:", *(f"  {text}" for text in self.place)]
        elif not self.same:
            lines.append("Versions, machine, libraries and threads are the same.")
        return "\n".join(lines)

    def _incomplete(self) -> list[str]:
        told = {
            "interrupted": "was interrupted, so it is compared as far as it came",
            "failed": f"had failed ({self.first.code})",
        }
        text = told.get(self.first.status)
        return [f"The first run {text}."] if text else []

    def _differing(self) -> list[str]:
        if not self.differences:
            return []
        first = self.differences[0]
        size = f"by {first.size:.2g}, at most by {first.largest:.2g} (it reaches {first.magnitude:.3g})"
        lines = [f"{first.variable} differs first, at t = {first.time:.6g}: {size}."]
        others = [d.variable for d in self.differences[1:]]
        more = f" and {len(others) - MOST_NAMES} more" if len(others) > MOST_NAMES else ""
        return [*lines, f"So do later: {', '.join(others[:MOST_NAMES])}{more}."] if others else lines


def _track_difference(
    name: str, first: tuple[NDArray[Any], NDArray[Any]], second: tuple[NDArray[Any], NDArray[Any]], cut: bool
) -> list[Difference]:
    """The difference of two tracks, if there is one; a run that was cut short counts as far as it came."""
    (time, old), (clock, new) = first, second
    count = min(len(time), len(clock))
    old_rows, new_rows = (np.asarray(v[:count], dtype=float).reshape(count, -1) for v in (old, new))
    equal = (old_rows == new_rows) & (np.signbit(old_rows) == np.signbit(new_rows))
    equal |= np.isnan(old_rows) & np.isnan(new_rows)
    differs = ~equal.all(axis=1) | (time[:count] != clock[:count])
    if not differs.any() and (cut or len(time) == len(clock)):
        return []
    apart = np.abs(old_rows - new_rows)
    magnitude = float(np.nanmax(np.abs(old_rows), initial=0.0))
    if not differs.any():
        longer = time if len(time) > len(clock) else clock
        return [Difference(name, float(longer[count]), np.inf, np.inf, magnitude)]
    k = int(np.argmax(differs))
    return [Difference(name, float(time[k]), float(apart[k].max()), float(apart.max()), magnitude)]


def _end(result: Result) -> tuple[Any, ...]:
    data = result.dataset
    trials = [data[name].values.tolist() for name in ("status", "message", "stop_time", "valid") if name in data.coords]
    return result.status, result.code, result.message, trials


def _told(result: Result) -> str:
    return f"{result.status} ({result.message.rstrip('.')})" if result.message else result.status


def _places(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    found = []
    for kind in ("versions", "machine", "libraries", "threads"):
        old, new = first.get(kind, {}), second.get(kind, {})
        # A library that only one of the two processes had loaded took part in neither run.
        names = old.keys() & new.keys() if kind in ("libraries", "threads") else old.keys() | new.keys()
        for name in sorted(names):
            if old.get(name) != new.get(name):
                what = f"threads of {name}" if kind == "threads" else name
                found.append(f"{what}: {old.get(name)}, here {new.get(name)}")
    return found
