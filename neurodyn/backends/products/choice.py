"""Which products of matrices and vectors are computed by code of our own, in place of BLAS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurodyn.backends.plan import STORAGE, Floats, Plan
from neurodyn.errors import InputError
from neurodyn.program.products import Multiply, Products

if TYPE_CHECKING:
    from neurodyn.system.flowing import Flow

# Below so many rows a half is not read faster than BLAS reads the whole, which then lies in a cache.
LEAST_ROWS = 1000
# And fewer numbers than these are not worth keeping in 32 bits.
LEAST_SHORT = 1 << 18
# The ability of a backend that can keep large matrices in 32 bits.
SHORT = "float32"
FLOAT32 = f"{STORAGE}{SHORT}"


class LargeProducts(Products):
    """Makes ready the products of one run: `products(matrix)` is a function from a vector to the product.

    A large square matrix that equals its transpose in every bit is read by halves. Where it was asked for, every matrix
    is kept in 32 bits. All others are left to BLAS.
    """

    def __init__(self, short: bool = False) -> None:
        self._short = short
        self._known: dict[tuple[object, ...], tuple[Floats, Multiply]] = {}
        self._told: list[str] = []

    def __call__(self, matrix: Floats) -> Multiply:
        key = (matrix.ctypes.data, matrix.shape, matrix.strides)
        if key not in self._known:
            self._known[key] = matrix, self._made(matrix)  # with the matrix, so that its place is not taken by another
        return self._known[key][1]

    def _made(self, matrix: Floats) -> Multiply:
        small = matrix.size < LEAST_SHORT if self._short else len(matrix) < LEAST_ROWS
        if small or not (self._short or matrix.shape[0] == matrix.shape[1]):
            return super().__call__(matrix)
        # Imported where there is something to compile: it loads LLVM.
        from neurodyn.backends.products.matrix import Product, by_rows, is_symmetric, shortened, threads

        half = is_symmetric(matrix)
        if not (half or self._short):
            return super().__call__(matrix)
        told = f"{matrix.shape[0]} x {matrix.shape[1]}: " + (
            "symmetric, its upper half is read" if half else "read whole"
        )
        if self._short:
            stored, off = shortened(matrix)
            self._told.append(f"{told}, in {SHORT}: off by at most {off:.3g} times the largest element of the vector")
            return Product(stored, half, threads(stored))
        self._told.append(told)
        return Product(by_rows(matrix, half), half, threads(matrix))

    def scheme(self) -> dict[str, object]:
        """What the recipe tells of them: they are added up in another order than BLAS does."""
        return {"products": list(self._told)} if self._told else {}


def flow_of(plan: Plan) -> tuple[LargeProducts, Flow]:
    """The flow of a plan, and what multiplies its large matrices.

    Raises:
        InputError: where they are to be kept in fewer bits, and there are none.
    """
    products = LargeProducts(plan.storage == SHORT)
    flow = plan.system.flow(plan.trials is not None, products)
    if plan.storage is not None and not products.scheme():
        raise no_use(plan, "in trials side by side it" if plan.trials is not None else "it")
    return products, flow


def no_use(plan: Plan, kind: str = "it") -> InputError:
    """The error where matrices are to be kept in fewer bits, and there are none."""
    apart = "" if kind == "it" else ", or take the backend ensemble with target arrays"
    return InputError(
        f"storage is {plan.storage}, and {plan.system.name} has no use for that: {kind} multiplies no vector by a "
        "large constant matrix.",
        code="no-large-matrix",
        remedy=f"Leave storage out{apart}.",
    )
