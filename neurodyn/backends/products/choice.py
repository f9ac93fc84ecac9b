"""Which products of matrices and vectors are computed by code of our own, in place of BLAS."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neurodyn.backends.plan import Floats
from neurodyn.program.runtime import multiplied

# Below so many rows a half is not read faster than BLAS reads the whole, which then lies in a cache.
LEAST_ROWS = 1000


class Products:
    """Makes ready the products of one run: `products(matrix)` is a function from a vector to the product.

    A large square matrix that equals its transpose in every bit is read by halves. Any other is left to BLAS.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[Floats, Callable[[Floats], Floats]]] = {}
        self._told: list[str] = []

    def __call__(self, matrix: Floats) -> Callable[[Floats], Floats]:
        key = (matrix.ctypes.data, matrix.shape, matrix.strides)
        if key not in self._known:
            self._known[key] = matrix, self._made(matrix)  # with the matrix, so that its place is not taken by another
        return self._known[key][1]

    def _made(self, matrix: Floats) -> Callable[[Floats], Floats]:
        if len(matrix) < LEAST_ROWS or matrix.shape[0] != matrix.shape[1]:
            return multiplied(matrix)
        # Imported where there is something to compile: it loads LLVM.
        from neurodyn.backends.products.matrix import Product, is_symmetric, threads

        if not is_symmetric(matrix):
            return multiplied(matrix)
        self._told.append(f"{len(matrix)} x {len(matrix)}: symmetric, its upper half is read")
        whole = matrix.T if matrix.flags.f_contiguous else np.ascontiguousarray(matrix)
        return Product(whole, True, threads(whole))

    def scheme(self) -> dict[str, object]:
        """What the recipe tells of them: they are added up in another order than BLAS does."""
        return {"products": list(self._told)} if self._told else {}
