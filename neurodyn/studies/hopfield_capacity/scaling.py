"""Finite-size scaling of a transition: where the curves of all sizes cross, and how they sharpen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_ndtr

from neurodyn.studies.memory.lines import Estimate

Array = NDArray[np.float64]
UNITS = 1000  # the size at which the slope is told
DRAWS = 200  # of sets, for the intervals
FROM = 0.1  # loads from here on take part


@dataclass(frozen=True)
class Scaling:
    """The share recalled is a function of (load - critical)*N**exponent.

    Attributes:
        load: where the curves cross.
        exponent: by which they sharpen.
    """

    load: Estimate
    exponent: Estimate


def fitted(
    loads: Sequence[float],
    found: Mapping[int, Array],
    of: Mapping[int, Array],
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Scaling:
    """The most likely scaling, share = Phi(c - s*(load - critical)*(N/1000)**exponent).

    Patterns of one set share its weights, so intervals come from sets drawn again.

    Args:
        found: by size, how many are recalled in each set: (loads, sets).
        of: by size, of how many: (loads,).
        draws: of sets, for the intervals.
    """
    keep = np.array(loads) >= FROM
    x = np.array(loads)[keep]

    def best(counts: Mapping[int, Array], first: Array) -> Array:
        def loss(p: Array) -> float:
            total = 0.0
            for n, good in counts.items():
                z = p[0] - np.exp(p[1]) * (x - p[2]) * (n / UNITS) ** p[3]
                whole = of[n][keep] * found[n].shape[1]
                total -= float((good * log_ndtr(z) + (whole - good) * log_ndtr(-z)).sum())
            return total / 100

        return np.asarray(minimize(loss, first, method="Nelder-Mead", options={"maxiter": 2000, "fatol": 1e-7}).x)

    start = best({n: some[keep].sum(axis=1) for n, some in found.items()}, np.array([1.5, 3.5, 0.14, 0.5]))
    drawn = []
    for _ in range(draws):
        picked = {n: some[keep][:, rng.integers(0, some.shape[1], some.shape[1])] for n, some in found.items()}
        drawn.append(best({n: some.sum(axis=1) for n, some in picked.items()}, start))
    return Scaling(*(_estimate(float(start[k]), np.array(drawn)[:, k]) for k in (2, 3)))


def _estimate(value: float, drawn: Array) -> Estimate:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(value, float(drawn.std()), float(low), float(high))
