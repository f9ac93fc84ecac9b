"""Input signals: functions of time that know where they jump or kink.

A signal is smooth between its edges. `on(a, b)` gives the smooth piece valid on [a, b], also at both ends, so that a
solver that evaluates at the end of a piece never sees the other side of an edge.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from neurodyn.calculus.rewrite import Definition

Value = float | NDArray[np.float64]
Piece = Callable[[float], Value]
Times = NDArray[np.float64]
MOST_EDGES = 1_000_000


class Signal(Protocol):
    """A function of time with known edges."""

    def edges(self, t0: float, t1: float) -> NDArray[np.float64]:
        """The times strictly inside (t0, t1) at which the signal jumps or kinks, sorted."""

    def on(self, a: float, b: float) -> Piece:
        """The smooth piece of the signal on [a, b], which holds no edge inside."""


def is_signal(value: Any) -> bool:
    """Whether a value is a signal, one of these or one that a caller wrote."""
    return hasattr(value, "edges") and hasattr(value, "on")


def inside(times: list[float] | NDArray[np.float64], t0: float, t1: float) -> NDArray[np.float64]:
    """The different times strictly between t0 and t1, sorted; times within a few roundings count as one."""
    found = np.unique(np.asarray(times, dtype=float))
    found = found[(found > t0) & (found < t1)]
    near = 8 * np.spacing(np.maximum(np.abs(found), max(abs(t0), abs(t1))))
    ends = np.concatenate([[t0], found, [t1]])
    apart = (np.diff(ends)[:-1] > near) & (t1 - found > near)
    kept: NDArray[np.float64] = found[apart]
    return kept


@dataclass(frozen=True, eq=False)
class Constant:
    """The same value at all times; an array for an input with letters."""

    value: Value

    def edges(self, t0: float, t1: float) -> NDArray[np.float64]:
        return np.empty(0)

    def on(self, a: float, b: float) -> Piece:
        value = self.value
        return lambda t: value


@dataclass(frozen=True)
class Step:
    """0 before `start`, `height` from then on."""

    start: float
    height: float = 1.0

    def edges(self, t0: float, t1: float) -> NDArray[np.float64]:
        return inside([self.start], t0, t1)

    def level(self, t: Times) -> Times:
        """The value at several times."""
        return np.where(t >= self.start, self.height, 0.0)

    def on(self, a: float, b: float) -> Piece:
        value = float(self.level(np.asarray(0.5 * (a + b))))
        return lambda t: value


@dataclass(frozen=True)
class Window:
    """`height` from `start` to `stop`, else 0."""

    start: float
    stop: float
    height: float = 1.0

    def edges(self, t0: float, t1: float) -> NDArray[np.float64]:
        return inside([self.start, self.stop], t0, t1)

    def level(self, t: Times) -> Times:
        """The value at several times."""
        return np.where((self.start <= t) & (t < self.stop), self.height, 0.0)

    def on(self, a: float, b: float) -> Piece:
        value = float(self.level(np.asarray(0.5 * (a + b))))
        return lambda t: value


@dataclass(frozen=True)
class Pulses:
    """Rectangular pulses: in period k the signal is `height` from (k + phase)*period on, for duty*period.

    `count` limits the number of pulses; without it they go on. Nothing happens before time 0.
    """

    height: float = 1.0
    period: float = 1.0
    duty: float = 0.5
    phase: float = 0.0
    count: int | None = None

    def _numbers(self, t0: float, t1: float) -> range:
        """The pulses that may touch [t0, t1]."""
        first = max(0, math.floor(t0 / self.period - self.phase - self.duty) - 1)
        last = math.floor(t1 / self.period - self.phase) + 2
        if self.count is not None:
            last = min(last, self.count)
        return range(first, max(first, last))

    def edges(self, t0: float, t1: float) -> NDArray[np.float64]:
        numbers = self._numbers(t0, t1)
        if len(numbers) > MOST_EDGES:
            raise OverflowError(f"{len(numbers):,} pulses in one run")
        start = (np.array(numbers, dtype=float) + self.phase) * self.period
        return inside(np.concatenate([start, start + self.duty * self.period]), t0, t1)

    def level(self, t: Times) -> Times:
        """The value at several times."""
        latest = np.floor(t / self.period - self.phase)
        most, high = math.inf if self.count is None else self.count, np.zeros(np.shape(t), bool)
        for back in range(-1, math.ceil(self.duty) + 2):  # one more on both sides, where quotients are rounded
            k = latest - back
            since = t - (k + self.phase) * self.period
            high |= (k >= 0) & (k < most) & (since >= 0.0) & (since < self.duty * self.period)
        return np.where(high, self.height, 0.0)

    def on(self, a: float, b: float) -> Piece:
        value = float(self.level(np.asarray(0.5 * (a + b))))
        return lambda t: value


@dataclass(frozen=True)
class Ramp:
    """A straight line from `low` at `start` to `high` at `stop`, constant outside."""

    start: float
    stop: float
    low: float = 0.0
    high: float = 1.0

    def edges(self, t0: float, t1: float) -> NDArray[np.float64]:
        return inside([self.start, self.stop], t0, t1)

    def on(self, a: float, b: float) -> Piece:
        middle, low, start = 0.5 * (a + b), self.low, self.start
        if middle < start:
            return lambda t: low
        if middle >= self.stop:
            high = self.high
            return lambda t: high
        slope = (self.high - low) / (self.stop - start)
        return lambda t: low + slope * (t - start)


@dataclass(frozen=True)
class Repeat:
    """A signal taken from 0 to `period`, again and again, `count` times in all; then 0."""

    signal: Signal
    period: float
    count: int

    def edges(self, t0: float, t1: float) -> NDArray[np.float64]:
        own = np.concatenate([[0.0], self.signal.edges(0.0, self.period)])
        first = max(0, math.floor(t0 / self.period))
        last = min(self.count, math.floor(t1 / self.period) + 1)
        starts = np.arange(first, last) * self.period
        if len(starts) * len(own) > MOST_EDGES:
            raise OverflowError(f"{len(starts) * len(own):,} edges in one run")
        times = (starts[:, None] + own[None, :]).ravel()
        return inside(np.append(times, self.count * self.period), t0, t1)

    def on(self, a: float, b: float) -> Piece:
        turn = math.floor(0.5 * (a + b) / self.period)
        if not 0 <= turn < self.count:
            return lambda t: 0.0
        shift = turn * self.period
        piece = self.signal.on(a - shift, b - shift)
        return lambda t: piece(t - shift)


@dataclass(frozen=True, eq=False)
class Smooth:
    """An expression of time without edges.

    Attributes:
        text: the expression, if it speaks of time alone.
        definition: the expression as symbols, where it is known.
    """

    function: Callable[[float], Value]
    text: str | None = None
    definition: Definition | None = None

    def edges(self, t0: float, t1: float) -> NDArray[np.float64]:
        return np.empty(0)

    def on(self, a: float, b: float) -> Piece:
        return self.function


@dataclass(frozen=True)
class Spread:
    """The value of a signal at every position of an input with letters."""

    signal: Signal
    shape: tuple[int, ...]

    def edges(self, t0: float, t1: float) -> NDArray[np.float64]:
        return self.signal.edges(t0, t1)

    def on(self, a: float, b: float) -> Piece:
        piece, shape = self.signal.on(a, b), self.shape
        return lambda t: np.broadcast_to(piece(t), shape)


@dataclass(frozen=True)
class Combined:
    """Two signals added, subtracted or multiplied."""

    operation: Callable[[Any, Any], Any]
    left: Signal
    right: Signal

    def edges(self, t0: float, t1: float) -> NDArray[np.float64]:
        return inside(np.concatenate([self.left.edges(t0, t1), self.right.edges(t0, t1)]), t0, t1)

    def on(self, a: float, b: float) -> Piece:
        left, right, operation = self.left.on(a, b), self.right.on(a, b), self.operation
        return lambda t: operation(left(t), right(t))
