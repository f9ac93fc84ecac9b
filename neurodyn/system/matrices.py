"""Functions of whole matrices, computed from singular values, with what is known of how well they are determined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy import Expr, Idx

from neurodyn.calculus.letters import free_letters, quantity
from neurodyn.calculus.matrices import Basis, Inverse, InverseRoot, MatrixFunction
from neurodyn.calculus.rewrite import transform

Array = NDArray[np.float64]
SYMMETRY = 1e-10  # of the largest entry: room for the rounding of a symmetric matrix


class Refusal(ValueError):
    """A matrix that has no such function: the sentence, its code and how to mend it."""

    def __init__(self, sentence: str, code: str, remedy: str) -> None:
        super().__init__(sentence)
        self.code, self.remedy = code, remedy


@dataclass(frozen=True)
class Matrix:
    """A call on a matrix inside a value: it fills the hidden quantity `name`.

    `letters` are those of the batch, of the rows and of the columns; `columns` counts those of a basis.
    """

    name: str
    call: type[MatrixFunction]
    body: Expr
    letters: tuple[Idx, ...]
    columns: Idx | None = None


@dataclass(frozen=True)
class Rank:
    """What the singular values say: those above the cutoff count."""

    rows: int
    columns: int
    rank: int
    cutoff: float
    condition: float  # the largest singular value over the least

    @property
    def is_full(self) -> bool:
        """Whether no column (or row) depends on the others."""
        return self.rank == min(self.rows, self.columns)

    def __str__(self) -> str:
        condition = f"{self.condition:.3g}" if np.isfinite(self.condition) else "infinite"
        return (
            f"{self.rows} x {self.columns} matrix, rank {self.rank} (singular values above {self.cutoff:.3g}),"
            f" condition number {condition}"
        )


def separated(exprs: tuple[Expr, ...]) -> tuple[tuple[Expr, ...], tuple[Matrix, ...]]:
    """Expressions with a hidden quantity for each call on a matrix, and these calls, the inner ones first."""
    found: list[Matrix] = []

    def change(node: sp.Basic) -> sp.Basic:
        if not isinstance(node, MatrixFunction):
            return node
        body, _, (row, column) = node.open()
        batch = tuple(sorted(free_letters(body) - {row, column}, key=str))
        name = f"{node.word}~{len(found)}"
        columns = node.at[1] if isinstance(node, Basis) else None
        found.append(Matrix(name, type(node), body, (*batch, row, column), columns))
        return quantity(name, (*batch, *node.at))

    if not any(expr.has(MatrixFunction) for expr in exprs):
        return exprs, ()
    return tuple(transform(expr, change) for expr in exprs), tuple(found)


def rank(matrix: Array) -> Rank:
    """The rank of a matrix; of several, that of the worst determined one."""
    values = np.linalg.svd(matrix, compute_uv=False).reshape(-1, min(matrix.shape[-2:]))
    cutoffs = values[:, 0] * max(matrix.shape[-2:]) * np.finfo(float).eps
    counts = (values > cutoffs[:, None]).sum(axis=1)
    worst = int(np.lexsort((values[:, -1], counts))[0])
    least = values[worst, -1]
    condition = float(values[worst, 0] / least) if counts[worst] == values.shape[1] else np.inf
    rows, columns = matrix.shape[-2:]
    return Rank(rows, columns, int(counts[worst]), float(cutoffs[worst]), condition)


def computed(call: type[MatrixFunction], matrix: Array, columns: int | None = None) -> tuple[Array, Rank]:
    """The function of a matrix, or of several, and what is known of it.

    Args:
        columns: how many columns a basis must have.

    Raises:
        Refusal: for a matrix that has none.
    """
    known = rank(matrix)
    if call is Basis:
        return _basis(matrix, known, columns), known
    if call in (Inverse, InverseRoot) and not known.is_full:
        raise Refusal(
            f"{call.word} needs a matrix of full rank, but this is a {known}",
            "singular",
            "Use pinv, or add a small multiple of the identity.",
        )
    if call is Inverse:
        return np.asarray(np.linalg.inv(matrix), dtype=float), known
    if call is InverseRoot:
        return _inverse_root(matrix), known
    found = np.linalg.pinv(matrix, rcond=max(matrix.shape[-2:]) * np.finfo(float).eps)
    return np.asarray(found, dtype=float), known


def _inverse_root(matrix: Array) -> Array:
    turned = np.swapaxes(matrix, -1, -2)
    if np.abs(matrix - turned).max() > SYMMETRY * np.abs(matrix).max():
        raise Refusal("invsqrt needs a symmetric matrix", "not-symmetric", "Check its equation.")
    values, vectors = np.linalg.eigh((matrix + turned) / 2)
    if values.min() <= 0:
        raise Refusal(
            f"invsqrt needs a positive definite matrix, but its least eigenvalue is {values.min():.3g}",
            "not-positive",
            "Check its equation.",
        )
    return np.asarray((vectors / np.sqrt(values)[..., None, :]) @ np.swapaxes(vectors, -1, -2))


def _basis(matrix: Array, known: Rank, columns: int | None) -> Array:
    if known.rank != columns:
        raise Refusal(
            f"The columns span {known.rank} dimensions, but the basis has {columns} columns",
            "basis-size",
            'Let the size of its index set be the rank: size = "rank(e, i, n)".',
        )
    vectors = np.linalg.svd(matrix, full_matrices=False)[0][..., : known.rank]
    # Each column up to its sign: the largest entry is positive.
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=-2)[..., None, :], axis=-2)
    return np.asarray(vectors * np.sign(largest))
