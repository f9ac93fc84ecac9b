"""What a fitted model says between measurements, with the band in which the data leave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fitting.data import Experiment, Measured, Samples
from neurodyn.analysis.fitting.predict import Predictor

if TYPE_CHECKING:
    from neurodyn.analysis.fitting.report import Fit

Floats = NDArray[np.float64]
# So many times between the first measurement and the last.
TIMES = 400


@dataclass(frozen=True, eq=False)
class Curve:
    """One set of measurements and the model.

    Attributes:
        time, value: of the fitted model: between measurements for samples, at the windows for peaks.
        band: half the width of the interval of the value; NaN where the errors of parameters are not known.
        smooth: whether the model is told between the measurements.
    """

    measured: Measured
    time: Floats
    value: Floats
    band: Floats
    smooth: bool


def curves(report: Fit) -> tuple[Curve, ...]:
    """Each set of measurements with what the fitted model says."""
    found: list[Curve] = []
    first = 0
    for predictor in report.problem.predictors:
        for measured in predictor.experiment.sets:
            count = len(np.asarray(measured.values))
            if isinstance(measured, Samples) and not predictor.system.model.discrete:
                found.append(_between(report, predictor, measured))
            else:
                rows = slice(first, first + count)
                slopes = report.best.slopes[rows] * report.problem.errors[rows, None]
                band = _band(report, slopes)
                found.append(Curve(measured, measured.places, report.predictions[rows], band, False))
            first += count
    return tuple(found)


def _between(report: Fit, predictor: Predictor, measured: Samples) -> Curve:
    """The model in equal steps, and on both sides of edges of inputs."""
    seen, places = predictor.seen, measured.places
    begin, end = (seen.begin if seen.begin < places.min() else places.min()), places.max()
    edges = np.zeros(0) if seen.edges is None else seen.edges[(seen.edges > begin) & (seen.edges < end)]
    time = np.unique(np.concatenate([np.linspace(begin, end, TIMES + 1), edges, np.nextafter(edges, -np.inf), places]))
    dense = Samples(measured.of, np.zeros(len(time)), times=time)
    given = predictor.experiment
    other = Predictor(report.system, predictor.varied, Experiment(dense, given.inputs, given.start), predictor.how)
    values, slopes = other.answer(report.best.point[None])
    return Curve(measured, time, values[0], _band(report, slopes[0]), True)


def _band(report: Fit, slopes: Floats) -> Floats:
    """Half the width of the interval of values, from their slopes by coordinates."""
    from scipy.stats import t

    free = ~np.isnan(np.diag(report.information.covariance))
    own = report.information
    told = np.array([[d.parts, np.full(len(d.parts), d.error)] for d in own.directions if np.isfinite(d.error)])
    if not told.size:
        return np.full(len(slopes), np.nan)
    times: Any = t.ppf((1 + report.level) / 2, np.inf if report.problem.known else max(report.freedom, 1))
    along = slopes[:, free] @ told[:, 0].T  # ways that are lost leave the data as they are
    return np.asarray(times * np.sqrt(((along * told[:, 1, 0]) ** 2).sum(axis=1)))
