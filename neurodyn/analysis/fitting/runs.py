"""Runs of a system with many sets of parameters side by side, as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fitting.observed import Observed
from neurodyn.analysis.fitting.vary import Vary
from neurodyn.analysis.fitting.watch import Watch
from neurodyn.errors import InputError
from neurodyn.simulation import simulate
from neurodyn.system.system import System

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class How:
    """How runs are made: see `simulate`."""

    backend: str | None = None
    method: str | None = None
    rtol: float = 1e-8
    atol: float = 1e-10
    seed: int = 0


# Methods for stiff flows, and what stands for them in lanes.
STIFF, STIFF_LANES = ("LSODA", "BDF", "Radau"), "Rodas4"


@dataclass(frozen=True)
class Way:
    """A backend and a method (None: what `simulate` chooses), and whether trials go side by side."""

    backend: str | None
    method: str | None
    together: bool = True


class Runs:
    """Runs from the begin of an experiment to the last look.

    By default they are lanes of the backend `ensemble` where it can run the system, else what `simulate` chooses; one
    run goes after the other where that takes no trials.

    Attributes:
        done: the backend and the method of the last ones.
    """

    def __init__(self, system: System, base: System, seen: Observed, how: How) -> None:
        self.system, self.seen, self.done = system, seen, ("", "")
        # Those of the base stay its own, since they may follow from parameters.
        own = [] if system is base else [n for n in base.signals if n in system.model.inputs]
        self.fixed: dict[str, Any] = {
            "inputs": {n: base.signals[n] for n in own}, "save_at": seen.looks, "seed": how.seed,
            "on_failure": "return", "progress": False,
        }  # fmt: skip
        if system.model.discrete:
            self.fixed |= {"steps": int(seen.until)}
        else:
            self.fixed |= {"t0": seen.begin, "until": seen.until, "rtol": how.rtol, "atol": how.atol}
        self.signals = {n: base.signals[n] for n in own}
        self.ways, self.sure = _ways(base, how), False
        self.watches: dict[tuple[str, ...], Watch | None] = {}

    def of(
        self, values: Mapping[str, Floats], start: Mapping[str, Any], record: Sequence[str], trials: int
    ) -> dict[str, Floats]:
        """What is recorded, (times, trials, *shape); NaN from where a run fails.

        Args:
            values: of parameters, (trials,).
            start: of states, each with a row for each trial.
        """
        values = {n: v for n, v in values.items() if n in self.system.model.parameters}  # others leave it as it is
        while True:
            try:
                found = self._all(values, start, record, trials)
                self.sure = True
                return found
            except InputError:
                if self.sure and trials > 1:
                    return self._each(values, start, record, trials)
                if self.sure or len(self.ways) == 1:
                    raise
                self.ways = self.ways[1:]

    def _all(
        self, values: Mapping[str, Floats], start: Mapping[str, Any], record: Sequence[str], trials: int
    ) -> dict[str, Floats]:
        """All trials, side by side or one after the other."""
        way = self.ways[0]
        if way.together:
            watch = self._watch(record)
            if watch is None:
                return self._made(way, record, values=values, start=start, trials=trials)
            states = self._made(way, self.system.layout.names, values=values, start=start, trials=trials)
            return {**states, **watch.at(states, values, trials)}
        rows = [self._made(way, record, values=_row(values, k), start=_row(start, k)) for k in range(trials)]
        return {n: np.stack([row[n] for row in rows], axis=1) for n in record}

    def _watch(self, record: Sequence[str]) -> Watch | None:
        """What reads observables off the states; None where the run itself has to."""
        others = tuple(n for n in record if n not in self.system.layout.names)
        if others not in self.watches:
            able = others and self.signals.keys() == self.system.signals.keys() and Watch.able(self.system, others)
            self.watches[others] = Watch(self.system, self.signals, self.seen, others) if able else None
        return self.watches[others]

    def _each(
        self, values: Mapping[str, Floats], start: Mapping[str, Any], record: Sequence[str], trials: int
    ) -> dict[str, Floats]:
        """The trials by themselves: NaN for those that the model refuses, by rules that bind several parameters."""
        rows: list[dict[str, Floats]] = []
        refused: list[InputError] = []
        for k in range(trials):
            row = slice(k, k + 1)
            try:
                rows.append(self._all(_row(values, row), _row(start, row), record, 1))
            except InputError as error:
                refused.append(error)
                rows.append({})
        shapes = next((row for row in rows if row), None)
        if shapes is None:
            raise refused[0]
        rows = [row or {n: np.full_like(x, np.nan) for n, x in shapes.items()} for row in rows]
        return {n: np.concatenate([row[n] for row in rows], axis=1) for n in record}

    def _made(self, way: Way, record: Sequence[str], **asked: Any) -> dict[str, Floats]:
        """One call: all trials, or a single run."""
        found = simulate(self.system, record=record, backend=way.backend, method=way.method, **asked, **self.fixed)
        if found.status == "interrupted":
            raise KeyboardInterrupt
        self.done = (str(found.recipe["backend"]), str(found.recipe.get("method", "")))
        return {n: self._whole(np.asarray(found.numbers(n), dtype=float)) for n in record}

    def _whole(self, numbers: Floats) -> Floats:
        """With NaN for the times that no run came to."""
        lacking = len(self.seen.looks) - len(numbers)
        return np.concatenate([numbers, np.full((lacking, *numbers.shape[1:]), np.nan)]) if lacking > 0 else numbers


def _row(each: Mapping[str, Any], k: int | slice) -> dict[str, Any]:
    return {name: rows[k] for name, rows in each.items()}


def _ways(system: System, how: How) -> list[Way]:
    """What is tried, in turn, until one can run the system."""
    bench = system.model.bench
    backend, method = how.backend or bench.get("backend"), how.method or bench.get("method")
    if how.backend is None and how.method is None and not bench.get("backend"):
        lanes = [Way("ensemble", STIFF_LANES if method in STIFF else None)]
    else:
        lanes = []
    return [*lanes, Way(backend, method), Way(backend, method, together=False)]


def starts_of(system: System, varied: Sequence[Vary], given: Mapping[str, Any], values: Mapping[str, Floats]) -> Floats:
    """The start of each trial, (trials, size), where some follow from parameters."""
    names = [v.name for v in varied if not v.is_start]
    begin = [v.name for v in varied if v.is_start]
    rows = []
    for k in range(len(next(iter(values.values())))):
        own = system.with_values({n: values[n][k] for n in names}) if names else system
        rows.append(own.start({**given, **{n: values[n][k] for n in begin}}))
    return np.stack(rows)
