"""Instants at which a comparison changes, on the dense output of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar

from neurodyn.backends.plan import Floats

Signs = NDArray[np.bool_]
# Where levels are looked at in a step: denser at the ends, and right beside them, which shows where they head.
NODES = np.concatenate([[0.0, 1e-4], 0.5 - 0.5 * np.cos(np.pi * np.arange(1, 16) / 16), [1 - 1e-4, 1.0]])


@dataclass(frozen=True, eq=False)
class Watch:
    """What is watched in one step.

    Attributes:
        levels: at several times, a row of levels for each.
        signs: where the comparisons hold.
    """

    levels: Callable[[Floats], Floats]
    signs: Callable[[Floats], Signs]

    def changes(self, begin: float, end: float) -> Iterator[float]:
        """The times, in order, just after each change of a comparison; those between are found by extrema.

        Each is the first double at which the comparison is seen changed, its bracket some roundings wide.
        """
        grid = begin + (end - begin) * NODES
        grid[-1] = end
        levels = self.levels(grid)
        signs = self.signs(levels)
        brackets = [*_sign_changes(grid, signs), *self._excursions(grid, levels, signs)]
        known: dict[bytes, float] = {}
        for k in range(len(grid) - 1):
            own = [b for b in brackets if grid[k] <= b[0] < grid[k + 1]]
            found = set()
            for low, high, column in own:
                key = levels[:, column].tobytes() + np.array([low, high]).tobytes()  # equal units cross together
                if key not in known:
                    known[key] = self._root(low, high, column)
                found.add(known[key])
            yield from sorted(found)

    def _one(self, column: int) -> Callable[[float], float]:
        return lambda t: float(self.levels(np.array([t]))[0, column])

    def _sign(self, t: float, column: int) -> bool:
        return bool(self.signs(self.levels(np.array([t])))[0, column])

    def _excursions(self, grid: Floats, levels: Floats, signs: Signs) -> Iterator[tuple[float, float, int]]:
        """Changes there and back between two nodes, found at an extremum that nears 0."""
        slopes = np.diff(levels, axis=0)
        same = (signs[:-2] == signs[1:-1]) & (signs[1:-1] == signs[2:])
        towards = np.where(signs[1:-1], -1.0, 1.0)
        turning = (towards * slopes[:-1] >= 0) & (towards * slopes[1:] <= 0) & (slopes[:-1] != slopes[1:])
        reach = np.maximum(np.abs(slopes[:-1]), np.abs(slopes[1:]))
        near = towards * levels[1:-1] + reach >= 0
        for k, column in np.argwhere(same & turning & near):
            low, high, way = float(grid[k]), float(grid[k + 2]), float(towards[k, column])
            level = self._one(int(column))
            options = {"xatol": 1e-12 * (high - low)}
            peak = minimize_scalar(
                lambda t, f=level, w=way: -w * f(t), bounds=(low, high), method="bounded", options=options
            )
            if self._sign(float(peak.x), int(column)) != signs[k, column]:
                yield low, float(peak.x), int(column)
                yield float(peak.x), high, int(column)

    def _root(self, low: float, high: float, column: int) -> float:
        """The first time seen after the change."""
        level, before = self._one(column), self._sign(low, column)
        if level(low) * level(high) >= 0:  # one of them is 0: only the signs tell
            return self._halved(low, high, column, before)
        root = float(brentq(level, low, high, xtol=1e-300, rtol=9e-16))
        step = float(np.spacing(abs(high)))
        while root < high and self._sign(root, column) == before:
            root, step = root + step, 2 * step
        return min(root, high)

    def _halved(self, low: float, high: float, column: int, before: bool) -> float:
        while True:
            middle = low + 0.5 * (high - low)
            if not low < middle < high:
                return high
            if self._sign(middle, column) == before:
                low = middle
            else:
                high = middle


def _sign_changes(grid: Floats, signs: Signs) -> Iterator[tuple[float, float, int]]:
    for k, column in np.argwhere(signs[1:] != signs[:-1]):
        yield float(grid[k]), float(grid[k + 1]), int(column)
