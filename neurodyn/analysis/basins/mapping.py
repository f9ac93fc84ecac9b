"""The attractor of each of many starts, once attractors are known: runs end as soon as they have arrived."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from neurodyn.analysis.basins.finder import ESCAPED, UNSETTLED, Finder

Array = NDArray[np.float64]
Labels = NDArray[np.intp]
# How often in a row a run must be close to a set that is no point, at times that no period divides.
HITS, UNEVEN = 3, 0.6180339887498949
# A span is this many times the one before.
LONGER = 2.0


def mapped(finder: Finder, starts: Array, span: float, told: Callable[[int], None]) -> Labels:
    """The number of the attractor of each start; `ESCAPED` or `UNSETTLED` where there is none.

    A run has arrived at a point within its reach, and at a set when it was close to it several times in a row.

    Args:
        span: the time after which it is looked first; the spans get longer.
        told: called with how many starts are done.
    """
    labels = np.full(len(starts), UNSETTLED, dtype=np.intp)
    hits, last = np.zeros(len(starts), dtype=np.intp), np.full(len(starts), UNSETTLED, dtype=np.intp)
    states, pending, t = starts.copy(), np.arange(len(starts)), finder.t0
    arrival = Arrival(finder)
    while len(pending) and t - finder.t0 < finder.how.horizon:
        states[pending] = finder.runner.ends(states[pending], t, span)
        t += span
        gone = finder.gone(states[pending])
        labels[pending[gone]] = ESCAPED
        pending = pending[~gone]
        near, enough = arrival.of(states[pending])
        hits[pending] = np.where((near == last[pending]) & (near >= 0), hits[pending] + 1, 1)
        last[pending] = near
        done = (near >= 0) & (enough | (hits[pending] >= HITS))
        labels[pending[done]] = near[done]
        pending = pending[~done]
        told(len(starts) - len(pending))
        span *= LONGER if finder.field.kind == "flow" else 1.0
        span = span + UNEVEN * finder.how.step if finder.field.kind == "flow" else np.ceil(LONGER * span) + 1.0
    return labels


class Arrival:
    """Which attractor states are close to."""

    def __init__(self, finder: Finder) -> None:
        self._scales = finder.field.scales
        self._points = [k for k, a in enumerate(finder.attractors) if a.kind == "point"]
        self._sets = [k for k, a in enumerate(finder.attractors) if a.kind != "point"]
        self._finder = finder
        where = np.array([finder.attractors[k].cloud[0] for k in self._points]).reshape(-1, len(self._scales))
        self._reach = np.array([finder.attractors[k].reach for k in self._points])
        self._tree = cKDTree(where / self._scales) if self._points else None

    def of(self, states: Array) -> tuple[Labels, NDArray[np.bool_]]:
        """The number of the attractor that each state is close to or UNSETTLED, and whether once is enough."""
        near = np.full(len(states), UNSETTLED, dtype=np.intp)
        once = np.zeros(len(states), dtype=bool)
        if self._tree is not None and len(states):
            off, which = self._tree.query(states / self._scales, p=np.inf)
            once = off <= self._reach[which]
            near[once] = np.array(self._points)[which[once]]
        for k in self._sets:
            left = np.flatnonzero(near == UNSETTLED)
            cloud = self._finder.clouds[k]
            assert cloud is not None
            close = cloud.distances(states[left]) <= self._finder.attractors[k].reach
            near[left[close]] = k
        return near, once
