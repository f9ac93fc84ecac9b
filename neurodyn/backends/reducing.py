"""Reductions of a run, step by step, for backends that compute with arrays.

Between two steps the path is the polynomial that the method draws there; see `nodes`. Inside, time runs forward.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.nodes import Nodes, combined, highest, nodes, root, shortened
from neurodyn.backends.plan import Floats, Plan
from neurodyn.system.reductions import DOWN, UP, FirstCrossing, Max, Mean, Min, Reduction, SettledAt

Rows = NDArray[np.intp]
# The values of observables: of times and states, a row for each run, by name.
Read = Callable[[Floats, Floats, Rows], Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class Span:
    """A step of some runs.

    Attributes:
        rows: the numbers of the runs.
        begin, length: of their steps.
        values: of a quantity at the points of the step, (points, runs, numbers).
        speeds: there, (points, runs); None where nobody asks, and at the end of a map.
    """

    points: Nodes
    rows: Rows
    begin: Floats
    length: Floats
    values: Floats
    speeds: Floats | None

    def after(self, t: float) -> Span | None:
        """The part from a time on; None if there is none."""
        point = self.points.count == 1
        kept = np.flatnonzero(self.begin >= t if point else self.begin + self.length > t)
        if not kept.size:
            return None
        begin, length, values = self.begin[kept], self.length[kept], self.values[:, kept]
        late = np.flatnonzero(begin < t)
        if late.size:
            part = (t - begin[late]) / length[late]
            values[:, late] = shortened(self.points, values[:, late], part)
            length[late], begin[late] = begin[late] + length[late] - t, t
        return replace(self, rows=self.rows[kept], begin=begin, length=length, values=values)


class Kept(Protocol):
    """What is kept of a run for one reduction."""

    def take(self, span: Span) -> None: ...

    def found(self) -> Floats: ...


class Extreme:
    """The largest value, or with sign -1 the least."""

    def __init__(self, sign: float, runs: int, numbers: int) -> None:
        self._sign, self._best = sign, np.full((runs, numbers), -np.inf)

    def take(self, span: Span) -> None:
        values, best = self._sign * span.values, self._best[span.rows]
        top, low = values.max(axis=0), values.min(axis=0)
        # A polynomial exceeds its values at Chebyshev's points by less than half of what they span.
        open_ = ~(top + (top - low) / 2 <= best)
        best = np.maximum(best, top)
        if span.points.count > 2 and open_.any():
            best[open_] = np.maximum(best[open_], highest(span.points, values[:, open_]))
        self._best[span.rows] = best

    def found(self) -> Floats:
        return np.where(self._best == -np.inf, np.nan, self._sign * self._best)


class Average:
    """The mean over time."""

    def __init__(self, runs: int, numbers: int) -> None:
        self._sum, self._time = np.zeros((runs, numbers)), np.zeros((runs, 1))

    def take(self, span: Span) -> None:
        mean = combined(span.points.weights[None], span.values)[0]
        self._sum[span.rows] += span.length[:, None] * mean
        self._time[span.rows] += span.length[:, None]

    def found(self) -> Floats:
        mean: Floats = self._sum / np.where(self._time > 0, self._time, np.nan)
        return mean


class Crossing:
    """The first time at which a level is crossed; `sign` is that of time."""

    def __init__(self, asked: FirstCrossing, sign: float, runs: int, numbers: int) -> None:
        self._level, self._direction, self._sign = float(asked.level), asked.direction, sign
        self._time, self._last = np.full((runs, numbers), np.nan), np.full((runs, numbers), np.nan)

    def take(self, span: Span) -> None:
        off = np.concatenate([self._last[span.rows][None], span.values - self._level])
        self._last[span.rows] = off[-1]
        before, behind = off[:-1], off[1:]
        up, down = (before < 0) & (behind >= 0), (before > 0) & (behind <= 0)
        crossed = {UP: up, DOWN: down}.get(self._direction, up | down)
        crossed &= np.isnan(self._time[span.rows])
        runs, numbers = np.nonzero(crossed.any(axis=0))
        if not runs.size:
            return
        place = np.argmax(crossed[:, runs, numbers], axis=0)
        part = np.zeros(runs.size)  # across a jump between two steps
        inside = np.flatnonzero(place > 0)
        if inside.size:
            series = combined(span.points.to_series, span.values[:, runs[inside], numbers[inside]] - self._level)
            ends = span.points.x[place[inside] - 1], span.points.x[place[inside]]
            part[inside] = (root(series, combined(span.points.to_slope, series), *ends) + 1) / 2
        self._time[span.rows[runs], numbers] = self._sign * (span.begin[runs] + part * span.length[runs])

    def found(self) -> Floats:
        return self._time


class Settling:
    """The time since which the speed has been below a bound."""

    def __init__(self, tolerance: float, sign: float, runs: int) -> None:
        self._tolerance, self._sign, self._time = tolerance, sign, np.full((runs, 1), np.nan)

    def take(self, span: Span) -> None:
        if span.speeds is None:
            return
        fast = span.speeds > self._tolerance
        since = self._time[span.rows, 0]
        since = np.where(np.isnan(since), span.begin, since)
        came = np.flatnonzero(fast.any(axis=0) & ~fast[-1])
        if came.size:
            last = len(fast) - 1 - np.argmax(fast[::-1, came], axis=0)
            first, second = span.speeds[last, came], np.maximum(span.speeds[last + 1, came], np.finfo(float).tiny)
            share = np.log(first / self._tolerance) / np.log(first / second)
            parts = span.points.parts
            part = parts[last] + share * (parts[last + 1] - parts[last])
            since[came] = span.begin[came] + part * span.length[came]
        self._time[span.rows, 0] = np.where(fast[-1], np.nan, since)

    def found(self) -> Floats:
        return self._sign * self._time


class Running:
    """All reductions of a plan.

    Args:
        count: how many points of a step are looked at: one more than the degree of its path.
    """

    def __init__(self, plan: Plan, count: int) -> None:
        self._plan, self.points = plan, nodes(count)
        self._asked = dict(plan.reduce)
        self._wants_speed = any(isinstance(one, SettledAt) for one in self._asked.values())
        self._sign, runs = (1.0 if plan.forward else -1.0), plan.trials or 1
        layout = plan.system.layout
        self._columns = dict(layout.unpack(np.arange(layout.size, dtype=float)).items())
        self._shapes = {
            name: plan.system.bound().shape(plan.system.structure.letters(one.reads), None) if one.reads else ()
            for name, one in self._asked.items()
        }
        self._kept = {name: self._new(one, runs, int(np.prod(self._shapes[name]))) for name, one in self._asked.items()}
        reads = dict.fromkeys(one.reads for one in self._asked.values() if one.reads)
        self.observed = tuple(name for name in reads if name not in self._columns)

    def _new(self, asked: Reduction, runs: int, numbers: int) -> Kept:
        if isinstance(asked, Max | Min):
            return Extreme(1.0 if isinstance(asked, Max) else -1.0, runs, numbers)
        if isinstance(asked, Mean):
            return Average(runs, numbers)
        if isinstance(asked, FirstCrossing):
            return Crossing(asked, self._sign, runs, numbers)
        assert isinstance(asked, SettledAt)
        return Settling(asked.tolerance, self._sign, runs)

    def step(
        self, rows: Rows, begin: Floats, length: Floats, states: Floats, read: Read, speeds: Floats | None = None
    ) -> None:
        """A step of some runs.

        Args:
            begin, length: of each; begins run forward.
            states: at the points of the step, (points, runs, states).
            read: gives the observables.
            speeds: of a map, (1, runs), how far its next step leads.
        """
        if self._wants_speed and self.points.count > 1:
            rates = combined(self.points.to_rates, states) / self._plan.system.layout.scales
            speeds = np.abs(rates).max(axis=2) / length
        span = Span(self.points, rows, begin, length, states, speeds)
        seen: dict[str, Floats] = {}
        if self.observed:
            times = begin + np.multiply.outer(self.points.parts, length if self.points.count > 1 else 0 * length)
            found = [read(self._sign * t, y, rows) for t, y in zip(times, states, strict=True)]
            shape = (len(states), len(rows), -1)
            seen = {
                name: np.stack([np.asarray(one[name], float) for one in found]).reshape(shape) for name in self.observed
            }
        for name, asked in self._asked.items():
            values = states[..., :0] if asked.reads is None else self._values(asked.reads, states, seen)
            own: Span | None = replace(span, values=values)
            if asked.begin is not None and own is not None:
                own = own.after(self._sign * asked.begin)
            if own is not None:
                self._kept[name].take(own)

    def _values(self, name: str, states: Floats, seen: Mapping[str, Floats]) -> Floats:
        if name in seen:
            return seen[name]
        return states[..., np.asarray(self._columns[name], dtype=np.intp).ravel()]

    def found(self) -> dict[str, Floats]:
        """What has come out, by name: (trials, ...), without trials (...)."""
        lead = () if self._plan.trials is None else (self._plan.trials,)
        return {name: kept.found().reshape((*lead, *self._shapes[name])) for name, kept in self._kept.items()}
