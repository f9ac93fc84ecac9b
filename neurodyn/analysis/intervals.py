"""How regular: the intervals between the spikes of a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurodyn.analysis.labels import labelled, rate_unit
from neurodyn.errors import InputError
from neurodyn.results import spiking
from neurodyn.results.trains import ROUNDING, Floats, Trains

if TYPE_CHECKING:
    from xarray import DataArray


def variation(trains: Trains) -> DataArray:
    """The coefficient of variation (CV) of each unit's intervals: their standard deviation over their mean.

    0 for a clock, 1 for a Poisson process, 1/sqrt(k) for gamma intervals of shape k. The variance is that of a sample
    (n - 1); NaN for fewer than two intervals. Source: Gerstner et al. 2014, Neuronal Dynamics, section 7.3.
    """
    return _of_units(trains, spiking.variation(trains), "cv", "coefficient of variation of the intervals")


def cv2(trains: Trains) -> DataArray:
    """The mean of 2*|b - a|/(a + b) over successive intervals a, b of each unit; slow changes of rate leave it alone.

    0 for a clock, 1 for a Poisson process; NaN for fewer than two intervals.
    Source: Holt et al. 1996, J. Neurophysiol. 75, doi:10.1152/jn.1996.75.5.1806.
    """
    return _of_units(trains, _of_pairs(trains, 1), "cv2", "local coefficient of variation CV2")


def local_variation(trains: Trains) -> DataArray:
    """The local variation (LV) of each unit: the mean of 3*((b - a)/(a + b))**2 over successive intervals a, b.

    0 for a clock, 1 for a Poisson process, 3/(2*k + 1) for gamma intervals of shape k; NaN for fewer than two.
    Source: Shinomoto, Shima and Tanji 2003, Neural Comput. 15, doi:10.1162/089976603322518759.
    """
    return _of_units(trains, 0.75 * _of_pairs(trains, 2), "lv", "local variation LV")


def _of_pairs(trains: Trains, power: int) -> Floats:
    """The mean of (2*|b - a|/(a + b))**power over successive intervals; pairs of two zeros do not count."""
    interval, row = trains.intervals()
    pair = (row[1:] == row[:-1]) & (interval[1:] + interval[:-1] > 0)
    a, b, row = interval[:-1][pair], interval[1:][pair], row[1:][pair]
    size = trains.trials * trains.units
    total = np.bincount(row, (2 * np.abs(b - a) / (a + b)) ** power, minlength=size)
    count = np.bincount(row, minlength=size)
    return spiking.ratio(total, count).reshape(trains.trials, trains.units)


def _of_units(trains: Trains, values: Floats, name: str, about: str) -> DataArray:
    return labelled(trains, values, ("trial", "unit"), name=name, about=about)


def interval_histogram(trains: Trains, *, width: float, longest: float | None = None) -> DataArray:
    """The density of the intervals of all units and trials: their share in each bin over its width.

    Source: Gerstner et al. 2014, Neuronal Dynamics, section 7.3. The attribute `count` tells how many there are.

    Args:
        longest: where the histogram ends, by default at the longest interval. What is longer counts in the share.
    """
    interval, _ = trains.intervals()
    end = interval.max(initial=0.0) if longest is None else longest
    if not width > 0:
        raise InputError(f"The width of a bin is {width:g}.", code="bad-width", remedy="Give one above 0.")
    number = np.floor(interval / width + ROUNDING).astype(np.intp)
    bins = int(np.floor(end / width + ROUNDING)) + 1 if longest is None else max(1, round(end / width))
    counts = np.bincount(number[number < bins], minlength=bins)
    density = counts / (interval.size * width) if interval.size else np.full(bins, np.nan)
    return labelled(
        trains, density, ("interval",), name="interval_density", about="density of the intervals between spikes",
        unit=f"1/{trains.measured['unit']}" if rate_unit(trains) else "", interval=(np.arange(bins) + 0.5) * width,
    ).assign_attrs(count=int(interval.size))  # fmt: skip
