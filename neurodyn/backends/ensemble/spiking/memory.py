"""The arrays that compiled code reads and writes: it finds them in a table of pointers."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
ALIGNED = 64


class Memory:
    """Arrays by their keys, each aligned, and long enough to be read a vector at a time.

    Args:
        width: how many numbers a vector has.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._slots: dict[Hashable, int] = {}
        self._arrays: list[Array] = []

    def add(self, key: Hashable, values: Any, kind: Any = np.float64) -> Array:
        """A copy of an array, kept under a key; behind its end its last number stands again."""
        given = np.ravel(np.asarray(values, dtype=kind))
        padded = aligned(-(-given.size // self.width) * self.width + self.width, kind)
        padded[: given.size] = given
        padded[given.size :] = given[-1] if given.size else 0
        return self.put(key, padded)[: given.size]

    def put(self, key: Hashable, array: Array) -> Array:
        """Keep an array itself under a key; a new one of an old key takes its place."""
        if key in self._slots:
            self._arrays[self._slots[key]] = array
        else:
            self._slots[key] = len(self._arrays)
            self._arrays.append(array)
        return array

    def __contains__(self, key: Hashable) -> bool:
        return key in self._slots

    def slot(self, key: Hashable) -> int:
        """The place in the table."""
        return self._slots[key]

    def of(self, key: Hashable) -> Array:
        """The array of a key, with what pads it."""
        return self._arrays[self._slots[key]]

    def table(self) -> Array:
        """The address of each array."""
        return np.array([array.ctypes.data for array in self._arrays], dtype=np.uint64)


def aligned(size: int, kind: Any) -> Array:
    """An empty array that begins at a multiple of `ALIGNED` bytes."""
    bytes_each = np.dtype(kind).itemsize
    raw = np.empty(size * bytes_each + ALIGNED, np.uint8)
    first = -raw.ctypes.data % ALIGNED
    return raw[first : first + size * bytes_each].view(kind)
