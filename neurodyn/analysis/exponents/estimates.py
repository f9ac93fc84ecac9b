"""From growth by pieces of time to exponents: means, errors by blocks, Kaplan and Yorke's dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Of one piece errors are taken from so many blocks of time; of several pieces from these.
BLOCKS = 16
# So many points the course of the estimates has.
COURSE = 100
# The part of the time in which the weight of what is averaged rises and falls.
TAPER = 0.5


@dataclass(frozen=True, eq=False)
class Course:
    """How the estimates came to rest: for a plot.

    Attributes:
        time: averaged over, by each of the pieces.
        exponents: (times, count), the mean over all pieces until then.
        errors: (times, count), the standard errors of those means, from the scatter of the pieces; NaN for one piece.
    """

    time: Floats
    exponents: Floats
    errors: Floats


def weights(length: int) -> Floats:
    """Of what happens in each interval: they rise from 0 and fall to it as a cosine does, and add up to 1.

    What comes and goes on the orbit, such as the speed along it, adds to a plain mean what it differs by between the
    ends, over the time; with weights that begin and end at 0 that falls off faster with time.
    """
    part = (np.arange(length) + 0.5) / length
    edge = np.minimum(1.0, 2 / TAPER * np.minimum(part, 1 - part))
    rising: Floats = 0.5 - 0.5 * np.cos(np.pi * edge)
    rising /= rising.sum()
    return rising


def means(growth: Floats, interval: float) -> Floats:
    """The exponents: growth (intervals, pieces, count) over time."""
    with np.errstate(invalid="ignore"):
        found: Floats = np.tensordot(weights(len(growth)), growth.mean(axis=1), 1) / interval
    return found


def block_errors(growth: Floats, interval: float) -> Floats:
    """The standard errors of the means, from the scatter of pieces, or of blocks of one."""
    length, pieces, count = growth.shape
    blocks = 1 if pieces >= BLOCKS else min(length, -(-BLOCKS // pieces))
    size = length // blocks
    if blocks * pieces < 2:
        return np.full(count, np.nan)
    cut = growth[: size * blocks].reshape(blocks, size, pieces * count)
    with np.errstate(invalid="ignore"):
        rows = np.tensordot(weights(size), cut, (0, 1)).reshape(blocks * pieces, count) / interval
        found: Floats = rows.std(axis=0, ddof=1) / np.sqrt(len(rows))
    return found


def course(growth: Floats, interval: float) -> Course:
    """The course of the means."""
    length, pieces, count = growth.shape
    at = np.unique(np.geomspace(1, length, min(length, COURSE)).round().astype(int))
    table = np.zeros((len(at), length))
    for row, k in zip(table, at.tolist(), strict=True):
        row[:k] = weights(k)
    with np.errstate(invalid="ignore"):
        each = (table @ growth.reshape(length, -1)).reshape(len(at), pieces, count) / interval
        spread = each.std(axis=1, ddof=1) / np.sqrt(pieces) if pieces > 1 else np.full((len(at), count), np.nan)
    return Course(at * interval, each.mean(axis=1), spread)


@dataclass(frozen=True)
class Dimension:
    """Kaplan and Yorke's dimension, or what it is at least where there are too few exponents to tell."""

    value: float
    bound: Literal["", "at least"] = ""


def dimension(exponents: Floats, zeros: NDArray[np.bool_], states: int) -> Dimension:
    """j + (sum of the first j exponents)/|the next|, with the largest j for which that sum is not negative.

    Exponents that are not told apart from 0 count as 0, so that a cycle has dimension 1.
    """
    counted = np.where(zeros, 0.0, exponents)
    sums = np.cumsum(counted)
    below = np.flatnonzero(sums < 0)
    if not below.size:
        return Dimension(float(len(counted)), "" if len(counted) == states else "at least")
    j = int(below[0])
    return Dimension(j + (float(sums[j - 1]) / abs(float(counted[j])) if j else 0.0))
