"""What a program leaves to those who run it: products with constant matrices, and the weights of a softmax."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from neurodyn.program.runtime import finite_or_zero, refined_squares, weights

Array = Any  # an array of doubles, or a NumPy scalar
Multiply = Callable[[Array], Array]


class Products:
    """By NumPy. Backends may have code of their own, whose results are these to rounding."""

    def __call__(self, matrix: Array) -> Multiply:
        """The function from a vector to the product with a constant matrix."""
        return partial(np.matmul, matrix)

    def rows(self, matrix: Array) -> Multiply:
        """The same of many vectors: from a row for each to a row for each."""
        other = matrix.T
        return lambda x: x @ other

    def squares(
        self, raw: Array, a: Array, a_axes: tuple[int, ...], b: Array, b_axes: tuple[int, ...], a_square: Array,
        b_square: Array,
    ) -> None:  # fmt: skip
        """Squared distances in place of -2*a.b; what is given is that of `runtime.refined_squares`."""
        raw += a_square
        raw += b_square
        refined_squares(raw, a, a_axes, b, b_axes, a_square, b_square)

    def weights(self, x: Array, factor: Array) -> Array:
        """Exponentials relative to the largest along the last axis, in place of x; their sums.

        The exponents are x times the factor, which is the same along the last axis.
        """
        x *= factor
        x -= finite_or_zero(np.maximum.reduce(x, axis=-1))[..., None]
        weights(x, out=x)
        return np.add.reduce(x, axis=-1)


IN_NUMPY = Products()
