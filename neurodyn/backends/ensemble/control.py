"""How long steps are, run by run: the arithmetic of the compiled loop on whole arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.methods import Tableau
from neurodyn.backends.ensemble.settling import FIRST, SHORT
from neurodyn.backends.ensemble.stepping import LEAST, MOST, SAFETY
from neurodyn.backends.plan import Floats


def allowed(y: Floats, u: Floats, rtol: float, atol: Floats) -> Floats:
    """The error that is allowed in each state, at the larger of two states."""
    size: Floats = np.maximum(np.abs(y), np.abs(u))
    size *= rtol
    size += atol
    return size


def squared_error(method: Tableau, rates: Floats, h: Floats, size: Floats) -> Floats:
    """The square of the estimated error over what is allowed, in the root mean square over states; one for each run."""
    count, runs, n = rates.shape
    flat = rates.reshape(count, runs * n)
    squares = list[Floats]()
    for estimate in method.error:
        part: Floats = (np.array(estimate) @ flat[: len(estimate)]).reshape(runs, n)
        part /= size
        squares.append(np.einsum("rn,rn->r", part, part))
    found: Floats = squares[0] * h * h / n
    if len(squares) == 2:  # Hairer's estimate of order 7 from those of orders 5 and 3
        fifth, third = squares
        found = fifth * fifth * (h * h) / ((fifth + 0.01 * third + 1e-300) * n)
    return found


def factor(method: Tableau, error: Floats, good: NDArray[np.bool_]) -> Floats:
    """By how much the next step is longer."""
    bounded = np.clip(np.nan_to_num(error, nan=1e30), 1e-30, 1e30)
    wanted = SAFETY * bounded ** (-0.5 / (method.error_order + 1))
    found: Floats = np.clip(wanted, LEAST, np.where(good, MOST, 1.0))
    return found


def first_step(y: Floats, rate: Floats, size: Floats, span: float) -> Floats:
    """The first step of each run: a part of the time in which the state changes by its own size."""
    n = y.shape[1]
    large, fast = np.square(y / size).sum(axis=1), np.square(rate / size).sum(axis=1)
    small = SHORT**2 * n
    ratio = FIRST * np.sqrt(large / np.where(fast > small, fast, 1.0))
    found: Floats = np.minimum(np.where((large > small) & (fast > small), ratio, span * SHORT), span)
    return found
