"""The interval Newton step on many boxes: which hold one zero for sure, which none, and what is left of the others.

With an approximate inverse Y of the Jacobian in the middle m of a box X, all zeros in X lie in
K(X) = m - Y f(m) + (I - Y J(X)) (X - m); if K(X) lies inside X, X holds exactly one (Krawczyk 1969; Rump 2010, Acta
Numerica 19:287). Matrices are kept as a middle and a radius, and every radius takes what rounding may add.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.program.intervals import EPS, Interval, centred

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
TINY = 1e-300
# How often a box is contracted, and below which width, in terms of scales, it is small enough.
TURNS, TIGHT = 30, 1e-12


@dataclass(frozen=True, eq=False)
class Contracted:
    """What a step makes of boxes; rows as they were given.

    Attributes:
        low, high: where all zeros of a box lie.
        empty: there is none in it.
        proved: there is exactly one in it, and it lies within low and high.
        bent: how much of each rate comes from what its slope varies along a side, at most, (boxes, size): where halving
            helps.
    """

    low: Array
    high: Array
    empty: Mask
    proved: Mask
    bent: Array


def contracted(of: Enclosure, low: Array, high: Array) -> Contracted:
    """One step on each box."""
    with np.errstate(all="ignore"):
        whole = of.rate(Interval(low, high))
        empty: Mask = np.any((whole.low > 0) | (whole.high < 0), axis=1)
        found = Contracted(low.copy(), high.copy(), empty, np.zeros(len(low), dtype=bool), np.ones_like(low))
        left = np.flatnonzero(~empty)
        if len(left):
            _newton(of, low[left], high[left], found, left)
    return found


def _newton(of: Enclosure, low: Array, high: Array, found: Contracted, rows: NDArray[np.intp]) -> None:
    """Put into `found`, at `rows`, what the step makes of these boxes."""
    middle = np.clip(low + (high - low) / 2, low, high)
    reach = np.nextafter(np.maximum(high - middle, middle - low), np.inf)
    value, slope = of.rate(Interval.point(middle)), of.jacobian(Interval(low, high))
    parts = (slope.low, slope.high, value.low, value.high)
    is_known: Mask = np.logical_and.reduce([np.isfinite(x).reshape(len(x), -1).all(axis=1) for x in parts])
    f, f_off = centred(value)
    j, j_off = centred(slope)
    new_low, new_high, proved = _krawczyk(f, f_off, j, j_off, reach, middle, low, high)
    by_row = _row_by_row(value, slope, reach, middle)
    new_low, new_high = np.fmax(new_low, by_row[0]), np.fmin(new_high, by_row[1])
    known = is_known[:, None]
    found.low[rows] = np.where(known, np.fmax(low, new_low), low)
    found.high[rows] = np.where(known, np.fmin(high, new_high), high)
    found.empty[rows] = is_known & np.any(found.low[rows] > found.high[rows], axis=1)
    found.proved[rows] = is_known & proved
    whole = _times(np.abs(j) + j_off, reach)[..., None] + TINY
    found.bent[rows] = np.where(known, (j_off * reach[:, None, :] / whole).max(axis=1), 1.0)


def inverses(j: Array) -> Array:
    """Approximate inverses; any matrix will do, so those that have none get one of a matrix nearby."""
    is_known = np.all(np.isfinite(j).reshape(len(j), -1), axis=1)
    known = np.where(np.reshape(is_known, (-1, 1, 1)), j, np.eye(j.shape[1]))
    try:
        return np.asarray(np.linalg.inv(known))
    except np.linalg.LinAlgError:
        size = np.abs(known).max((1, 2), keepdims=True)
        return np.asarray(np.linalg.pinv(known + 1e-12 * np.maximum(size, TINY) * np.eye(j.shape[1])))


def _times(a: Array, v: Array) -> Array:
    """Matrices times vectors."""
    return np.asarray((a @ v[..., None])[..., 0])


def _krawczyk(
    f: Array, f_off: Array, j: Array, j_off: Array, reach: Array, middle: Array, low: Array, high: Array
) -> tuple[Array, Array, Mask]:
    size = j.shape[1]
    slack = (size + 4) * EPS  # of a sum of products, in terms of the sum of their sizes
    y, one = inverses(j), np.eye(size)
    y_size = np.abs(y)
    move, move_off = _times(y, f), _times(y_size, f_off * (1 + slack) + slack * np.abs(f)) * (1 + slack) + TINY
    apart = np.abs(one - y @ j) * (1 + slack) + (y_size @ (j_off + 2 * slack * np.abs(j))) * (1 + slack) + slack * one
    spread = (_times(apart, reach) + move_off) * (1 + 2 * slack) + slack * np.abs(move)
    at = middle - move
    spread += 4 * EPS * (np.abs(middle) + np.abs(move))
    new_low, new_high = at - spread, at + spread
    proved: Mask = np.all((new_low > low) & (new_high < high), axis=1)
    # Row by row of Y J (Hansen and Sengupta): the own unknown is solved for.
    own = np.diagonal(apart, axis1=1, axis2=2)
    beside = (_times(apart * (1 - one), reach) + move_off) * (1 + 2 * slack)
    is_solved = own < 1
    first, last = move - beside, move + beside
    narrow, wide = 1 + own, np.where(is_solved, 1 - own, 1.0)
    most, least = last / np.where(last > 0, wide, narrow), first / np.where(first > 0, narrow, wide)
    off = 8 * EPS * (np.abs(middle) + np.abs(most) + np.abs(least)) + TINY
    new_low = np.where(is_solved, np.fmax(new_low, middle - most - off), new_low)
    new_high = np.where(is_solved, np.fmin(new_high, middle - least + off), new_high)
    return new_low, new_high, proved


def _row_by_row(value: Interval, slope: Interval, reach: Array, middle: Array) -> tuple[Array, Array]:
    """Each row of f as it is, solved for its own unknown: what wide boxes gain by."""
    size = np.maximum(np.abs(slope.low), np.abs(slope.high))
    count = size.shape[1]
    beside = _times(size * (1 - np.eye(count)), reach) * (1 + (count + 4) * EPS) + TINY
    top = Interval(value.low - beside, value.high + beside)
    own = slope.map(lambda v: np.diagonal(v, axis1=1, axis2=2))
    step: Any = top / own  # unbounded where the own slope may be 0
    off = 8 * EPS * (np.abs(middle) + np.fmax(np.abs(step.low), np.abs(step.high))) + 2 * EPS * np.abs(beside)
    return middle - step.high - off, middle - step.low + off


def tightened(of: Enclosure, low: Array, high: Array) -> tuple[Array, Array]:
    """Boxes that hold one zero each, made as small as steps make them."""
    low, high = low.copy(), high.copy()
    rows = np.arange(len(low))
    for _ in range(TURNS):
        if not len(rows):
            break
        found, width = contracted(of, low[rows], high[rows]), high[rows] - low[rows]
        low[rows], high[rows] = found.low, found.high
        shrinks = (high[rows] - low[rows] <= 0.5 * width) & (width > TIGHT * of.layout.scales)
        rows = rows[np.any(shrinks, axis=1)]
    return low, high
