"""Arrays of intervals, rounded outwards: an operation on them holds every value of the operation on numbers within.

Sums, products, quotients and roots are rounded by one unit of the last place, functions of libraries by more than they
are known to be off (Moore, Kearfott and Cloud 2009, Introduction to Interval Analysis).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Unary = Callable[[Any], Any]
# What a function of the C library may be off by, in units of the last place, and a special function.
ULPS, SPECIAL = 4, 64
EPS = float(np.finfo(float).eps)
TINY = float(np.finfo(float).smallest_subnormal)


@dataclass(frozen=True, eq=False)
class Interval:
    """All numbers from `low` to `high`, element by element; both of one shape."""

    low: Array
    high: Array

    @classmethod
    def point(cls, value: Any) -> Interval:
        """Numbers that are known exactly."""
        exact = np.asarray(value, dtype=float)
        return cls(exact, exact)

    def map(self, change: Unary) -> Interval:
        """Both ends changed alike: for what only moves elements, or is increasing and exact."""
        low = change(self.low)
        return Interval(low, low if self.is_point else change(self.high))

    @property
    def is_point(self) -> bool:
        """Whether both ends are one array: then half of the work is left out."""
        return self.low is self.high

    @property
    def ends(self) -> tuple[Array, ...]:
        """The two ends, or the one that they are."""
        return (self.low,) if self.is_point else (self.low, self.high)

    @property
    def width(self) -> Array:
        return self.high - self.low

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __add__(self, other: Interval) -> Interval:
        return outward(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return outward(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        ends = [_product(x, y) for x in self.ends for y in other.ends]
        return outward(np.minimum.reduce(ends), np.maximum.reduce(ends))

    def __truediv__(self, other: Interval) -> Interval:
        pairs = [(x, y) for x in (self.low, self.high) for y in (other.low, other.high)]
        ends = [_away_from_zero(x / y, x) for x, y in pairs]
        unbounded = (other.low <= 0) & (other.high >= 0)
        low, high = np.minimum.reduce(ends), np.maximum.reduce(ends)
        return outward(np.where(unbounded, -np.inf, low), np.where(unbounded, np.inf, high))

    def hull(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    def total(self, axes: tuple[int, ...]) -> Interval:
        """The sum along axes."""
        count = int(np.prod([self.low.shape[a] for a in axes])) if axes else 1
        size = np.abs(self.low).sum(axis=axes), np.abs(self.high).sum(axis=axes)
        low, high = self.low.sum(axis=axes), self.high.sum(axis=axes)
        # A sum of n terms is off by at most n - 1 roundings of the sum of their sizes.
        return outward(low - count * EPS * size[0], high + count * EPS * size[1])


def centred(x: Interval) -> tuple[Array, Array]:
    """An interval as its middle, and how far it may be from it."""
    middle = x.low + (x.high - x.low) / 2
    return middle, np.nextafter(np.maximum(x.high - middle, middle - x.low), np.inf)


def outward(low: Array, high: Array, ulps: int = 1) -> Interval:
    """Ends moved outwards, but for those that are 0, which no rounding makes; what is no number becomes unbounded."""
    return Interval(_moved(low, -np.inf, ulps), _moved(high, np.inf, ulps))


def _moved(end: Array, to: float, ulps: int) -> Array:
    away = end
    if ulps > 1:  # one more is left to `nextafter`; a unit of the last place is less than EPS times the number
        with np.errstate(invalid="ignore"):
            away = end + np.sign(to) * (ulps - 1) * (EPS * np.abs(end) + TINY)
    found = np.nextafter(away, to)
    found = np.where(end == 0, 0.0, found)
    return np.where(np.isnan(found), to, found) if np.isnan(found).any() else found


def _product(x: Array, y: Array) -> Array:
    """A product of ends; 0 times infinity is 0, as of a limit that stays 0."""
    found = x * y
    zero = (x == 0) | (y == 0)
    found = np.where(zero, 0.0, found)
    lost = (found == 0) & ~zero
    return np.where(lost, np.sign(x) * np.sign(y) * TINY, found) if lost.any() else found


def _away_from_zero(found: Array, factor: Array, sign: Any = 1.0) -> Array:
    """What underflowed is no 0."""
    return np.where((found == 0) & (factor != 0), np.sign(factor) * sign * TINY, found)


def increasing(
    function: Unary, least: float = -np.inf, most: float = np.inf, ulps: int = ULPS
) -> Callable[[Interval], Interval]:
    """The rule of an increasing function whose values lie between two numbers."""

    def rule(x: Interval) -> Interval:
        ends = [_away_from_zero(function(v), function(np.sign(v))) for v in (x.low, x.high)]
        found = outward(ends[0], ends[1], ulps)
        return Interval(np.maximum(found.low, least), np.minimum(found.high, most))

    return rule


def decreasing(
    function: Unary, least: float = -np.inf, most: float = np.inf, ulps: int = ULPS
) -> Callable[[Interval], Interval]:
    """The rule of a decreasing function."""
    rule = increasing(lambda x: function(-x), least, most, ulps)
    return lambda x: rule(-x)


def even(rule: Callable[[Interval], Interval]) -> Callable[[Interval], Interval]:
    """The rule of a function of the size of its argument alone, from its rule for sizes."""
    return lambda x: rule(magnitude(x))


def magnitude(x: Interval) -> Interval:
    """The interval of absolute values."""
    most = np.maximum(np.abs(x.low), np.abs(x.high))
    least = np.where((x.low <= 0) & (x.high >= 0), 0.0, np.minimum(np.abs(x.low), np.abs(x.high)))
    return Interval(least, most)


def whole_power(x: Interval, n: int) -> Interval:
    """x**n for a whole n > 0."""
    base = magnitude(x) if n % 2 == 0 else x
    low, high = (_away_from_zero(v**n, v, np.sign(v) ** (n - 1)) for v in (base.low, base.high))
    found = outward(low, high, ULPS * n)
    return Interval(np.maximum(found.low, 0.0), found.high) if n % 2 == 0 else found


def power(x: Interval, n: Interval) -> Interval:
    """x**n for x >= 0; elsewhere nothing is known, unless n is a whole number."""
    exponent = n.low.item() if n.low.size == 1 and (n.low == n.high).all() else 0.0
    if exponent > 0 and exponent.is_integer():
        return whole_power(x, int(exponent))
    ends = [np.maximum(v, 0.0) ** m for v in (x.low, x.high) for m in (n.low, n.high)]
    found = outward(np.minimum.reduce(ends), np.maximum.reduce(ends), ULPS)
    bad = x.low < 0
    return Interval(np.where(bad, -np.inf, np.maximum(found.low, 0.0)), np.where(bad, np.inf, found.high))


def wave(function: Unary, crest: float) -> Callable[[Interval], Interval]:
    """The rule of sine and cosine: `crest` is where the function is 1."""

    def rule(x: Interval) -> Interval:
        ends = function(x.low), function(x.high)
        found = outward(np.minimum(*ends), np.maximum(*ends), ULPS)
        top, bottom = _holds(x, crest), _holds(x, crest + np.pi)
        low, high = np.where(bottom, -1.0, found.low), np.where(top, 1.0, found.high)
        return Interval(np.maximum(low, -1.0), np.minimum(high, 1.0))

    return rule


def _holds(x: Interval, place: float) -> Array:
    """Whether an interval may hold `place` plus a multiple of 2 pi; near its ends it is taken to."""
    slack = 1e-9 * (1 + np.maximum(np.abs(x.low), np.abs(x.high)))
    first = np.ceil((x.low - slack - place) / (2 * np.pi))
    held: Array = (first * 2 * np.pi + place <= x.high + slack) | ~np.isfinite(x.width)
    return held
