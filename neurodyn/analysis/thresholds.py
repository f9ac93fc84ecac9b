"""Where the chance of a failure reaches a level, and how such places scale: fits with their uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.analysis.basins.fractions import DEVIATIONS
from neurodyn.errors import InputError

Array = NDArray[np.float64]

_ROUNDS = 60


@dataclass(frozen=True)
class Threshold:
    """The load at which failures reach a level.

    Attributes:
        load: the place, NaN where the trials do not show it.
        low, high: its 95 % interval.
        error: standard error of its natural logarithm.
    """

    load: float
    low: float
    high: float
    error: float


UNSEEN = Threshold(math.nan, math.nan, math.nan, math.nan)


def failure_threshold(load: ArrayLike, failed: ArrayLike, of: ArrayLike, *, failure: float) -> Threshold:
    """The load at which a share `failure` of trials fails, by maximum likelihood.

    The chance of a failure is 1 - exp(-exp(a + b ln load)): many rare errors, any of which is a failure, whose number
    grows as a power of the load. Where groups differ by more than chance, errors grow by the root of Pearson's
    dispersion.

    Args:
        load: of each group of trials, above 0.
        failed, of: how many of how many trials failed in it.
        failure: between 0 and 1.

    Returns:
        The place; NaN if fewer than two loads were tried, or failures do not become more frequent with the load.

    Raises:
        InputError: `bad-failure`, for a level that is no share.
    """
    if not 0 < failure < 1:
        raise InputError(f"failure is {failure:g}.", code="bad-failure", remedy="Give a number between 0 and 1.")
    x, y, n = (np.asarray(a, dtype=float) for a in (np.log(load), failed, of))
    if len(np.unique(x)) < 2 or not 0 < y.sum() < n.sum():
        return UNSEEN
    design, share = np.stack([np.ones_like(x), x - x.mean()], axis=1), (y + 0.5 * y.sum() / n.sum()) / (n + 0.5)
    line = _log_hazard(share)
    for _ in range(_ROUNDS):
        hazard = np.exp(np.clip(line, -30, 3))
        chance, slope = -np.expm1(-hazard), hazard * np.exp(-hazard)
        weight = n * slope**2 / (chance * (1 - chance))
        wanted = line + (y / n - chance) / slope
        precision = design.T @ (weight[:, None] * design)
        a, b = np.linalg.solve(precision, design.T @ (weight * wanted))
        line = np.clip(design @ (a, b), -30, 3)
    if not (math.isfinite(b) and b > 0):
        return UNSEEN
    spread = float((n * (y / n - chance) ** 2 / (chance * (1 - chance))).sum()) / max(len(x) - 2, 1)
    place = (_log_hazard(np.array(failure)) - a) / b
    along = np.array([1.0, place]) / b
    error = math.sqrt(max(1.0, spread) * float(along @ np.linalg.solve(precision, along)))
    center = float(place + x.mean())
    return Threshold(
        math.exp(center), math.exp(center - DEVIATIONS * error), math.exp(center + DEVIATIONS * error), error
    )


def fitted_slope(x: ArrayLike, y: ArrayLike, error: ArrayLike) -> tuple[float, float, float]:
    """The slope of a straight line through measured points, and its 95 % interval.

    Points weigh by their standard errors; where they lie further from the line than those explain, the interval is
    wider by as much. It is that of Student's distribution. NaN for fewer than three points that are numbers.
    """
    from scipy.stats import t

    places, values, errors = (np.asarray(a, dtype=float) for a in (x, y, error))
    good = np.isfinite(values) & np.isfinite(errors) & (errors > 0)
    spare = int(good.sum()) - 2
    if spare < 1:
        return math.nan, math.nan, math.nan
    places, values, weight = places[good], values[good], errors[good] ** -2.0
    away = places - (weight @ places) / weight.sum()
    slope = float(weight @ (away * values)) / float(weight @ away**2)
    left = values - (weight @ values) / weight.sum() - slope * away
    scale = max(1.0, float(weight @ left**2) / spare)
    half = float(t.ppf(0.975, spare)) * math.sqrt(scale / float(weight @ away**2))
    return slope, slope - half, slope + half


def _log_hazard(share: Array) -> Array:
    """ln(-ln(1 - share))."""
    found: Array = np.log(-np.log1p(-share))
    return found
