"""Laws through measured points: where a share crosses a level, and slopes, both with 95 % intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import t as student

from neurodyn.analysis.basins.fractions import DEVIATIONS

Array = NDArray[np.float64]
DRAWS = 400  # of counts, for an interval
BEYOND = 2.0  # how far beyond the points, in log x, a crossing is looked for


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error and its 95 % interval."""

    value: float
    error: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4g} ({self.low:.4g} to {self.high:.4g})"


def crossing(x: ArrayLike, found: ArrayLike, of: ArrayLike, level: float, rng: np.random.Generator) -> Estimate:
    """Where the share found/of crosses a level: the normal quantile of the share is a straight line in log x.

    The share rises with x. The error is that of counts that are independent, from counts drawn again.

    Args:
        x: above 0, shape (points,).
        found: of so many at each point; shares of 0 and 1 count as half of one from there.
    """
    counts, whole = np.asarray(found, dtype=float), np.asarray(of, dtype=np.int64)
    share = np.clip(counts, 0.5, whole - 0.5) / whole
    drawn = np.clip(rng.binomial(whole, share, (DRAWS, counts.size)), 0.5, whole - 0.5) / whole
    value, *others = _crossed(np.log(np.asarray(x, dtype=float)), np.vstack([share, drawn]), level)
    low, high = np.quantile(others, [0.025, 0.975])
    error = float(np.exp(value) * (high - low) / (2 * DEVIATIONS))
    return Estimate(float(np.exp(value)), error, float(np.exp(low)), float(np.exp(high)))


def slope(x: ArrayLike, points: list[Estimate]) -> Estimate:
    """The slope of log y against x, by least squares weighted with the errors of y.

    The interval is Student's with the scatter about the line, where that is wider than the errors alone explain.

    Args:
        x: two places at least.
    """
    places = np.asarray(x, dtype=float)
    logs = np.log([p.value for p in points])
    errors = np.array([max(p.error / p.value, 1e-12) for p in points])
    weights = errors**-2
    middle = np.average(places, weights=weights)
    spread = float((weights * (places - middle) ** 2).sum())
    value = float((weights * (places - middle) * logs).sum() / spread)
    rest = logs - np.average(logs, weights=weights) - value * (places - middle)
    free = len(points) - 2
    excess = max(1.0, float((weights * rest**2).sum()) / free) if free else 1.0
    error = float(np.sqrt(excess / spread))
    wide = float(student.ppf(0.975, free)) * error if excess > 1 else DEVIATIONS * error
    return Estimate(value, error, value - wide, value + wide)


def _crossed(logs: Array, shares: Array, level: float) -> Array:
    """Of each row of shares, on the line of least squares in which points near the level weigh most."""
    quantiles = ndtri(shares) - ndtri(level)
    weights = 1.0 / (0.1 + quantiles**2)
    middle = (weights * logs).sum(axis=1) / weights.sum(axis=1)
    height = (weights * quantiles).sum(axis=1) / weights.sum(axis=1)
    away = logs - middle[:, None]
    rise = (weights * away * (quantiles - height[:, None])).sum(axis=1) / (weights * away**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(rise > 0, middle - height / rise, -np.sign(height) * np.inf)
    return np.clip(found, logs.min() - BEYOND, logs.max() + BEYOND)
