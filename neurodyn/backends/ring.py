"""The last stretch of a solution as polynomials, read at any element and time of it.

A piece on [t, t + h] holds, with x = (time - t)/h, the coefficients of 1, x, x(1-x), x²(1-x), x²(1-x)², ...: the form
of the dense output of DOP853, into which that of RK45 is written without loss.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.plan import Floats

Places = NDArray[np.intp]
TERMS = 8
# From the coefficients of x, x², x³, x⁴ to those of the form above.
_FROM_POWERS = np.array([[1.0, 1, 1, 1], [0, -1, -1, -1], [0, 0, -1, -2], [0, 0, 0, 1]])
LEAST_ROOM = 16


def coefficients(path: Any) -> Floats:
    """Those of the dense output of a step, (terms, size)."""
    if hasattr(path, "F"):  # of DOP853
        return np.concatenate([path.y_old[None], path.F])
    if hasattr(path, "Q"):  # of RK45
        found: Floats = np.concatenate([path.y_old[None], path.h * (_FROM_POWERS @ path.Q.T)])
        return found
    start, end = path(path.t_old), path(path.t)
    return np.stack([start, end - start])


def _basis(x: Floats) -> Floats:
    """The terms at each x, along a new first axis."""
    found = np.empty((TERMS, *x.shape))
    found[0], rest = 1.0, 1.0 - x
    for k in range(1, TERMS):
        np.multiply(found[k - 1], x if k % 2 else rest, out=found[k])
    return found


class Ring:
    """Pieces in the order of time, in an array that is filled up to its end and then shifted to its beginning.

    Each piece is written once, and shifted at most once for each time that the array is half stale, so the cost of
    keeping a run is linear in its steps, and the memory that of the pieces within the longest delay.

    Attributes:
        trials: how many runs go side by side in it.
        begin: where each piece begins to hold, up to where the next one does.
    """

    def __init__(self, trials: int, size: int, room: int = LEAST_ROOM) -> None:
        self.trials, self.size = trials, size
        self._begin, self._left, self._width = np.empty(room), np.empty(room), np.empty(room)
        self._rows = np.empty((room, size, trials, TERMS))
        self._first = self._end = 0
        self.moved = 0  # pieces that were copied

    @property
    def begin(self) -> Floats:
        return self._begin[self._first : self._end]

    def add(self, begin: float, left: float, width: float, rows: Floats) -> None:
        """A piece [left, left + width] that holds from `begin` on; rows of shape (terms, trials, size)."""
        while self._end > self._first and self._begin[self._end - 1] >= begin:
            self._end -= 1  # what was stepped over and taken back
        if self._end == len(self._begin):
            self._make_room()
        k = self._end
        self._begin[k], self._left[k], self._width[k] = begin, left, width
        self._rows[k, ..., : len(rows)] = rows.transpose(2, 1, 0)
        self._rows[k, ..., len(rows) :] = 0.0
        self._end += 1

    def drop_before(self, t: float) -> None:
        """Pieces that end before t are not read any more."""
        self._first += max(0, int(np.searchsorted(self.begin, t, side="right")) - 1)

    def _make_room(self) -> None:
        kept = self._end - self._first
        room = len(self._begin) if 2 * kept <= len(self._begin) else 2 * len(self._begin)
        for name in ("_begin", "_left", "_width", "_rows"):
            old = getattr(self, name)
            new = np.empty((room, *old.shape[1:])) if room > len(old) else old
            new[:kept] = old[self._first : self._end]
            setattr(self, name, new)
        self.moved += kept
        self._first, self._end = 0, kept

    def at_once(self, time: float, side: float, places: Places | slice) -> Floats:
        """Elements at one time, (trials, places).

        Args:
            side: the time again, moved to the side on which a piece is wanted where one ends and the next begins.
        """
        piece = self._first + max(int(self.begin.searchsorted(side, side="right")) - 1, 0)
        x = (time - float(self._left[piece])) / float(self._width[piece])
        basis = np.array(list(itertools.accumulate((1.0, x, 1.0 - x, x, 1.0 - x, x, 1.0 - x, x), operator.mul)))
        found: Floats = (self._rows[piece][places] @ basis).T
        return found

    def at_each(self, times: Floats, sides: Floats, places: Places) -> Floats:
        """Elements each at a time of its own, (trials, places); the times must be sorted."""
        cuts = sides.searchsorted(self.begin[1:])
        piece = np.repeat(np.arange(self._first, self._end), np.diff(cuts, prepend=0, append=sides.size))
        basis = _basis((times - self._left[piece]) / self._width[piece])
        flat = self._rows.reshape(-1, self.trials, TERMS)
        found: Floats = np.einsum("ptk,kp->tp", flat.take(piece * self.size + places, axis=0), basis)
        return found

    def select(self, trials: list[int]) -> Ring:
        """A copy with some of the trials."""
        kept = slice(self._first, self._end)
        found = Ring(len(trials), self.size, max(LEAST_ROOM, self._end - self._first))
        found._end = self._end - self._first
        for name in ("_begin", "_left", "_width"):
            getattr(found, name)[: found._end] = getattr(self, name)[kept]
        found._rows[: found._end] = self._rows[kept][:, :, trials]
        return found

    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """All that it holds: `begin`, `left`, `width` of the pieces and their `rows` (piece, size, trials, terms)."""
        kept = slice(self._first, self._end)
        names = ("begin", "left", "width", "rows")
        return {name: getattr(self, f"_{name}")[kept].copy() for name in names}

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> Ring:
        """A ring that holds what `arrays` told."""
        rows = np.asarray(arrays["rows"], dtype=float)
        found = cls(rows.shape[2], rows.shape[1], max(LEAST_ROOM, len(rows)))
        found._end = len(rows)
        for name in ("begin", "left", "width", "rows"):
            getattr(found, f"_{name}")[: len(rows)] = arrays[name]
        return found
