"""Follows an orbit with directions: how fast these grow.

The orbit is left to itself for a while. Then it is cut into pieces, which are followed side by side; each begins with
directions of its own, which turn to those that grow fastest before anything is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from neurodyn.analysis.exponents.augmented import Augmented, Floats
from neurodyn.analysis.exponents.carrier import Carrier, drawn, orthonormal

# Directions are made orthonormal when the fastest has grown or shrunk by e, on average; in no interval by more than
# exp(MOST); and after so many times the time in which the linearisation turns or stretches a vector by its own length.
MOST, TURNS = 6.0, 10.0
# Growth of one interval may at most double or halve the next.
CHANGE = 2.0
# A map of which nothing grows is looked at after so many steps.
MOST_STEPS = 100


class March:
    """One orbit with directions, or several pieces of it side by side.

    Attributes:
        t: the time that the pieces have come to; where neither inputs nor events depend on it, so that they are not
            `clocked`, it begins anew with each interval.
        states, directions: of the pieces, (pieces, size) and (pieces, size, count).
    """

    def __init__(self, whole: Augmented, carrier: Carrier, t0: float, clocked: bool) -> None:
        self.whole, self.carrier, self.clocked = whole, carrier, clocked
        self.t0 = self.t = t0
        self.states = self.directions = np.empty(0)
        self.discrete = whole.base.model.discrete

    def begin(self, states: Floats, rng: np.random.Generator) -> None:
        """Pieces begin at states (pieces, size), with directions that are drawn."""
        self.states, self.directions = states, drawn(self.whole, len(states), rng)
        self.t = self.t0
        self.carrier.forget()

    def on(self, interval: float) -> tuple[Floats, Floats]:
        """Go on by an interval: the growth (pieces, count) and the integral of the trace (pieces,)."""
        begin = self.t if self.clocked else self.t0
        packed = self.whole.pack(self.states, self.directions)
        reached = self.carrier.to(begin, begin + interval, packed)
        self.t = begin + interval
        self.states, vectors, trace = self.whole.unpack(reached)
        self.directions, growth = orthonormal(vectors)
        return growth, trace

    def longest(self) -> float:
        """How long an interval may be for what the linearisation does here; a map has no measure of that."""
        if self.discrete:
            return float(MOST_STEPS)
        inputs = {n: s.on(self.t, np.nextafter(self.t, np.inf))(self.t) for n, s in self.carrier.plan.signals.items()}
        packed = self.whole.pack(self.states[:1], self.directions[:1])
        _, turned, _ = self.whole.unpack(self.whole.system.flow()(self.t, packed[0], inputs)[None])
        rate = float(np.linalg.norm(turned[0], axis=0).max())
        return TURNS / rate if rate else np.inf


@dataclass(frozen=True)
class Settled:
    """What was seen of an orbit while it was left to itself.

    Attributes:
        interval: that suits it.
        passed: how long it was.
    """

    interval: float
    passed: float


def settle(march: March, transient: float | None, intervals: int, watch: Callable[[], None]) -> Settled:
    """Leave an orbit to itself for a time, or for so many intervals of lengths that suit it."""
    rows: list[tuple[float, float, Floats]] = []
    passed, h = 0.0, 1.0 if march.discrete else march.longest() / TURNS
    h = h if np.isfinite(h) else 1.0
    while (passed < transient * (1 - 1e-9)) if transient is not None else (len(rows) < intervals):
        longest = march.longest()
        longest = longest if np.isfinite(longest) else h
        most = longest if transient is None else min(longest, transient - passed, max(transient / 20, march.discrete))
        h = _whole(march, min(h, most))
        growth = march.on(h)[0][0]
        rows.append((h, longest, growth))
        passed += h
        h *= float(np.clip(1 / max(float(np.abs(growth).max()), 1e-300), 1 / CHANGE, CHANGE))
        watch()
    return Settled(_whole(march, _interval(rows[len(rows) // 2 :])), passed)


def _interval(rows: Sequence[tuple[float, float, Floats]]) -> float:
    """The interval in which the fastest direction changes by e on average, and none by too much at any time."""
    time = sum(h for h, _, _ in rows)
    mean = float(np.abs(sum(growth for _, _, growth in rows) / time).max())
    fastest = max(float(np.abs(growth).max()) / h for h, _, growth in rows)
    bounds = [1 / mean if mean else np.inf, MOST / fastest if fastest else np.inf, min(x for _, x, _ in rows)]
    found = min(bounds)
    return found if np.isfinite(found) else rows[-1][0]


def _whole(march: March, interval: float) -> float:
    """The interval, in whole steps of a map."""
    return float(max(1, round(interval))) if march.discrete else interval


def spread(march: March, orbit: Carrier, pieces: int, apart: float, rng: np.random.Generator) -> Floats:
    """Let pieces begin along the orbit, one where the one before it ends; the state where the last ends is left."""
    orbit.forget()
    times: Floats = march.t0 + apart * np.arange(1, pieces + 1, dtype=float)
    begin = march.states[-1]
    states, end = orbit.along(march.t0, times, begin)
    march.begin(np.concatenate([begin[None], states[:-1]]), rng)
    return end
