"""Kind `intervals`: intervals between spikes, how regular each unit is, and how fast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.analysis.intervals import interval_histogram, local_variation, variation
from neurodyn.analysis.labels import rate_unit
from neurodyn.analysis.rates import rates
from neurodyn.plots.labels import plain, symbol, with_unit
from neurodyn.plots.recorded import Recorded
from neurodyn.plots.spikes import colour, draw_histogram, empty, in_time, named, time_unit, trains_of
from neurodyn.plots.style import new_figure
from neurodyn.results.trains import Trains

_BINS = 60


def draw(data: Recorded, *, events: Sequence[str] | None = None, width: float | None = None) -> Figure:
    """Draw the density of the intervals, and histograms of CV, LV and rate over units; trials count together.

    Args:
        width: of the bins of intervals, in SI units.
    """
    trains = trains_of(data, events)
    figure = new_figure(9.0, 6.0, plain(str(data.dataset.attrs.get("title", ""))))
    (first, second), (third, fourth) = figure.subplots(2, 2)
    draw_intervals(first, trains, width)
    draw_variation(second, trains)
    draw_histogram(third, trains, local_variation, "local variation LV", least=1.0)
    draw_rates(fourth, trains)
    named(first, len(trains))
    return figure


def draw_intervals(axes: Axes, trains: Sequence[Trains], width: float | None = None) -> None:
    """The density of the intervals, over the unit of time in which they are shown; the longest are left out."""
    intervals = [one.intervals()[0] for one in trains]
    longest = max((float(np.quantile(one, 0.98)) for one in intervals if one.size), default=0.0)
    if not longest > 0:
        empty(axes, "too few spikes")
    else:
        for k, one in enumerate(trains):
            bins = longest / _BINS if width is None else width
            density = interval_histogram(one, width=bins, longest=longest * (1 + 1 / _BINS))
            edges = in_time(one, np.arange(density.size + 1) * bins)
            values = density.values / in_time(one, np.ones(1))
            axes.stairs(values, edges, color=colour(k), linewidth=1.2, label=symbol(one.name))
            axes.stairs(values, edges, color=colour(k), fill=True, alpha=0.3)
    unit = time_unit(trains[0])
    axes.set(xlabel=with_unit("interval", unit), ylabel=with_unit("density", f"1/{unit}" if unit else None))
    axes.set_ylim(0, None)


def draw_variation(axes: Axes, trains: Sequence[Trains]) -> None:
    """How many units have which coefficient of variation."""
    draw_histogram(axes, trains, variation, "CV of intervals", least=1.0)


def draw_rates(axes: Axes, trains: Sequence[Trains]) -> None:
    """How many units have which rate; bins hold whole numbers of spikes."""
    longest = max(float(one.duration.max()) for one in trains)
    draw_histogram(axes, trains, rates, with_unit("rate", rate_unit(trains[0])), grain=1 / longest)
