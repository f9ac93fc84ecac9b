"""Which tolerance matters how much for a measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Regression:
    """A measure as a linear function of the draws.

    Attributes:
        slopes: in its own units, for each draw going from its middle to its tolerance.
        standardised: the same with all in standard deviations: their squares are shares of the variance.
        explained: the share of the variance that the linear function explains (R^2).
    """

    slopes: Array
    standardised: Array
    explained: float


def regression(offsets: Array, measured: Array) -> Regression:
    """The least squares of a measure over the draws, samples without a number left out."""
    good = np.isfinite(measured)
    x, y = offsets[good], measured[good]
    if len(y) <= x.shape[1] + 1:
        return Regression(np.full(x.shape[1], np.nan), np.full(x.shape[1], np.nan), np.nan)
    x, y = x - x.mean(axis=0), y - y.mean()
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    total = float(y @ y)
    if total <= (1e-12 * np.abs(measured[good]).max(initial=0.0)) ** 2 * len(y):  # it does not vary
        return Regression(np.zeros_like(slopes), np.zeros_like(slopes), np.nan)
    left = y - x @ slopes
    return Regression(slopes, slopes * x.std(axis=0) / y.std(), 1 - float(left @ left) / total)


@dataclass(frozen=True, eq=False)
class Indices:
    """Sobol's indices of one measure: the share of its variance of each draw alone, and with all that it acts with."""

    first: Array
    total: Array


def sobol_indices(measured: Callable[[Array], Sequence[Array]], one: Array, other: Array) -> list[Indices]:
    """The indices of several measures: first ones after Saltelli et al. 2010, total ones after Jansen 1999.

    They are those of Comput. Phys. Commun. 181:259 and 117:35, from the same runs.

    Args:
        measured: the measures for rows of draws.
        one, other: two independent designs of equal shape; the runs are as many as their rows, times axes + 2.
    """
    count, axes = one.shape
    mixed = []
    for k in range(axes):
        swapped = one.copy()
        swapped[:, k] = other[:, k]
        mixed.append(swapped)
    found = []
    for values in measured(np.concatenate([one, other, *mixed])):
        parts = values.reshape(axes + 2, count)
        good = np.isfinite(parts).all(axis=0)
        a, b, rest = parts[0, good], parts[1, good], parts[2:, good]
        variance = float(np.var(np.concatenate([a, b])))
        with np.errstate(divide="ignore", invalid="ignore"):
            first = ((b - b.mean()) * (rest - a)).mean(axis=1) / variance
            total = ((a - rest) ** 2).mean(axis=1) / (2 * variance)
        found.append(Indices(first, total))
    return found
