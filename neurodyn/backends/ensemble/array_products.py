"""How the rows of arrays are multiplied by large constant matrices, and what makes the weights of a softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurodyn.backends.ensemble.softmax import weights
from neurodyn.backends.ensemble.squares import added
from neurodyn.backends.products.choice import LEAST_SHORT, SHORT, LargeProducts
from neurodyn.backends.products.rows import Rooms, Shortened, ShortRows, off
from neurodyn.program.products import Multiply
from neurodyn.program.runtime import refine_at


class ArrayProducts(LargeProducts):
    """A single row is multiplied as the vector of a single run is; several make a product of matrices.

    Attributes:
        has_large: whether there are matrices for which 32 bits are worth it.
    """

    def __init__(self, short: bool = False) -> None:
        super().__init__(short)
        self._rooms, self._shortened = Rooms(), Shortened()
        self.begin = self._rooms.begin
        self.has_large = False
        self._many: dict[str, None] = {}

    def rows(self, matrix: Any) -> Multiply:
        many, one = self._several(matrix), None

        def multiply(x: Any) -> Any:
            nonlocal one
            if len(x) != 1:
                return many(x)
            if one is None:  # a run is alone for the first time
                one = self(matrix)
            return one(x[0])[None]

        return multiply

    def squares(
        self, raw: Any, a: Any, a_axes: tuple[int, ...], b: Any, b_axes: tuple[int, ...], a_square: Any, b_square: Any
    ) -> None:
        if (a_axes, b_axes) != ((0,), (1,)) or not (raw.size and raw.flags.c_contiguous):
            super().squares(raw, a, a_axes, b, b_axes, a_square, b_square)
            return
        refine_at(raw, added(raw, a_square, b_square), a, a_axes, b, b_axes, a_square, b_square)

    def weights(self, x: Any, factor: Any) -> Any:
        return weights(x, factor) if np.ndim(x) and x.flags.c_contiguous else super().weights(x, factor)

    def scheme(self) -> dict[str, object]:
        told = [*self._many, *self._told]
        return {"products": told} if told else {}

    def _several(self, matrix: Any) -> Multiply:
        """What multiplies several rows."""
        large, other = matrix.size >= LEAST_SHORT, matrix.T
        self.has_large |= large
        if not (large and self._short):
            return lambda x: np.matmul(x, other, out=self._rooms.take(len(x), other.shape[1]))
        rows, columns = matrix.shape
        bound = f"off by at most {1.01 * off(columns):.3g} times the sum of the sizes of its terms"
        told, product = f"{rows} x {columns}: with {SHORT} for both factors and the sum, {bound}", None

        def multiply(x: Any) -> Any:
            nonlocal product
            if product is None:
                product = ShortRows(self._shortened(matrix), self._rooms)
                self._many[told] = None
            return product(x)

        return multiply
