"""Directions along which rates do not change: x and x + s v have the same. States may drift along them for ever.

Such directions are orthogonal to the rows of the Jacobian at all states; candidates come from some states, and are
shown by writing the rates out at x + s v. States are then held at one place along them, as if modulo v, and the rate
counts modulo v too: f(x) = c v is a zero of what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.echelon import echelon, exact, simple
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.invariants import written_rates
from neurodyn.program.balls import between
from neurodyn.program.intervals import Interval
from neurodyn.system.layout import Layout

Array = NDArray[np.float64]
Objects = NDArray[np.object_]
# At how many states slopes are compared, and below which share of the largest singular value they are none; how many
# numbers are printed.
STATES, SMALL, NAMED = 8, 1e-10, 6


@dataclass(frozen=True, eq=False)
class Translations:
    """Directions of drift, and where states are held along them.

    Attributes:
        ways: a row for each, in reduced echelon form: way k has 1 at `pivots[k]`, where the others have 0.
        pivots: the numbers of state that are held, one for each.
        through: a state; at the pivots it says where.
        shown: whether it is proved that rates do not change along them.
    """

    ways: Array
    pivots: NDArray[np.intp]
    through: Array
    shown: bool
    neutral: int = 0  # what is told of stability is told modulo the ways

    @property
    def rest(self) -> NDArray[np.intp]:
        """The other numbers of state."""
        return np.setdiff1d(np.arange(self.ways.shape[1]), self.pivots)

    # --- numbers --------------------------------------------------------------------------------------------------

    def across(self, values: Array) -> Array:
        """Rates, or columns of a Jacobian (..., size, columns), without what goes along the ways."""
        return np.asarray(values - np.einsum("kn,...kc->...nc", self.ways, values[..., self.pivots, :]))

    # --- intervals and balls --------------------------------------------------------------------------------------

    def rate(self, rate: Interval, x: Interval) -> Interval:
        """Rates (boxes, size) across the ways, those of the pivots replaced by how far the state is from its hold."""
        along = rate.map(lambda v: v[:, self.pivots, None])
        whole = rate - (Interval.point(self.ways[None]) * along).total((1,))
        off = x.map(lambda v: v[:, self.pivots]) - Interval.point(self.through[self.pivots])
        return self._put(whole, off)

    def jacobian(self, slope: Interval) -> Interval:
        """The derivatives of that, (boxes, size, size)."""
        along = slope.map(lambda v: v[:, self.pivots, None, :])
        whole = slope - (Interval.point(self.ways[None, :, :, None]) * along).total((1,))
        return self._put(whole, Interval.point(np.broadcast_to(self._rows, (len(slope.low), *self._rows.shape))))

    def _put(self, whole: Interval, rows: Interval) -> Interval:
        low, high = whole.low.copy(), whole.high.copy()
        low[:, self.pivots], high[:, self.pivots] = rows.low, rows.high
        return Interval(low, high)

    @property
    def _rows(self) -> Array:
        return np.eye(self.ways.shape[1])[self.pivots]

    def ball_rate(self, rate: Objects, x: Objects) -> Objects:
        """As `rate`, of one box of balls."""
        found = np.asarray(rate - rate[self.pivots] @ between(self.ways, self.ways))
        found[self.pivots] = x[self.pivots] - between(self.through, self.through)[self.pivots]
        return found

    def ball_jacobian(self, slope: Objects) -> Objects:
        """As `jacobian`, of one box of balls."""
        found = np.asarray(slope - between(self.ways, self.ways).T @ slope[self.pivots])
        found[self.pivots] = between(self._rows, self._rows)
        return found

    def within(self, slope: Objects) -> Any:
        """How rates across the ways change across them; `slope` as `ball_jacobian`."""
        return slope[np.ix_(self.rest, self.rest)]

    def texts(self, layout: Layout) -> list[str]:
        """Each direction, and where states are held along it."""
        found = []
        for way, pivot in zip(self.ways, self.pivots.tolist(), strict=True):
            moving = np.flatnonzero(way).tolist()
            terms = ", ".join(f"{way[k]:.6g} of {layout.element(k)}" for k in moving[:NAMED])
            more = f" and {len(moving) - NAMED} more" if len(moving) > NAMED else ""
            found.append(f"({terms}{more}), held where {layout.element(pivot)} = {self.through[pivot]:.6g}")
        return found


def translations(field: Field, of: Enclosure | None, through: Array) -> Translations | None:
    """The directions along which rates do not change; None where there are none."""
    size, scales = field.size, field.scales
    points = through + scales * np.random.default_rng(0).normal(size=(STATES, size))
    with np.errstate(all="ignore"):
        slopes = np.stack([field.jacobian(x) for x in points]) * scales / scales[:, None]
    if not np.isfinite(slopes).all():
        return None
    _, sizes, turn = np.linalg.svd(slopes.reshape(-1, size), full_matrices=False)
    rank = int((sizes > SMALL * max(float(sizes.max(initial=0.0)), 1e-300)).sum())
    if rank == size:
        return None
    ways, pivots = echelon(turn[rank:] * scales)
    fractions = simple(ways)
    told = np.where(np.abs(ways) < 1e-12, 0.0, ways) if fractions is None else fractions
    return Translations(told, pivots, through, fractions is not None and of is not None and _is_shown(of, told))


def _is_shown(of: Enclosure, ways: Array) -> bool:
    """Whether the rates at x + s v are those at x, as expressions."""
    written = written_rates(of)
    if written is None:
        return False
    states, rates = written
    s = sp.Symbol("s", real=True)
    for way in ways:
        moved: Mapping[sp.Symbol, sp.Expr] = {x: x + w * s for x, w in zip(states, exact(way), strict=True) if w}
        if not all(_is_same(rate, rate.xreplace(moved)) for rate in rates):
            return False
    return True


def _is_same(rate: sp.Expr, moved: sp.Expr) -> bool:
    """Whether a rate at a moved state is what it was."""
    off = sp.expand(sp.expand(moved) - sp.expand(rate))
    return bool(off == 0 or sp.cancel(sp.expand(sp.together(off), power_exp=True)) == 0)
