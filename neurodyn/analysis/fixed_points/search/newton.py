"""Newton's method from many starts, a stack of states at a time.

A full step is taken where it lessens the rate; elsewhere none of its coordinates moves by more than one scale, and the
rate may grow. In large networks that finds far more roots than a search that insists on descending, which ends at one
of the many states where the rate is least nearby but not 0.

With known roots the rate is deflated: it is multiplied by the product of 1 + 1/|z - root|^2, so that a second search
does not end there again (Farrell, Birkisson and Funke 2015, doi:10.1137/140984798). A step then has the same direction,
and another length.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.search.scaled import Scaled
from neurodyn.analysis.fixed_points.search.steps import steps_of

Array = NDArray[np.float64]
CAP = 1.0
# A root: the last step, and the rate in terms of the rounding of its largest terms.
LAST, ROUNDING = 1e-10, 64 * float(np.finfo(float).eps)
# Farther out than this, in scales, a start is lost.
FARTHEST = 1e9


@dataclass(frozen=True, eq=False)
class Ended:
    """Where starts ended, one row each, in scales.

    Attributes:
        states: the root, or the state of the least rate on the way.
        rates: the largest rate there.
        found: whether it is a root as far as rounding lets one see.
        tried: whether it was gone into at all.
    """

    states: Array
    rates: Array
    found: NDArray[np.bool_]
    tried: NDArray[np.bool_]
    interrupted: bool = False


def newton(
    of: Scaled, starts: Array, most: int, known: Array | None = None, tick: Callable[[int], None] | None = None
) -> Ended:
    """Newton's method from each start, for `most` steps at most.

    Args:
        known: roots, one row each, to which no search shall come again.
        tick: is told how many starts have ended.
    """
    pool = _Pool(of, starts, most, known)
    interrupted = False
    with np.errstate(all="ignore"):
        try:
            while pool.go():
                if tick is not None:
                    tick(pool.ended)
        except KeyboardInterrupt:
            interrupted = True
    return Ended(pool.best, pool.least, pool.found, pool.tried, interrupted)


class _Pool:
    """The states that are on their way; one that has ended makes room for the next start."""

    def __init__(self, of: Scaled, starts: Array, most: int, known: Array | None) -> None:
        self._of, self._most, self._known = of, most, known
        self._steps, self._room = steps_of(of)
        count = len(starts)
        self.best, self.least = starts.copy(), np.full(count, np.inf)
        self.found, self.tried = np.zeros(count, bool), np.zeros(count, bool)
        self.ended = self._next = 0
        self._rows = np.empty(0, int)
        self._z, self._f = np.empty((0, of.size)), np.empty((0, of.size))
        self._age = np.empty(0, int)

    def go(self) -> bool:
        """One step of each; whether there is anything left to do."""
        self._fill()
        if not len(self._rows):
            return False
        z, f = self._z, self._f
        step = self._steps(z, f)
        if self._known is not None:
            step *= _lengths(z, step, self._known)[:, None]
        z, f = self._moved(z, f, step)
        rate = np.abs(f).max(axis=1)
        better = rate < self.least[self._rows]
        self.best[self._rows[better]], self.least[self._rows[better]] = z[better], rate[better]
        is_root = self._is_root(z, step, rate)
        self.found[self._rows[is_root]] = True
        self._age += 1
        lost = ~(np.isfinite(rate) & (np.abs(z).max(axis=1) < FARTHEST))
        on = ~(is_root | lost | (self._age >= self._most))
        self.ended += int((~on).sum())
        self._rows, self._z, self._f, self._age = self._rows[on], z[on], f[on], self._age[on]
        return True

    def _fill(self) -> None:
        new = np.arange(self._next, min(self._next + self._room - len(self._rows), len(self.best)))
        if not len(new):
            return
        self._next += len(new)
        z = self.best[new]
        self.tried[new] = True
        self._rows = np.concatenate([self._rows, new])
        self._z, self._f = np.concatenate([self._z, z]), np.concatenate([self._f, self._of.defect(z)])
        self._age = np.concatenate([self._age, np.zeros(len(new), int)])

    def _moved(self, z: Array, f: Array, step: Array) -> tuple[Array, Array]:
        """After full steps where these lessen the rate, after short ones elsewhere."""
        longest = np.abs(step).max(axis=1)
        full = z + step
        after = self._of.defect(full)
        worse = ~((after**2).sum(axis=1) < (f**2).sum(axis=1)) & (longest > CAP)
        if worse.any():
            full[worse] = z[worse] + step[worse] * (CAP / longest[worse])[:, None]
            after[worse] = self._of.defect(full[worse])
        return full, after

    def _is_root(self, z: Array, step: Array, rate: Array) -> NDArray[np.bool_]:
        """The step was short, and what is left of the rate is rounding: of terms as large as a step of one changes."""
        size = 1 + np.abs(z).max(axis=1)
        near: NDArray[np.bool_] = np.abs(step).max(axis=1) <= LAST * size
        for k in np.flatnonzero(near):
            slope = np.abs(self._of.along(z[k], np.abs(z[k]) + 1)).max()
            near[k] = rate[k] <= max(ROUNDING * max(float(slope), 1e-3) * np.sqrt(self._of.size), 1e-14)
        return near


def _lengths(z: Array, step: Array, known: Array) -> Array:
    """How many times a step is longer for roots that are known: 1/(1 - s.grad(log m)), m the deflation."""
    away = z[:, None, :] - known[None]
    square = (away**2).sum(axis=2) + 1e-300
    slope = -2 * (away * step[:, None, :]).sum(axis=2) / (square * (square + 1))
    return np.asarray(1 / (1 - slope.sum(axis=1)))
