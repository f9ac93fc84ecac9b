"""Numbers that a summary tells of spike trains; `neurodyn.analysis` gives them with labels, and many more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurodyn.results.trains import Floats, Places, Trains

_BIN = 5e-3  # of the synchrony in a summary, in seconds


def rates(trains: Trains) -> Floats:
    """Spikes per time, over (trial, unit); NaN in a trial that was not watched."""
    return ratio(trains.counts(), np.broadcast_to(trains.duration[:, None], (trains.trials, trains.units)))


def variation(trains: Trains) -> Floats:
    """The coefficient of variation of the intervals, over (trial, unit): their sample deviation over their mean.

    NaN for fewer than two intervals, and where all are 0.
    """
    interval, row = trains.intervals()
    size = trains.trials * trains.units
    count, total = (np.bincount(row, weights, minlength=size) for weights in (None, interval))
    mean = ratio(total, count)
    squares = np.bincount(row, (interval - mean[row]) ** 2, minlength=size)
    return ratio(np.sqrt(ratio(squares, count - 1)), mean).reshape(trains.trials, trains.units)


def synchrony(trains: Trains, width: float) -> Floats:
    """Golomb and Rinzel's chi of the counts in bins of a width, for each trial; see `analysis.synchrony`."""
    number, bins = trains.binned(width)
    found = np.full(trains.trials, np.nan)
    for k, size in enumerate(bins):
        kept = (trains.trial == k) & (number >= 0)
        if size < 2 or trains.units < 2:
            continue
        squares, counts = moments(trains.unit[kept], number[kept], trains.units)
        own = squares / size - (counts / size) ** 2
        together = np.bincount(number[kept], minlength=size) / trains.units
        found[k] = np.sqrt(ratio(together.var(), own.mean()))
    return found


def in_short(trains: Trains) -> dict[str, Any]:
    """Rates of the units, the mean CV of the trains that have one, and the mean synchrony; None where undefined."""
    rate, cv = rates(trains), variation(trains)
    in_seconds, longest = trains.measured.get("unit") == "s", float(trains.duration.max())
    width = _BIN if in_seconds else longest / 200
    chi = synchrony(trains, width) if longest >= width > 0 else np.full(1, np.nan)
    return {
        "rates": {"mean": _mean(rate), "least": _mean(rate, np.min), "greatest": _mean(rate, np.max)},
        "rate_unit": "Hz" if in_seconds else "",
        "cv": _mean(cv),
        "cv_trains": int(np.isfinite(cv).sum()),
        "synchrony": _mean(chi),
        "bin": width,
    }


def _mean(values: Floats, measure: Callable[[Floats], Any] = np.mean) -> float | None:
    found = values[np.isfinite(values)]
    return float(measure(found)) if found.size else None


def moments(unit: Places, number: Places, units: int) -> tuple[Floats, Floats]:
    """Of each unit, the sum of the squares of its counts in all bins, and the sum of its counts."""
    keys, counts = np.unique(number * units + unit, return_counts=True)
    squares = np.bincount(keys % units, counts.astype(float) ** 2, minlength=units)
    return squares.astype(float), np.bincount(unit, minlength=units).astype(float)


def ratio(above: ArrayLike, below: ArrayLike) -> Floats:
    """A quotient that is NaN where what is below is not above 0."""
    below = np.asarray(below, dtype=float)
    found: Floats = np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0)
    return found
