"""Whether a quadratic function falls in all of an ellipsoid but its middle, by intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.basins.trapping import contracts
from neurodyn.analysis.energy.boxes import halved
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.program.interval_matrices import is_negative_definite
from neurodyn.program.interval_ops import NoInterval
from neurodyn.program.intervals import Interval

Array = NDArray[np.float64]
# Boxes that are looked at in all and together, and halvings of the box around the middle.
MOST, TOGETHER, HALVINGS = 400_000, 8192, 20


def falls_inside(field: Field, point: Array, matrix: Array, level: float) -> int:
    """How many boxes show that x'Px falls wherever it is below a level, but at the point; 0 if it is not shown.

    In a box around the point x'Px falls because J'P + PJ is negative definite there, and the point is a zero of the
    rate. Where it is one but for rounding, x is meant from the zero close by; the share of the level that is shown has
    room for that.
    """
    try:
        of = Enclosure(field)
        core = _core(of, point, matrix, level)
        if core is None or not is_negative_definite(-Interval.point(matrix)):
            return 0
        side = np.sqrt(level * np.diag(np.linalg.inv(matrix))) * (1 + 1e-9)
        return _covered(of, point, matrix, level, core, np.stack([-side, side])[None])
    except NoInterval:
        return 0


def _core(of: Enclosure, point: Array, matrix: Array, level: float) -> Array | None:
    """Half sides of a box around the point in which it falls by slopes."""
    half = np.sqrt(level * np.diag(np.linalg.inv(matrix)))
    for _ in range(HALVINGS):
        if contracts(of, Interval((point - half)[None], (point + half)[None]), matrix, 0.0):
            return np.asarray(half)
        half = half / 2
    return None


def _covered(of: Enclosure, point: Array, matrix: Array, level: float, core: Array, waiting: Array) -> int:
    seen = 0
    while len(waiting):
        now, waiting = waiting[:TOGETHER], waiting[TOGETHER:]
        seen += len(now)
        if seen > MOST:
            return 0
        left = now[~_is_done(of, point, matrix, level, core, now)]
        waiting = np.concatenate([halved(left, np.ones(len(point))), waiting])
    return seen


def _is_done(of: Enclosure, point: Array, matrix: Array, level: float, core: Array, boxes: Array) -> NDArray[np.bool_]:
    """Which boxes (boxes, 2, size), from the point on, lie outside the ellipsoid, in the core, or have a falling V."""
    x = Interval(boxes[:, 0], boxes[:, 1])
    pulled = _times(matrix, x)
    value = (x * pulled).total((1,))
    rate = (pulled * of.rate(x + Interval.point(point))).total((1,))
    within = ((boxes[:, 0] >= -core) & (boxes[:, 1] <= core)).all(axis=1)
    return np.asarray((value.low > level) | within | (rate.high < 0))


def _times(matrix: Array, x: Interval) -> Interval:
    """P x on boxes (boxes, size)."""
    return (Interval.point(matrix[None]) * x.map(lambda v: v[:, None, :])).total((2,))
