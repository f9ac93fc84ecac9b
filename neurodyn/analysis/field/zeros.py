"""Newton's method from states near zeros, many at a time, with full steps: starts that it does not serve are told.

`fixed_points.search.newton` is the one for starts anywhere: it shortens steps, and keeps away from what is known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field

Array = NDArray[np.float64]
# A zero is reached where a step is no longer than this, in units of the scale and the value of each coordinate.
ARRIVED = 1e-10
# A step of more scales than this comes from slopes that are singular but for rounding.
LONG = 1e8
# Singular values below this part of the largest count as 0.
SINGULAR = 1e-13


def zeros_near(field: Field, states: Array, most: int = 30) -> tuple[Array, NDArray[np.bool_]]:
    """Zeros of the rate (of a map: of its change) that Newton's method comes to.

    Args:
        states: where it begins, shape (starts, size).
        most: steps.

    Returns:
        where each ended, shape (starts, size), and whether that is a zero, shape (starts,).
    """
    x, found = states.copy(), np.zeros(len(states), bool)
    lost: NDArray[np.bool_] = np.asarray(~np.isfinite(states).all(axis=1))
    with np.errstate(all="ignore"):
        for _ in range(most):
            going = np.flatnonzero(~(found | lost))
            if not len(going):
                break
            step, helps = _steps(field, x[going])
            x[going] -= step
            short = (np.abs(step) <= ARRIVED * (field.scales + np.abs(x[going]))).all(axis=1)
            found[going] = short & helps
            lost[going] = (short & ~helps) | ~np.isfinite(step).all(axis=1)
    return x, found


def _steps(field: Field, x: Array) -> tuple[Array, NDArray[np.bool_]]:
    """The step from each state: where slopes are singular, the shortest that does most; NaN where there are none.

    And whether it takes away most of the rate, by the slopes: at a rest of x**2 + 1 none does, and there is no zero.
    """
    off, slopes = field.defect(x), field.defect_jacobian(x)
    usable = np.isfinite(slopes).all(axis=(1, 2)) & np.isfinite(off).all(axis=1)
    step = np.full_like(off, np.nan)
    try:
        step[usable] = np.linalg.solve(slopes[usable], off[usable][..., None])[..., 0]
        singular = usable & ~(np.abs(step) <= LONG * field.scales).all(axis=1)
    except np.linalg.LinAlgError:
        singular = usable
    for k in np.flatnonzero(singular):
        step[k] = np.linalg.lstsq(slopes[k], off[k], rcond=SINGULAR)[0]
    left = np.linalg.norm(np.einsum("kij,kj->ki", slopes, step) - off, axis=1)
    rounding = ARRIVED * np.linalg.norm(np.einsum("kij,kj->ki", np.abs(slopes), field.scales + np.abs(x)), axis=1)
    return step, np.asarray(left <= np.maximum(0.5 * np.linalg.norm(off, axis=1), rounding))
