"""How the rows of arrays are multiplied by large constant matrices, and what makes the weights of a softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurodyn.backends.ensemble.softmax import weights
from neurodyn.backends.plan import Floats
from neurodyn.backends.products.choice import LargeProducts
from neurodyn.program.products import Multiply


class ArrayProducts(LargeProducts):
    """A single row is multiplied as the vector of a single run is; several make a product of matrices.

    Large arrays that are made anew cost as much as several passes over them, so products of matrices are written into
    those of the evaluation before.
    """

    def __init__(self, short: bool = False) -> None:
        super().__init__(short)
        self._rooms: list[Floats] = []
        self._taken = 0

    def begin(self) -> None:
        """Begin an evaluation: what the one before has made may be overwritten."""
        self._taken = 0

    def rows(self, matrix: Any) -> Multiply:
        other = matrix.T

        def multiply(x: Any) -> Any:
            if len(x) == 1:
                return self(matrix)(x[0])[None]  # made ready when a run is alone for the first time
            return np.matmul(x, other, out=self._room(len(x), other.shape[1]))

        return multiply

    def weights(self, x: Any, factor: Any) -> Any:
        return weights(x, factor) if np.ndim(x) and x.flags.c_contiguous else super().weights(x, factor)

    def _room(self, rows: int, columns: int) -> Floats:
        """An array that no other product of this evaluation has."""
        number, size = self._taken, rows * columns
        self._taken += 1
        if number == len(self._rooms):
            self._rooms.append(np.empty(size))
        elif self._rooms[number].size < size:
            self._rooms[number] = np.empty(size)
        return self._rooms[number][:size].reshape(rows, columns)
