"""Rates of a step, on whole arrays: where they lead to, and the path on the way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.methods import Tableau
from neurodyn.backends.plan import Floats


def moved(y: Floats, h: Floats, weights: tuple[float, ...], rates: Floats) -> Floats:
    """The states that rates with these weights lead to in a step."""
    used = [k for k, weight in enumerate(weights) if weight]
    count = used[-1] + 1
    slope = (np.array(weights[:count]) @ rates[:count].reshape(count, -1)).reshape(y.shape)
    slope *= h[:, None]
    slope += y
    return slope


def path_weights(method: Tableau, part: Floats) -> Floats:
    """The weight of each rate at parts of the step: (rates, parts)."""
    rest, found = 1.0 - part, np.zeros((len(method.path), part.size))
    for weight, row in zip(found, method.path, strict=True):
        weight += row[-1]
        for k in range(len(row) - 2, -1, -1):
            weight *= rest if method.alternating and k % 2 == 0 else part
            weight += row[k]
        weight *= part
    return found


def finite(rows: Floats) -> NDArray[np.bool_]:
    """The rows of finite numbers."""
    found: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(rows), axis=1)
    return found
