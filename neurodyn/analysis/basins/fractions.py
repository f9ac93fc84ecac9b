"""Shares of starts with their uncertainty."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.intp]
# Of a normal distribution, 95 in 100 lie within so many deviations.
DEVIATIONS = 1.959963984540054


def wilson(found: ArrayLike, of: ArrayLike) -> tuple[Any, Any]:
    """The 95 % intervals of Wilson (1927, J. Am. Stat. Assoc. 22:209) for shares: numbers for one, arrays for several.

    Each share is of its own number where several are given. Of nothing any share can be.
    """
    count = np.maximum(of, 1)
    share, z = np.asarray(found) / count, DEVIATIONS**2 / count
    middle = (share + z / 2) / (1 + z)
    half = np.where(np.asarray(of) > 0, np.sqrt(z * (share * (1 - share) + z / 4)) / (1 + z), np.inf)
    return np.maximum(0.0, middle - half), np.minimum(1.0, middle + half)


def uncertainty_exponent(labels: Labels) -> tuple[float, float, Array, Array]:
    """How the share of starts whose attractor is in doubt falls with the distance at which starts are known.

    Of a map of labels, (rows, columns), a start is in doubt at a distance of k if one of the four starts that far away
    along an axis has another label. With shares ~ k**a the boundary has the dimension 2 - a (McDonald, Grebogi, Ott
    and Yorke 1985, Physica D 17:125).

    Returns:
        The exponent, its standard error, the distances in cells, and the shares. NaN if there is no boundary.
    """
    most = min(labels.shape) // 8
    distances = np.unique(np.geomspace(1, max(most, 1), 12).astype(int)).astype(float)
    shares = np.array([_in_doubt(labels, int(k)) for k in distances])
    good = shares > 0
    if good.sum() < 3:
        return math.nan, math.nan, distances, shares
    x, y = np.log(distances[good]), np.log(shares[good])
    line, residual, *_ = np.polyfit(x, y, 1, full=True)
    spread = float(residual[0]) if len(residual) else 0.0
    error = math.sqrt(spread / max(len(x) - 2, 1) / ((x - x.mean()) ** 2).sum())
    return float(line[0]), error, distances, shares


def _in_doubt(labels: Labels, k: int) -> float:
    """The share of starts that have one k away on the map with another label."""
    doubt = np.zeros(labels.shape, dtype=bool)
    for own, seen in ((labels, doubt), (labels.T, doubt.T)):
        differs = own[k:] != own[:-k]
        seen[k:] |= differs
        seen[:-k] |= differs
    return float(doubt.mean())
