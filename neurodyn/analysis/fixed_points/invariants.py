"""Sums of states that a flow conserves: its fixed points are then not single, but there may be one on each level.

Candidates are vectors that are orthogonal to the rates at many states; they are shown by writing the rates out.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.levels import Levels
from neurodyn.analysis.fixed_points.written import Written
from neurodyn.program.scalar_graph import TooLarge
from neurodyn.program.scalars import NotUnrolled

Array = NDArray[np.float64]
SMALL, DENOMINATOR, MOST_NODES = 1e-10, 1000, 1500


def invariants(of: Enclosure, through: Array) -> Levels | None:
    """The conserved sums that are shown, and their levels at a state; None where there are none."""
    if of.is_map:
        return None
    size, scales = of.layout.size, of.layout.scales
    points = through + scales * np.random.default_rng(0).normal(size=(2 * size + 2, size))
    with np.errstate(all="ignore"):
        rates = of.middle(points) / scales
    if not np.isfinite(rates).all():
        return None
    found = _echelon(rates, scales)
    if found is None:
        return None
    weights, pivots = found
    return Levels(weights, pivots, through) if _is_shown(of, weights) else None


def _echelon(rates: Array, scales: Array) -> tuple[Array, NDArray[np.intp]] | None:
    """Rows orthogonal to all rates, in terms of states, with simple fractions; None where there are none."""
    _, sizes, turn = np.linalg.svd(rates)
    rank = int((sizes > SMALL * sizes.max(initial=0.0)).sum())
    null = turn[rank:] / scales
    if not len(null) or not rank:
        return None
    rows, pivots = null.copy(), list[int]()
    for k in range(len(rows)):
        column = next(c for c in range(rows.shape[1]) if np.abs(rows[k:, c]).max() > 1e-6 * np.abs(rows[k:]).max())
        best = k + int(np.abs(rows[k:, column]).argmax())
        rows[[k, best]] = rows[[best, k]]
        rows[k] /= rows[k, column]
        others = np.arange(len(rows)) != k
        rows[others] -= np.outer(rows[others, column], rows[k])
        pivots.append(column)
    simple = np.vectorize(lambda w: float(Fraction(w).limit_denominator(DENOMINATOR)))(rows)
    return (simple, np.array(pivots)) if np.allclose(simple, rows, rtol=1e-7, atol=1e-7) else None


def _is_shown(of: Enclosure, weights: Array) -> bool:
    """Whether the sums of rates are 0 as expressions."""
    try:
        written = Written.of(of)
        if len(written.graph.nodes) > MOST_NODES:
            return False
        rates = written.expressions(tuple(sp.symbols(f"x0:{of.layout.size}", real=True)), of.t)
    except (TooLarge, NotUnrolled):
        return False
    exact = [[sp.Rational(Fraction(w).limit_denominator(DENOMINATOR)) for w in row] for row in weights.tolist()]
    return all(sp.expand(sum(w * r for w, r in zip(row, rates, strict=True))) == 0 for row in exact)
