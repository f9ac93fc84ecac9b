"""Rows of numbers in reduced echelon form, and the simple fractions that they may stand for."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy as sp
from numpy.typing import NDArray

Array = NDArray[np.float64]
DENOMINATOR = 1000


def echelon(rows: Array) -> tuple[Array, NDArray[np.intp]]:
    """Rows that span the same, in reduced echelon form, and the columns in which one of them has 1 and all others 0."""
    rows, pivots = rows.copy(), list[int]()
    for k in range(len(rows)):
        column = next(c for c in range(rows.shape[1]) if np.abs(rows[k:, c]).max() > 1e-6 * np.abs(rows[k:]).max())
        best = k + int(np.abs(rows[k:, column]).argmax())
        rows[[k, best]] = rows[[best, k]]
        rows[k] /= rows[k, column]
        others = np.arange(len(rows)) != k
        rows[others] -= np.outer(rows[others, column], rows[k])
        pivots.append(column)
    return rows, np.array(pivots)


def simple(rows: Array) -> Array | None:
    """The simple fractions that the numbers are but for rounding; None where they are not."""
    found: Array = np.vectorize(lambda w: float(Fraction(w).limit_denominator(DENOMINATOR)))(rows)
    return found if np.allclose(found, rows, rtol=1e-7, atol=1e-7) else None


def exact(row: Array) -> list[sp.Rational]:
    """Simple fractions as numbers of SymPy."""
    return [sp.Rational(Fraction(w).limit_denominator(DENOMINATOR)) for w in row.tolist()]
