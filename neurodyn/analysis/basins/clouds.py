"""Attractors that are no points: states on them as a cloud, when two clouds are one set, and periods of cycles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.float64]
# Of how many states one is compared.
SPARSE = 8
# How many times the distance of states of a cloud from each other is still close to it.
CLOSE = 3.0
# A return is one if it comes this close, in terms of the size of the cloud; and how many turns a cycle may have.
RETURNED, TURNS = 1e-3, 32


@dataclass(frozen=True, eq=False)
class Cloud:
    """States on a set, (states, size), in the order of time, in units of `scales`."""

    states: Array
    scales: Array

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.states / self.scales)

    @cached_property
    def spacing(self) -> float:
        """How far states are from the nearest of those that came before or after them in another turn, nearly all."""
        own = self.states / self.scales
        near, _ = cKDTree(own[::2]).query(own[1::2])
        return float(np.quantile(near, 0.9))

    @property
    def reach(self) -> float:
        """What is closer than this is close to the set."""
        return CLOSE * self.spacing + 1e-12

    def distances(self, states: Array) -> Array:
        """How far each state is from the cloud, in units of scales; infinite for what is not finite."""
        found = np.full(len(states), np.inf)
        finite = np.isfinite(states).all(axis=1)
        found[finite] = self._tree.query(states[finite] / self.scales)[0]
        return found

    def is_same(self, other: Cloud) -> bool:
        """Whether two clouds lie on one set, as far as their states tell."""
        there, back = self.distances(other.states[::SPARSE]), other.distances(self.states[::SPARSE])
        close = max(self.reach, other.reach)
        return bool(np.quantile(there, 0.9) <= close and np.quantile(back, 0.9) <= close)


def period_of(times: Array, states: Array, rates: Array, scales: Array) -> float:
    """The time after which a path is back where it was; NaN where it does not come back as often as it turns.

    The path is cut by the plane through its first state across its rate; the times of the cuts are those of the cubic
    through states and rates on both sides.
    """
    x = (states - states[0]) / scales
    speed = rates / scales
    wide = float(np.abs(x).max())
    if wide == 0 or not np.isfinite(x).all():
        return float("nan")
    across, slope = x @ speed[0], speed @ speed[0]
    before = np.flatnonzero((across[1:-1] < 0) & (across[2:] >= 0)) + 1
    near = before[np.abs(x[before]).max(axis=1) <= wide / 2][:TURNS]
    for k in near:
        step = times[k + 1] - times[k]
        share = _root(across[k], across[k + 1], slope[k] * step, slope[k + 1] * step)
        place = _cubic(x[k], x[k + 1], speed[k] * step, speed[k + 1] * step, share)
        if np.abs(place).max() <= RETURNED * wide:
            return float(times[k] + share * step - times[0])
    return float("nan")


def period_of_map(states: Array, scales: Array) -> float:
    """After how many steps all states are where they were; NaN where there is no such number up to `TURNS`."""
    wide = float(np.abs((states - states[0]) / scales).max())
    for k in range(1, min(TURNS, len(states) // 2) + 1):
        if (np.abs(states[k:] - states[:-k]) <= 1e-6 * (wide + 1e-6) * scales).all():
            return float(k)
    return float("nan")


def _cubic(a: Array, b: Array, slope_a: Array, slope_b: Array, s: float) -> Array:
    """The cubic with these values and slopes at 0 and 1."""
    found: Array = (
        (1 + 2 * s) * (1 - s) ** 2 * a + s * (1 - s) ** 2 * slope_a + s**2 * (3 - 2 * s) * b + s**2 * (s - 1) * slope_b
    )
    return found


def _root(a: float, b: float, slope_a: float, slope_b: float) -> float:
    """Where that cubic is 0 between 0 and 1, if a < 0 <= b."""
    low, high = 0.0, 1.0
    ends = [np.asarray(v) for v in (a, b, slope_a, slope_b)]
    for _ in range(60):
        middle = (low + high) / 2
        if _cubic(ends[0], ends[1], ends[2], ends[3], middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
