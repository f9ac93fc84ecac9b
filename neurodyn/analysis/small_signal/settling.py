"""Where a system goes from a state at which it does not stand still: steps of implicit Euler, ever longer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn.system.standing import Standing

Array = NDArray[np.float64]
MOST = 600
FIRST, LONGER, SHORTER = 1e-2, 1.6, 0.25  # of the fastest time constant; of the step before
NEAR = 1e-4  # how close Newton's method must end, relative


def settled(standing: Standing, begin: Array) -> Array | None:
    """The operating point that a system comes to in time; without anything that stores, any that is found."""
    mass = standing.mass(begin)
    if not mass.any():
        return standing.find(begin)
    y, length = begin, FIRST * _fastest(standing, mass, begin)
    for _ in range(MOST):
        there = standing.moved(y, mass / length)
        if there is None:
            length *= SHORTER
            continue
        y, length = there, LONGER * length
        rest = standing.near(y)
        if rest is not None and (np.abs(rest - y) <= NEAR * (standing.scales + np.abs(y))).all():
            return rest
    return standing.find(y)


def _fastest(standing: Standing, mass: Array, y: Array) -> float:
    """A time that is short against all that move: rows of the mass against those of the slopes."""
    slope = np.abs(standing.matrix(y)) * standing.scales
    rows = (np.abs(mass) * standing.scales).max(axis=1)
    found = rows[rows > 0] / np.maximum(slope.max(axis=1)[rows > 0], 1e-300)
    return float(found.min())
