"""Products of a constant matrix with many vectors at once, a row for each, in 64 or 32 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.plan import Floats
from neurodyn.backends.products.matrix import check_range
from neurodyn.backends.products.shorten import shorten

Shorts = NDArray[np.float32]
UNIT = 2.0**-24  # what rounding to 32 bits changes at most


def off(terms: int) -> float:
    """By how much a sum of so many products in 32 bits is off at most, in parts of the sum of their sizes.

    Both factors are rounded, and the sum is taken in any order.
    """
    return (terms + 2) * UNIT / (1 - (terms + 2) * UNIT)


class Rooms:
    """Arrays for the products of one evaluation, which the next one takes again.

    Making large arrays anew costs as much as several passes over them.
    """

    def __init__(self) -> None:
        self._rooms: list[Floats] = []
        self._taken = 0

    def begin(self) -> None:
        """Begin an evaluation: what the one before has made may be overwritten."""
        self._taken = 0

    def take(self, rows: int, columns: int) -> Floats:
        """An array that no other product of this evaluation has."""
        number, size = self._taken, rows * columns
        self._taken += 1
        if number == len(self._rooms):
            self._rooms.append(np.empty(size))
        elif self._rooms[number].size < size:
            self._rooms[number] = np.empty(size)
        return self._rooms[number][:size].reshape(rows, columns)


class Shortened:
    """Constant matrices in 32 bits, each once, however it is turned."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[Floats, Shorts]] = {}

    def __call__(self, matrix: Floats) -> Shorts:
        """The matrix.

        Raises:
            InputError: where its numbers are too large for that.
        """
        key = (matrix.ctypes.data, *sorted(zip(matrix.shape, matrix.strides, strict=True)))
        if key not in self._known:
            with np.errstate(over="ignore"):
                short = matrix.astype(np.float32)
            if not np.isfinite(short).all():
                check_range(matrix, short)
            self._known[key] = matrix, short
        known, short = self._known[key]
        return short if known.strides == matrix.strides else short.T


class ShortRows:
    """A function from rows of vectors to rows of products that are computed in 32 bits, sums too."""

    def __init__(self, matrix: Shorts, rooms: Rooms) -> None:
        self._other, self._rooms = matrix.T, rooms
        self._given, self._made = (np.empty(0, np.float32) for _ in range(2))

    def __call__(self, x: Any) -> Floats:
        shape = len(x), self._other.shape[1]
        if self._given.size < x.size or self._made.size < shape[0] * shape[1]:
            self._given, self._made = (np.empty(n, np.float32) for n in (x.size, shape[0] * shape[1]))
        given, made = self._given[: x.size].reshape(x.shape), self._made[: shape[0] * shape[1]].reshape(shape)
        shorten(x, given)
        np.matmul(given, self._other, out=made)
        y = self._rooms.take(*shape)
        y[...] = made
        return y
