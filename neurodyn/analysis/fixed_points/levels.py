"""The level of conserved sums of states: there, each sum takes the place of one rate, which follows from the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from neurodyn.program.balls import between
from neurodyn.program.intervals import Interval
from neurodyn.system.layout import Layout

Array = NDArray[np.float64]
Objects = NDArray[np.object_]


class Held(Protocol):
    """Numbers of state that are held, each in place of a rate."""

    @property
    def pivots(self) -> NDArray[np.intp]:
        """Which are held."""

    @property
    def rest(self) -> NDArray[np.intp]:
        """The others."""

    @property
    def neutral(self) -> int:
        """How many eigenvalues of 0 there are beside those of `within`."""

    def rate(self, rate: Interval, x: Interval) -> Interval:
        """Rates (boxes, size), with what is 0 where states are held in place of some."""

    def jacobian(self, slope: Interval) -> Interval:
        """The derivatives of that, (boxes, size, size)."""

    def ball_rate(self, rate: Objects, x: Objects) -> Objects:
        """As `rate`, of one box of balls."""

    def ball_jacobian(self, slope: Objects) -> Objects:
        """As `jacobian`, of one box of balls."""

    def within(self, slope: Objects) -> Any:
        """How rates change by the other numbers of state; `slope` as `ball_jacobian`."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Conserved sums, and the level of each on which fixed points are looked for.

    Attributes:
        weights: a row for each sum, in reduced echelon form: the sum at `pivots[k]` has weight 1 in row k alone.
        pivots: which number of state each of them stands for.
        through: a state on the level.
    """

    weights: Array
    pivots: NDArray[np.intp]
    through: Array

    @property
    def neutral(self) -> int:
        """Along each level that is not held there are as many zeros."""
        return len(self.pivots)

    @property
    def rest(self) -> NDArray[np.intp]:
        """The other numbers of state."""
        return np.setdiff1d(np.arange(self.weights.shape[1]), self.pivots)

    def rate(self, rate: Interval, x: Interval) -> Interval:
        """Rates (boxes, size), those of the pivots replaced by how far the sums are from their levels."""
        away = (x - Interval.point(self.through)).map(lambda v: v[:, None, :])
        off = (Interval.point(self.weights[None]) * away).total((2,))
        return self._put(rate, off)

    def jacobian(self, slope: Interval) -> Interval:
        """The derivatives of that, (boxes, size, size)."""
        return self._put(slope, Interval.point(np.broadcast_to(self.weights, (len(slope.low), *self.weights.shape))))

    def _put(self, whole: Interval, rows: Interval) -> Interval:
        low, high = whole.low.copy(), whole.high.copy()
        low[:, self.pivots], high[:, self.pivots] = rows.low, rows.high
        return Interval(low, high)

    def ball_rate(self, rate: Objects, x: Objects) -> Objects:
        """As `rate`, of one box of balls."""
        found = rate.copy()
        found[self.pivots] = between(self.weights, self.weights) @ (x - between(self.through, self.through))
        return found

    def ball_jacobian(self, slope: Objects) -> Objects:
        """As `jacobian`, of one box of balls."""
        found = slope.copy()
        found[self.pivots] = between(self.weights, self.weights)
        return found

    def within(self, slope: Objects) -> Any:
        """How rates change along the level, by the numbers of state that are no pivots; `slope` as `ball_jacobian`."""
        own = slope[np.ix_(self.rest, self.rest)]
        weights = between(self.weights, self.weights)[:, self.rest]
        return own - slope[np.ix_(self.rest, self.pivots)] @ weights

    def texts(self, layout: Layout) -> list[str]:
        """Each sum and its level."""
        found = []
        for row in self.weights:
            terms = [f"{_factor(w)}{layout.element(k)}" for k, w in enumerate(row.tolist()) if w]
            found.append(f"{' + '.join(terms).replace('+ -', '- ')} = {float(row @ self.through):.6g}")
        return found


def _factor(weight: float) -> str:
    return "" if weight == 1 else "-" if weight == -1 else f"{weight:.6g}*"
