"""Who follows whom: rates at a lag from spikes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.analysis.labels import labelled
from neurodyn.errors import InputError
from neurodyn.results.spiking import ratio
from neurodyn.results.trains import ROUNDING, Floats, Places, Trains

if TYPE_CHECKING:
    from xarray import DataArray

_PAIRS = 2_000_000  # that are held at a time


def cross_correlogram(reference: Trains, target: Trains, *, reach: float, width: float) -> DataArray:
    """The rate of a target unit at a lag after a spike of the reference; flat where the two are independent.

    Each lag counts the reference spikes for which it was watched. A pair whose lag is an edge of two bins counts half
    in each. Units of either side are pooled; choose one with `isel(N=3)`.
    Source: Perkel, Gerstein and Moore 1967, Biophys. J. 7, doi:10.1016/S0006-3495(67)86597-4.

    Args:
        reach: the largest lag. Bins lie around whole multiples of their width, 0 among them.
    """
    if reference.trials != target.trials or not (
        np.array_equal(reference.start, target.start) and np.array_equal(reference.stop, target.stop)
    ):
        raise InputError(
            "The two were not watched at the same time.", code="bad-span", remedy="Take both from one result."
        )
    _check(reach, width)
    counts = sum(
        (
            _halves(lags, reach, width)
            for lags, _, _ in _pairs(reference, target, reference.trial, target.trial, reach + width)
        ),
        start=_halves(np.zeros(0), reach, width),
    )
    chances = _chances(reference, np.bincount(reference.trial, minlength=reference.trials), reach, width)
    return _correlogram(target, counts, chances * target.units, width, f"{target.name} after {reference.name}")


def autocorrelogram(trains: Trains, *, reach: float, width: float) -> DataArray:
    """The rate of a unit at a lag from a spike of its own, which does not count itself; pooled over units and trials.

    Flat at the rate for a Poisson process. Lags and bins are as in `cross_correlogram`.
    """
    _check(reach, width)
    counts = sum(
        (
            _halves(lags[a != b], reach, width)
            for lags, a, b in _pairs(trains, trains, trains.row, trains.row, reach + width)
        ),
        start=_halves(np.zeros(0), reach, width),
    )
    chances = _chances(trains, np.bincount(trains.trial, minlength=trains.trials), reach, width)
    return _correlogram(trains, counts, chances, width, f"{trains.name} after {trains.name} of the same unit")


def _check(reach: float, width: float) -> None:
    if not 0 < width <= 2 * reach:
        raise InputError(
            f"Bins of {width:g} do not fit a reach of {reach:g}.", code="bad-width", remedy="Give a smaller width."
        )


def _pairs(
    reference: Trains, target: Trains, row: Places, other: Places, near: float
) -> Iterator[tuple[Floats, Places, Places]]:
    """Lags of all pairs of one row that are near, and the numbers of both spikes, some at a time."""
    order, turn = np.lexsort((reference.time, row)), np.lexsort((target.time, other))
    # One axis for all rows, each so far from the next that none reaches into it.
    apart = float(reference.stop.max() - reference.start.min()) + 2 * near
    start = float(reference.start.min())
    ours = row[order] * apart + (reference.time[order] - start)
    theirs = other[turn] * apart + (target.time[turn] - start)
    low, high = np.searchsorted(theirs, ours - near), np.searchsorted(theirs, ours + near)
    ends = np.cumsum(high - low)
    cuts = np.searchsorted(ends, np.arange(_PAIRS, int(ends[-1]) if len(ends) else 0, _PAIRS))
    for part in np.split(np.arange(len(ours)), np.unique(cuts)):
        size = high[part] - low[part]
        a = np.repeat(part, size)
        b = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(low[part], size)
        a, b = order[a], turn[b]
        yield target.time[b] - reference.time[a], a, b


def _halves(lags: Floats, reach: float, width: float) -> Floats:
    """Counts in bins around multiples of the width; half in either of two bins that meet at a lag."""
    most = int(np.floor(reach / width + ROUNDING))
    place = lags / width + 0.5 + most
    counts = np.zeros(2 * most + 1)
    for number in (np.floor(place + ROUNDING), np.ceil(place - ROUNDING) - 1):
        kept = (number >= 0) & (number <= 2 * most)
        counts += 0.5 * np.bincount(number[kept].astype(np.intp), minlength=len(counts))
    return counts


def _chances(trains: Trains, spikes: Places, reach: float, width: float) -> Floats:
    """For each lag, how many reference spikes saw it, on average, times the width of a bin."""
    most = int(np.floor(reach / width + ROUNDING))
    lags = np.abs(np.arange(-most, most + 1)) * width
    duration = np.where(trains.duration > 0, trains.duration, np.inf)
    seen = np.clip(1 - lags / duration[:, None], 0.0, None)
    found: Floats = width * (spikes @ seen)
    return found


def _correlogram(trains: Trains, counts: Floats, chances: Floats, width: float, about: str) -> DataArray:
    lag = (np.arange(len(counts)) - len(counts) // 2) * width
    return labelled(trains, ratio(counts, chances), ("lag",), name="correlogram", about=about, unit="rate", lag=lag)
