"""Exponentials of small matrices, many at once."""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

from neurodyn.backends.plan import Floats


def exponentials(slopes: Floats, dt: float) -> tuple[Floats, Floats]:
    """Of each matrix the exponential, and its integral over a step; equal matrices are computed once."""
    unique, back = np.unique(slopes, axis=0, return_inverse=True)
    count, size, _ = unique.shape
    joint = np.zeros((count, 2 * size, 2 * size))
    joint[:, :size, :size], joint[:, :size, size:] = unique, np.eye(size)
    full = expm(dt * joint)[np.ravel(back)]
    return full[:, :size, :size], full[:, :size, size:]
