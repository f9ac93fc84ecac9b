"""What the figures of spike trains share: the trains of a run, and how each measure of them is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from neurodyn.analysis.labels import rate_unit
from neurodyn.errors import InputError
from neurodyn.plots.labels import plain, symbol, with_unit
from neurodyn.plots.paint import LINES
from neurodyn.plots.recorded import Floats, Recorded
from neurodyn.plots.style import PALETTE, QUIET
from neurodyn.results.events import event_names
from neurodyn.results.trains import Trains, trains_in

if TYPE_CHECKING:
    from xarray import DataArray

MOST_UNITS = 200  # of an event whose trains are compared pair by pair
_CROWD = 150  # units whose marks would be too thin to be seen


def trains_of(data: Recorded, events: Sequence[str] | None = None, *, trial: int | None = None) -> list[Trains]:
    """The trains of the named events, or of all that were recorded; of one trial, or of all."""
    known = event_names(data.dataset)
    if not known:
        raise InputError("No event was recorded.", code="nothing-to-plot", remedy="Record one, or draw another kind.")
    found = [_trains(data, name) for name in (known if events is None else events)]
    return [one if trial is None else _one_trial(one, trial) for one in found]


def _one_trial(trains: Trains, k: int) -> Trains:
    """The trains of one trial; their description says which."""
    if not trains.many:
        return trains
    if not 0 <= k < trains.trials:
        raise InputError(
            f"There is no trial {k}.", code="no-trial", remedy=f"The run has trials 0 to {trains.trials - 1}."
        )
    told = f"trial {k} of {trains.trials}"
    return replace(trains.isel(trial=k), about=f"{trains.about}, {told}" if trains.about else told)


def _trains(data: Recorded, name: str) -> Trains:
    if hasattr(data.source, "trains"):
        found: Trains = data.source.trains(name)
        return found
    time, trials = np.asarray(data.source["time"].values, dtype=float), data.source.sizes.get("trial", 1)
    return trains_in(data.source, name, np.full(trials, time.min()), np.full(trials, time.max()))


def colour(number: int) -> str:
    """Of an event, by its place among those that are drawn."""
    return PALETTE[number % len(PALETTE)]


def in_time(trains: Trains, times: Any) -> Floats:
    """Times in the unit in which the model writes them."""
    return np.asarray(times, dtype=float) / float(trains.measured.get("written_size", 1.0))


def time_unit(trains: Trains) -> str | None:
    """That unit."""
    found = trains.measured.get("written_unit", trains.measured.get("unit"))
    return None if found is None else str(found)


def titled(trains: Trains) -> str:
    """What an event is, and how many units it has."""
    count = f"{trains.units:,} units" if trains.units > 1 else ""
    return plain(", ".join(part for part in (trains.about, count) if part))


def height(units: int) -> float:
    """Of the panel with the marks of so many units, in inches."""
    return 0.7 + min(0.12 * units, 2.3)


def draw_marks(axes: Axes, trains: Trains, colour: str) -> None:
    """A mark for each spike, units upwards; of a crowd a dot."""
    time = in_time(trains, trains.time)
    if trains.units > _CROWD:
        axes.plot(time, trains.unit, ".", color=colour, markersize=1.6, markeredgewidth=0, rasterized=True)
    else:
        thin = 1.4 if trains.units <= LINES else 0.8
        axes.vlines(time, trains.unit - 0.42, trains.unit + 0.42, color=colour, linewidth=thin)
    axes.set_ylim(-0.7, trains.units - 0.3)
    axes.set(ylabel=symbol(trains.name), title=titled(trains))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=True))
    if trains.units == 1:
        axes.set_yticks([])
    axes.grid(False)


def draw_rate(axes: Axes, trains: Sequence[Trains], rates: Mapping[int, DataArray], dim: str = "time") -> None:
    """Rates in bins as steps, one colour for each event; by the place of the event."""
    for k, rate in rates.items():
        middle = rate[dim].values
        half = (middle[1] - middle[0]) / 2 if len(middle) > 1 else 0.5
        edges = in_time(trains[k], np.append(middle - half, middle[-1] + half))
        axes.stairs(rate.values, edges, color=colour(k), linewidth=1.4, label=symbol(trains[k].name), baseline=None)
    axes.set_ylim(0, None)
    axes.set_ylabel(with_unit("rate", rate_unit(trains[0])))
    named(axes, len(rates))


def named(axes: Axes, count: int) -> None:
    """Which colour is which event, where there are several."""
    if count > 1 and axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper right", ncols=min(count, 4))


def draw_histogram(
    axes: Axes, trains: Sequence[Trains], measure: Callable[[Trains], Any], label: str, *, least: float = 0.0,
    grain: float = 0.0,
) -> None:  # fmt: skip
    """How many of the trains have a value in each bin; the mean is marked.

    Args:
        least: up to where the bins go at least, from 0 on.
        grain: the values are whole multiples of it.
    """
    values = [np.ravel(np.asarray(measure(one), dtype=float)) for one in trains]
    values = [one[np.isfinite(one)] for one in values]
    high = max((float(np.quantile(one, 0.995)) for one in values if one.size), default=1.0)
    edges = _edges(max(high, least) * 1.02 or 1.0, max(one.size for one in values), grain)
    for k, one in enumerate(values):
        counts, _ = np.histogram(one, edges)
        axes.stairs(counts, edges, color=colour(k), linewidth=1.2, fill=True, alpha=0.3 if len(trains) > 1 else 0.45)
        axes.stairs(counts, edges, color=colour(k), linewidth=1.2, label=symbol(trains[k].name))
        if one.size:
            axes.axvline(float(one.mean()), color=colour(k), linewidth=1.2, linestyle="--")
    if not any(one.size for one in values):
        empty(axes, "too few spikes")
    axes.set(xlabel=label, ylabel="units", ylim=(0, None))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))


def _edges(high: float, size: int, grain: float) -> Floats:
    """So many bins as the values fill; where values have a grain, each holds as many of its multiples."""
    bins = int(np.clip(2 * np.sqrt(size), 8, 40))
    if not grain:
        return np.linspace(0.0, high, bins + 1)
    width = grain * max(1, int(np.ceil(high / grain / bins)))
    return np.asarray(width * np.arange(int(high / width) + 2) - grain / 2, dtype=float)


def empty(axes: Axes, why: str) -> None:
    """Say in the picture why it is empty."""
    axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center", color=QUIET)
