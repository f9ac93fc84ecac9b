"""The sum of squares: measurements of all experiments, in terms of their errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from neurodyn.analysis.fitting.predict import EXACT, ROUGH, Predictor
from neurodyn.analysis.fitting.together import Ask
from neurodyn.analysis.fitting.vary import Vary
from neurodyn.backends.progress import Bar
from neurodyn.errors import InputError

Floats = NDArray[np.float64]
Answer = tuple[Floats, Floats]
# When a search has come to rest: relative changes of the sum of squares and of the coordinates.
SETTLED, STILL = 1e-10, 1e-8
MOST = 200


class Problem:
    """Residuals of all measurements, and their slopes by coordinates.

    Attributes:
        known: whether the errors of measurements are given; else residuals are in terms of the size of each set.
        values, errors: of all measurements, one set after the other.
        evaluations: how many sets of parameters were asked for, which the bar shows.
    """

    def __init__(self, predictors: Sequence[Predictor], varied: Sequence[Vary], bar: Bar) -> None:
        self.predictors, self.varied = tuple(predictors), tuple(varied)
        sets = [measured for p in predictors for measured in p.experiment.sets]
        given = [measured.errors is not None for measured in sets]
        if any(given) and not all(given):
            raise InputError(
                "Some measurements have errors, and others have none.",
                code="bad-data",
                remedy="Give errors for all of them or for none: they say how much each counts.",
            )
        self.known = all(given)
        self.values: Floats = np.concatenate([np.asarray(m.values, dtype=float) for m in sets])
        self.errors: Floats = np.concatenate([_errors(np.asarray(m.values, dtype=float), m.errors) for m in sets])
        ends = np.array([[v.coordinate(v.low), v.coordinate(v.high)] for v in varied], dtype=float)
        self.low, self.high = ends.T
        self.evaluations, self.bar = 0, bar

    @property
    def why(self) -> str:
        """Where slopes are differences, the reason."""
        return next((p.why for p in self.predictors if p.why), "")

    @property
    def precision(self) -> float:
        """What slopes may be off by, relative to the largest."""
        return ROUGH if self.why else EXACT

    def answer(self, points: Floats) -> Answer:
        """Residuals (points, values) and slopes (points, values, parameters); NaN where a run fails."""
        self.evaluations += len(points)
        found = [p.answer(points) for p in self.predictors]
        values = np.concatenate([v for v, _ in found], axis=1)
        slopes = np.concatenate([s for _, s in found], axis=1)
        self.bar.to(self.evaluations)
        return (values - self.values) / self.errors, slopes / self.errors[:, None]

    def values_of(self, point: Floats) -> dict[str, float]:
        """Parameters by name at a point."""
        return {v.name: float(v.value(x)) for v, x in zip(self.varied, point, strict=True)}


def _errors(values: Floats, errors: Any) -> Floats:
    """Errors of values; where they are not known, their size."""
    if errors is not None:
        return np.asarray(errors, dtype=float)
    size = float(np.sqrt(np.mean(values**2)))
    return np.full(values.shape, size or 1.0)


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where a search ended.

    Attributes:
        point: coordinates.
        squares: the sum of squares there; NaN where it could not begin.
        residuals, slopes: there.
        settled: whether the search came to rest.
        told: what it says of its end.
    """

    point: Floats
    squares: float
    residuals: Floats
    slopes: Floats
    settled: bool
    told: str


def minimise(ask: Ask, first: Floats, low: Floats, high: Floats, held: Sequence[int] = ()) -> Minimum:
    """The least sum of squares near a point, within bounds.

    Args:
        held: the numbers of coordinates that stay as they are.
    """
    free = np.array([k for k in range(len(first)) if k not in held], dtype=int)
    point = np.clip(first, low, high)
    residuals, slopes = ask(point)
    if not (np.isfinite(residuals).all() and np.isfinite(slopes).all()):
        return Minimum(point, np.nan, residuals, slopes, False, "no run from here comes to its end")
    if not free.size:
        return Minimum(point, float(residuals @ residuals), residuals, slopes, True, "nothing is free")
    walk = _Walk(ask, point, free, residuals, slopes)
    found = least_squares(
        walk.residuals, point[free], walk.slopes, (low[free], high[free]), ftol=SETTLED, xtol=STILL, gtol=STILL,
        max_nfev=MOST,
    )  # fmt: skip
    point, residuals, slopes = walk.at(found.x)
    return Minimum(point, float(residuals @ residuals), residuals, slopes, bool(found.status > 0), str(found.message))


class _Walk:
    """Answers a search in some of the coordinates; residuals and slopes come together, so the last are kept."""

    def __init__(self, ask: Ask, point: Floats, free: NDArray[np.intp], residuals: Floats, slopes: Floats) -> None:
        self._ask, self._free, self._base = ask, free, point.copy()
        self._known: list[tuple[Floats, Floats, Floats]] = [(point.copy(), residuals, slopes)]

    def at(self, own: Floats) -> tuple[Floats, Floats, Floats]:
        point = self._base.copy()
        point[self._free] = own
        for known in self._known:
            if (known[0] == point).all():
                return known
        residuals, slopes = self._ask(point)
        if not np.isfinite(slopes).all():
            residuals = np.full_like(residuals, np.nan)  # no search can go on from there
        self._known = [(point, residuals, slopes), *self._known[:2]]
        return self._known[0]

    def residuals(self, own: Floats) -> Floats:
        return self.at(own)[1]

    def slopes(self, own: Floats) -> Floats:
        return self.at(own)[2][:, self._free]
