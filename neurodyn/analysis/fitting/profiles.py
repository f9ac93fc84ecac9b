"""Profiles: the least sum of squares for each value of a parameter, all others free, and the interval that it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fitting.problem import Minimum, Problem, minimise
from neurodyn.analysis.fitting.together import Ask, side_by_side

Floats = NDArray[np.float64]
# Steps aim at so much more of the root of the rise, which is 1 at the end of the interval.
RISE = 0.4
# A step is at most so much longer than the one before, and of this part of the bounds.
LONGER, WIDEST, SHORTEST = 3.0, 0.25, 1e-6
MOST = 40
# The end of an interval is found until the rise is right to this part.
SHARP = 1e-3


@dataclass(frozen=True, eq=False)
class Profile:
    """The profile of one parameter.

    Attributes:
        values: of the parameter, rising.
        rise: the sum of squares above its least, in terms of the rise at the ends of the interval, so 1 there.
        low, high: the ends of the interval; the bounds where it is open.
        open_low, open_high: whether the rise stays below 1 up to the bound: the data do not tell that end.
    """

    name: str
    values: Floats
    rise: Floats
    low: float
    high: float
    open_low: bool
    open_high: bool

    @property
    def is_open(self) -> bool:
        """Whether an end is not told: the parameter is not identified in practice."""
        return self.open_low or self.open_high


@dataclass(frozen=True, eq=False)
class _Side:
    """One side of a profile: coordinates and rises from the best point outwards."""

    at: list[float]
    rises: list[float]
    end: float
    is_open: bool
    lowest: Minimum | None


def profiles(
    problem: Problem, best: Minimum, halves: Floats, rise: float, held: Sequence[int] = ()
) -> tuple[tuple[Profile, ...], Minimum | None]:
    """The profile of every parameter, and a better minimum than the best, if one came up on the way.

    Args:
        halves: of the intervals by the covariance, in coordinates; not finite where they are not told.
        rise: of the sum of squares at the ends of intervals.
    """
    count = len(best.point)
    walk = partial(_side, problem=problem, best=best, rise=rise)
    searches: list[Callable[[Ask], _Side]] = [
        partial(walk, k=k, sign=sign, first=float(halves[k])) for k in range(count) for sign in (-1.0, 1.0)
    ]
    sides = side_by_side(searches, problem.answer)
    lower = [s.lowest for s in sides if s.lowest is not None]
    better = min(lower, key=lambda m: m.squares) if lower else None
    found = tuple(_profile(problem, k, sides[2 * k], sides[2 * k + 1]) for k in range(count))
    return found, better


def _profile(problem: Problem, k: int, down: _Side, up: _Side) -> Profile:
    one = problem.varied[k]
    at = np.array([*down.at[:0:-1], *up.at])
    rises = np.array([*down.rises[:0:-1], *up.rises])
    order = np.argsort(at, kind="stable")
    low, high = float(one.value(down.end)), float(one.value(up.end))
    return Profile(one.name, one.value(at[order]), rises[order], low, high, down.is_open, up.is_open)


def _side(ask: Ask, *, problem: Problem, best: Minimum, k: int, sign: float, first: float, rise: float) -> _Side:
    """Go outwards until the sum of squares has risen enough, or to the bound."""
    bound = float(problem.high[k] if sign > 0 else problem.low[k])
    width = float(problem.high[k] - problem.low[k])
    at, roots, points = [float(best.point[k])], [0.0], [best.point]
    lowest: Minimum | None = None
    step = RISE * first if np.isfinite(first) and first > 0 else WIDEST * width / LONGER
    while roots[-1] < 1 and at[-1] != bound and len(at) < MOST:
        step = float(np.clip(step, SHORTEST * width, WIDEST * width))
        place = float(np.clip(at[-1] + sign * step, problem.low[k], problem.high[k]))
        found = _held(ask, problem, _guess(at, points, k, place), k, place)
        root = _root(found, best, rise)
        if not np.isfinite(root):  # no run comes to its end there: the profile stops short of it
            break
        if found.squares < best.squares * (1 - 1e-6) and (lowest is None or found.squares < lowest.squares):
            lowest = found
        slope = (root - roots[-1]) / abs(place - at[-1]) if place != at[-1] else 0.0
        at, roots, points = [*at, place], [*roots, root], [*points, found.point]
        step = min(LONGER * step, (RISE / slope) if slope > 0 else np.inf)
    if roots[-1] < 1:
        return _Side(at, [r**2 for r in roots], at[-1], True, lowest)
    end = _sharpened(ask, problem, best, k, rise, at, roots, points)
    return _Side(at, [r**2 for r in roots], end, False, lowest)


def _held(ask: Ask, problem: Problem, first: Floats, k: int, place: float) -> Minimum:
    first = np.array(first)
    first[k] = place
    return minimise(ask, first, problem.low, problem.high, held=(k,))


def _guess(at: list[float], points: list[Floats], k: int, place: float) -> Floats:
    """Where the others may be: on the straight line through the last two."""
    if len(at) < 2 or at[-1] == at[-2]:
        return points[-1]
    part = (place - at[-1]) / (at[-1] - at[-2])
    return points[-1] + min(part, LONGER) * (points[-1] - points[-2])


def _root(found: Minimum, best: Minimum, rise: float) -> float:
    if not np.isfinite(found.squares):
        return np.inf
    return float(np.sqrt(max(found.squares - best.squares, 0.0) / rise))


def _sharpened(
    ask: Ask, problem: Problem, best: Minimum, k: int, rise: float, at: list[float], roots: list[float],
    points: list[Floats],
) -> float:  # fmt: skip
    """The end of the interval, between the last two points; what is found on the way joins them."""
    inner, outer = (at[-2], roots[-2]), (at[-1], roots[-1])
    for turn in range(20):
        part = (1 - inner[1]) / (outer[1] - inner[1]) if turn % 3 < 2 else 0.5
        place = inner[0] + float(np.clip(part, 0.02, 0.98)) * (outer[0] - inner[0])
        if abs(outer[1] - 1) < SHARP:
            return outer[0]
        found = _held(ask, problem, points[-1], k, place)
        root = _root(found, best, rise)
        if not np.isfinite(root):
            break
        at.insert(-1, place)
        roots.insert(-1, root)
        if abs(root - 1) < SHARP:
            return place
        inner, outer = ((place, root), outer) if root < 1 else (inner, (place, root))
    return inner[0] + (1 - inner[1]) / (outer[1] - inner[1]) * (outer[0] - inner[0])
