"""Functions of whole matrices: they bind the letters of rows and columns and are taken at a position of each.

They are computed when values are bound, never in a run: parameters may hold them, flows may not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from sympy import Expr, Idx

from neurodyn.calculus.reductions import Reduction


class MatrixFunction(Reduction):
    """`cls(body, True, (row, column), (at row, at column))`: an entry of a function of the matrix `body`."""

    keeps_order = True  # rows are no columns
    word: ClassVar[str]

    def __new__(cls, body: Any, mask: Any, letters: Iterable[Idx], at: Iterable[Expr]) -> Any:
        letters, at = tuple(letters), tuple(at)
        if len(letters) != 2 or len(at) != 2:
            raise ValueError("a function of a matrix binds rows and columns, and is taken at one of each")
        return super().__new__(cls, body, mask, letters, at)


class Inverse(MatrixFunction):
    """The inverse of a square matrix."""

    word = "inv"


class PseudoInverse(MatrixFunction):
    """The Moore-Penrose inverse of a square matrix."""

    word = "pinv"


class InverseRoot(MatrixFunction):
    """The inverse of the square root of a symmetric, positive definite matrix."""

    word = "invsqrt"


class Basis(MatrixFunction):
    """Orthonormal columns that span the columns of a matrix: taken at a row and at one of these."""

    word = "basis"


SQUARE: dict[str, type[MatrixFunction]] = {c.word: c for c in (Inverse, PseudoInverse, InverseRoot)}
