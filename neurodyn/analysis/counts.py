"""How variable, and how much together: counts of spikes in bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurodyn.analysis.labels import labelled
from neurodyn.errors import InputError
from neurodyn.results import spiking
from neurodyn.results.trains import Places, Trains

if TYPE_CHECKING:
    from xarray import DataArray


def fano(trains: Trains, *, width: float | None = None) -> DataArray:
    """The Fano factor of each unit: the variance of its counts over their mean, in windows of all trials.

    1 for a Poisson process, 0 for a clock; CV**2 for a renewal process in long windows. The variance is that of a
    sample (n - 1); NaN for fewer than two windows, and for a silent unit.
    Source: Gerstner et al. 2014, Neuronal Dynamics, section 7.2.1.

    Args:
        width: of the windows, one behind the other from the start of each trial. By default each whole trial is one.
    """
    duration = trains.duration
    if width is None and np.ptp(duration) > 1e-9 * duration.max():
        raise InputError(
            "The trials differ in length.", code="bad-width", remedy="Give the width of windows, or cut with `between`."
        )
    width = float(duration.min()) if width is None else width
    number, bins = trains.binned(width)
    size, kept = int(bins.sum()), number >= 0
    first = np.cumsum(bins) - bins
    window = number[kept] + first[trains.trial[kept]]
    squares, counts = spiking.moments(trains.unit[kept], window, trains.units)
    values = spiking.ratio(size * squares - counts**2, (size - 1) * counts)
    return labelled(trains, values, ("unit",), name="fano", about=f"Fano factor of counts in windows of {width:g}")


def correlation(trains: Trains, *, width: float) -> DataArray:
    """The mean, over all pairs of units, of the correlation coefficient of their counts in bins.

    Units of which all counts are equal have no correlation and are left out; NaN where fewer than two are left.
    It is found from the variance of the sum of the standardised counts, without a matrix of all pairs.
    Source: Renart et al. 2010, Science 327, doi:10.1126/science.1179850.
    """
    number, bins = trains.binned(width)
    values = np.array([_mean_correlation(trains, number, k, int(size)) for k, size in enumerate(bins)])
    return labelled(
        trains, values, ("trial",), name="correlation", about=f"mean correlation of counts in bins of {width:g}"
    )


def _mean_correlation(trains: Trains, number: Places, trial: int, bins: int) -> float:
    kept = (trains.trial == trial) & (number >= 0)
    squares, counts = spiking.moments(trains.unit[kept], number[kept], trains.units)
    if bins < 2:
        return np.nan
    variance = squares / bins - (counts / bins) ** 2
    alive = variance > 0
    units = int(alive.sum())
    if units < 2:
        return np.nan
    inverse = np.zeros(trains.units)
    inverse[alive] = variance[alive] ** -0.5
    together = np.bincount(number[kept], inverse[trains.unit[kept]], minlength=bins)
    return float((together.var() - units) / (units * (units - 1)))


def synchrony(trains: Trains, *, width: float) -> DataArray:
    """Golomb and Rinzel's chi of counts in bins: 1 where all units do the same, near 1/sqrt(N) where each goes alone.

    chi**2 is the variance, over bins, of the mean count of all units, over the mean of the units' own variances.
    NaN for one unit, one bin, or counts that do not vary. Source: Golomb and Rinzel 1993, Phys. Rev. E 48,
    doi:10.1103/PhysRevE.48.4810; Golomb 2007, Scholarpedia 2, doi:10.4249/scholarpedia.1347.
    """
    return labelled(
        trains, spiking.synchrony(trains, width), ("trial",), name="synchrony",
        about=f"synchrony chi of counts in bins of {width:g}",
    )  # fmt: skip
