"""A neighbourhood of a point attractor in which all runs are sure to come to it.

With A the Jacobian at the point and A'P + PA = -Q, the norm sqrt(x'Px) of the difference of two runs falls wherever
J'P + PJ is negative definite (Lohmiller and Slotine 1998, Automatica 34:683). Intervals show that for all J in a box;
the largest ellipsoid of P inside it is then entered by runs and never left, and there is one fixed point in it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_continuous_lyapunov

from neurodyn.analysis.basins.attractor import Attractor
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.verdict import Verdict
from neurodyn.program.interval_matrices import is_negative_definite, products
from neurodyn.program.interval_ops import NoInterval
from neurodyn.program.intervals import Interval, magnitude

Array = NDArray[np.float64]
# Intervals are for so many states; boxes are halved so often; and what is left to rounding and to where the point is.
MOST, HALVINGS, ROOM = 24, 14, 0.02


def trapped(field: Field, found: Attractor, widest: float) -> Attractor:
    """The same attractor with the reach that is proved, if one is: flows of few states that do not move with time.

    Args:
        widest: half of the side of the first box, in units of scales.
    """
    if field.kind == "map" or field.moving or field.size > MOST or found.stability is not Verdict.VERIFIED:
        return found
    try:
        reach = _reach(field, found.cloud[0], widest, found.reach)
    except NoInterval:
        return found
    return found if reach is None else replace(found, stability=Verdict.PROVED, reach=reach)


def _reach(field: Field, point: Array, widest: float, least: float) -> float | None:
    of, scales = Enclosure(field), field.scales
    norm = solve_continuous_lyapunov(field.jacobian(point).T, -np.diag(scales**-2.0))
    norm = (norm + norm.T) / 2
    if not np.isfinite(norm).all() or not is_negative_definite(-Interval.point(norm)):
        return None
    # The slowest rate that is asked for: a quarter of the rate at the point.
    rate = 0.125 / float(np.linalg.eigvalsh(norm * np.outer(scales, scales)).max())
    inverse, corner = np.diag(np.linalg.inv(norm)), float((np.abs(norm) * np.outer(scales, scales)).sum())
    half = widest
    for _ in range(HALVINGS):
        box = Interval((point - half * scales)[None], (point + half * scales)[None])
        level = float((half * scales / np.sqrt(inverse)).min())
        if contracts(of, box, norm, rate) and _is_near(of, point, norm, rate, ROOM / 2 * level):
            reach = (1 - ROOM) * level / np.sqrt(corner)
            return reach if reach > least else None
        half /= 2
    return None


def contracts(of: Enclosure, box: Interval, norm: Array, rate: float) -> bool:
    """Whether PJ + J'P + 2 rate P is negative definite for each Jacobian in a box."""
    slopes = of.jacobian(box)
    if not (np.isfinite(slopes.low).all() and np.isfinite(slopes.high).all()):
        return False
    half = products(Interval.point(norm[None]), slopes).map(lambda v: v[0]) + Interval.point(rate * norm)
    return is_negative_definite(half + half.map(np.transpose))


def _is_near(of: Enclosure, point: Array, norm: Array, rate: float, off: float) -> bool:
    """Whether the rate at a point is so small that the fixed point is closer to it than `off` in that norm."""
    speed = magnitude(of.rate(Interval.point(point[None]))).high[0]
    return bool(np.sqrt(speed @ np.abs(norm) @ speed) * (1 + 1e-6) <= rate * off)
