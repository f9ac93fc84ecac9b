"""Sums of states that a flow conserves: its fixed points are then not single, but there may be one on each level.

Candidates are vectors that are orthogonal to the rates at many states; they are shown by writing the rates out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.echelon import echelon, exact, simple
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.levels import Levels
from neurodyn.analysis.fixed_points.written import Written
from neurodyn.program.scalar_graph import TooLarge
from neurodyn.program.scalars import NotUnrolled

Array = NDArray[np.float64]
SMALL, MOST_NODES = 1e-10, 1500


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
    found = _conserved(rates, scales)
    if found is None:
        return None
    weights, pivots = found
    return Levels(weights, pivots, through) if _is_shown(of, weights) else None


def _conserved(rates: Array, scales: Array) -> tuple[Array, NDArray[np.intp]] | None:
    """Rows orthogonal to all rates, in terms of states, with simple fractions; None where there are none."""
    _, sizes, turn = np.linalg.svd(rates)
    rank = int((sizes > SMALL * sizes.max(initial=0.0)).sum())
    null = turn[rank:] / scales
    if not len(null) or not rank:
        return None
    rows, pivots = echelon(null)
    weights = simple(rows)
    return None if weights is None else (weights, pivots)


def _is_shown(of: Enclosure, weights: Array) -> bool:
    """Whether the sums of rates are 0 as expressions."""
    written = written_rates(of)
    if written is None:
        return False
    _, rates = written
    return all(sp.expand(sum(w * r for w, r in zip(exact(row), rates, strict=True))) == 0 for row in weights)


def written_rates(of: Enclosure) -> tuple[tuple[sp.Symbol, ...], Sequence[sp.Expr]] | None:
    """Symbols of the states, and the rates as expressions of them; None where they are too long to be written out."""
    try:
        written = Written.of(of)
        if len(written.graph.nodes) > MOST_NODES:
            return None
        states = tuple(sp.symbols(f"x0:{of.layout.size}", real=True))
        return states, written.expressions(states, of.t)
    except (TooLarge, NotUnrolled):
        return None
