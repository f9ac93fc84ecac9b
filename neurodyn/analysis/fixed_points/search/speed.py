"""States where the speed is least nearby: roots, and ghosts of roots that a trajectory is slow to pass.

q(z) = |F(z)|^2/2 is lessened by the method of Levenberg and Marquardt. What it ends at with a speed that is not 0 is a
slow point (Sussillo and Barak 2013, doi:10.1162/NECO_a_00409). Near a fold that has just vanished the flow along the
slow direction v is e + a y^2, and a trajectory takes pi/sqrt(e a) to pass: its ghost's time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.search.scaled import Scaled

Array = NDArray[np.float64]
# The damping at the start and its factors; when a step is too short to go on.
DAMPING, LOOSER, TIGHTER, SHORTEST = 1e-3, 0.2, 4.0, 1e-11
FLAT = 1e-13
# How far along the slow direction its curvature is measured, in scales.
NEAR = 1e-4


@dataclass(frozen=True)
class Slow:
    """How slow it is at a state.

    Attributes:
        speed: sqrt(2q), in units of states where all have one scale, else in scales; by time, of a map by step.
        ghost: how long a trajectory takes to pass, where the flow along the slowest direction has a fold's form; else
            NaN.
    """

    speed: float
    ghost: float
    unit: str

    def __str__(self) -> str:
        passing = "" if np.isnan(self.ghost) else f", it takes about {self.ghost:.6g} to pass"
        return f"speed {self.speed:.3g}{self.unit}{passing}"


def slowest(of: Scaled, start: Array, most: int = 200) -> Array:
    """A state near a start at which the speed is least."""
    z, f = start.copy(), of.defect(start)
    damping = DAMPING
    for _ in range(most):
        j = of.jacobian(z)
        square, down = j.T @ j, j.T @ f
        weight = np.maximum(np.diag(square), 1e-12 * float(np.trace(square)) / len(z) + 1e-300)
        moved = False
        while damping < 1e12:
            step = np.linalg.solve(square + damping * np.diag(weight), -down)
            after = of.defect(z + step)
            if np.isfinite(after).all() and after @ after < f @ f:
                moved = True
                break
            damping *= TIGHTER
        if not moved:
            break
        little = (f @ f - after @ after) <= FLAT * (f @ f)
        z, f, damping = z + step, after, max(damping * LOOSER, 1e-12)
        if little or np.abs(step).max() <= SHORTEST * (1 + np.abs(z).max()):
            break
    return z


def how_slow(of: Scaled, z: Array) -> Slow:
    """The speed at a state and the time of a passage."""
    f = of.defect(z)
    left, _, right = np.linalg.svd(of.jacobian(z))
    w, v = left[:, -1], right[-1]
    bend = (of.along(z + NEAR * v, v) - of.along(z - NEAR * v, v)) / (2 * NEAR)
    # Along v the rate is w.f/(w.v) + (w.bend/(w.v)) y^2/2, to second order.
    product = float((w @ f) * (w @ bend) / 2) / max(float(w @ v) ** 2, 1e-300)
    ghost = float(np.pi / np.sqrt(product)) if product > 0 and of.field.kind == "flow" else float("nan")
    scales = of.field.scales
    is_one = bool((scales == scales[0]).all())
    return Slow(float(np.linalg.norm(f) * (scales[0] if is_one else 1.0)), ghost, "" if is_one else " in scales")
