"""How often: rates of units, of populations in time, and around stimuli."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from neurodyn.analysis.kernels import smoothed
from neurodyn.analysis.labels import labelled
from neurodyn.errors import InputError
from neurodyn.results import spiking
from neurodyn.results.trains import ROUNDING, Floats, Trains

if TYPE_CHECKING:
    from xarray import DataArray

    from neurodyn.analysis.kernels import Kernel


def rates(trains: Trains) -> DataArray:
    """The mean rate of each unit: its spikes over the time for which it was watched.

    Source: Gerstner et al. 2014, Neuronal Dynamics, section 7.2.1.
    """
    return labelled(trains, spiking.rates(trains), ("trial", "unit"), name="rate", about="mean rate", unit="rate")


def population_rate(
    trains: Trains, *, width: float, kernel: Kernel | None = None, sigma: float | None = None
) -> DataArray:
    """The rate of a population in time: the spikes in a bin over its width and the number of units.

    Source: Gerstner et al. 2014, Neuronal Dynamics, section 7.2.3 (population activity).

    Args:
        width: of the bins; each holds its left edge and not the right one. Times are those of their middles.
        kernel, sigma: what the counts are smoothed with; see `smoothed`.
    """
    counts = _in_bins(trains, width)
    time = trains.start.min() + (np.arange(counts.shape[1]) + 0.5) * width
    found = labelled(
        trains, counts / (trains.units * width), ("trial", "time"), name="population_rate",
        about=f"spikes in bins of {width:g} per unit and time", unit="rate", time=time,
    )  # fmt: skip
    return found if kernel is None else smoothed(found, kernel, sigma=sigma)


def _in_bins(trains: Trains, width: float) -> Floats:
    """Spikes of all units over (trial, bin), NaN after the last bin of a trial."""
    number, bins = trains.binned(width)
    size, kept = int(bins.max()), number >= 0
    flat = trains.trial[kept] * size + number[kept]
    counts = np.bincount(flat, minlength=size * trains.trials).astype(float).reshape(trains.trials, size)
    return np.where(np.arange(size) < bins[:, None], counts, np.nan)


def peristimulus(
    trains: Trains, at: ArrayLike, *, before: float, after: float, width: float, kernel: Kernel | None = None,
    sigma: float | None = None,
) -> DataArray:  # fmt: skip
    """The rate of each unit around a stimulus (PSTH): spikes at a lag from it, over presentations and the bin's width.

    A bin counts the presentations that were watched while it lasted; NaN where there are none. The mean over units is
    `.mean("N")`. Source: Gerstein and Kiang 1960, Biophys. J. 1, doi:10.1016/S0006-3495(60)86872-5.

    Args:
        at: the time of each presentation, the same in every trial.
        before, after: how far to look, in whole bins.
        width: of the bins, one of which begins at the stimulus.
        kernel, sigma: what the rate is smoothed with; see `smoothed`.
    """
    edges = width * np.arange(-_whole(before, width), _whole(after, width) + 1)
    if len(edges) < 2:
        raise InputError("No bin fits.", code="bad-width", remedy="Give `before` or `after` of at least `width`.")
    bins = len(edges) - 1
    spikes, watched = np.zeros(bins * trains.units), np.zeros(bins)
    slack = ROUNDING * width
    for t in np.atleast_1d(np.asarray(at, dtype=float)):
        number = np.floor((trains.time - t - edges[0]) / width + ROUNDING).astype(np.intp)
        inside = (t + edges[:-1] >= trains.start[:, None] - slack) & (t + edges[1:] <= trains.stop[:, None] + slack)
        kept = (number >= 0) & (number < bins)
        kept[kept] = inside[trains.trial[kept], number[kept]]
        spikes += np.bincount(number[kept] * trains.units + trains.unit[kept], minlength=spikes.size)
        watched += inside.sum(axis=0)
    values = spiking.ratio(spikes.reshape(bins, -1), np.tile(width * watched[:, None], trains.units))
    found = labelled(
        trains, values, ("lag", "unit"), name="psth",
        about=f"rate in bins of {width:g} around the stimulus", unit="rate", lag=edges[:-1] + width / 2,
    )  # fmt: skip
    return found if kernel is None else smoothed(found, kernel, sigma=sigma, dim="lag")


def _whole(span: float, width: float) -> int:
    return int(np.floor(span / width + ROUNDING))
