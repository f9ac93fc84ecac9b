"""One zero of a rate proved again in the ball arithmetic of Arb, which shares no rounding with intervals.

A candidate is sharpened by Newton's method in many digits; then Krawczyk's test is made in a small box around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.program.balls import between, many_digits, matrix

Array = NDArray[np.float64]
Objects = NDArray[np.object_]
arb, Matrix = flint.arb, flint.arb_mat
# Half the sides of the boxes that are tried, in terms of scales.
REACHES = (1e-12, 1e-9, 1e-6, 1e-15)
# Steps of Newton's method; after one that is short, in terms of scales, digits double to more than are wanted.
SHARPER, SHORT = 4, 1e-10


@dataclass(frozen=True, eq=False)
class Proof:
    """A box of balls that holds exactly one zero.

    Attributes:
        box: the balls, one for each number of state.
        jacobian: balls that hold the Jacobian at the zero.
    """

    box: Objects
    jacobian: Objects

    @property
    def state(self) -> Array:
        """The numbers that are nearest to the middle."""
        return np.array([float(x.mid()) for x in self.box])

    def lies_in(self, region: Array) -> bool:
        """Whether all of the box lies between two states."""
        ends = zip(self.box, region[0].tolist(), region[1].tolist(), strict=True)
        return all(arb(low) <= x and x <= arb(high) for x, low, high in ends)

    @property
    def radius(self) -> Array:
        """How far the zero may be from `state`."""
        off = [abs(x - arb(float(x.mid()))) for x in self.box]
        return np.array([float(d.upper()) for d in off])


def proof(of: Enclosure, near: Array) -> Proof | None:
    """A proof that exactly one zero lies close to a state; None where none was found.

    Raises:
        NoInterval: for an operation that balls lack.
    """
    with many_digits():
        x, scales = between(near, near), of.layout.scales
        for _ in range(SHARPER):
            inverse = _inverse(of, x)
            if inverse is None:
                return None
            step = _middles(_column(inverse * matrix(of.ball_rate(x)[:, None])))
            x = _middles(x - step)
            if all(abs(s) < SHORT * r for s, r in zip(step, scales.tolist(), strict=True)):
                break
        for reach in REACHES:
            found = _krawczyk(of, x, reach * scales, inverse)
            if found is not None:
                return Proof(found, of.ball_jacobian(found))
    return None


def _krawczyk(of: Enclosure, x: Objects, reach: Array, inverse: Any) -> Objects | None:
    away = np.array([arb(0, float(r)) for r in reach], dtype=object)
    box, size = x + away, len(x)
    slope = matrix(of.ball_jacobian(box))
    rest = Matrix(size, size, [int(i == j) for i in range(size) for j in range(size)]) - inverse * slope
    moved = x - _column(inverse * matrix(of.ball_rate(x)[:, None]))
    found = moved + _column(rest * matrix(away[:, None]))
    inside = all(b.contains_interior(k) for b, k in zip(box, found, strict=True))
    return found if inside else None


def _inverse(of: Enclosure, x: Objects) -> Any:
    """An approximate inverse of the Jacobian, in many digits and without radii; None where it has none."""
    try:
        return matrix(of.ball_jacobian(x)).mid().inv().mid()
    except ZeroDivisionError:
        return None


def _column(found: Any) -> Objects:
    return np.array(found.entries(), dtype=object)


def _middles(x: Objects) -> Objects:
    return np.array([v.mid() for v in x], dtype=object)
