"""Kind `spiking`: spikes above the rate of the population; below, what they are like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import LogLocator, NullFormatter

from neurodyn.analysis.labels import rate_unit
from neurodyn.analysis.rates import population_rate, rates
from neurodyn.analysis.spectra import spectrum
from neurodyn.errors import InputError
from neurodyn.plots.intervals import draw_intervals, draw_rates, draw_variation
from neurodyn.plots.labels import number, plain, symbol, time_label, with_unit
from neurodyn.plots.recorded import Recorded
from neurodyn.plots.spikes import colour, draw_marks, draw_rate, empty, height, trains_of
from neurodyn.plots.style import new_figure
from neurodyn.results.spiking import in_short
from neurodyn.results.trains import Trains

_BINS = 200  # of the rate in time
_FINEST = 1000  # bins of the rate behind the spectrum


def draw(data: Recorded, *, events: Sequence[str] | None = None, bins: int = _BINS) -> Figure:
    """Draw the named events, by default all; of several trials one is shown.

    Args:
        bins: into how many stretches of time the rate of a population is cut.
    """
    trains = trains_of(data, events, trial=data.trial)
    if not trains[0].duration[0] > 0:
        raise InputError("The run has no length.", code="nothing-to-plot", remedy="Draw a longer one.")
    heights = [min(height(one.units), 2.2 if len(trains) > 2 else 3.0) for one in trains] + [1.5]
    figure = new_figure(9.0, 3.2 + sum(heights), plain(str(data.dataset.attrs.get("title", ""))))
    parts: Any = figure.subfigures(2, 1, height_ratios=[sum(heights), 2.4])
    top, bottom = parts
    _draw_time(top, data, trains, heights, bins)
    panels = bottom.subplots(1, 4)
    draw_rates(panels[0], trains)
    draw_intervals(panels[1], trains)
    draw_variation(panels[2], trains)
    _draw_spectra(panels[3], trains)
    for axes, title in zip(panels, ("Rates", "Intervals", "Regularity", "Rhythm"), strict=True):
        axes.set_title(title)
    return figure


def _draw_time(
    figure: SubFigure, data: Recorded, trains: Sequence[Trains], heights: Sequence[float], bins: int
) -> None:
    panels = list(figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0])
    for k, one in enumerate(trains):
        draw_marks(panels[k], one, colour(k))
        panels[k].set_title(_told(one), loc="right")
    rates = {k: population_rate(one, width=float(one.duration[0]) / bins) for k, one in enumerate(trains)}
    draw_rate(panels[-1], trains, rates)
    time = data.time
    panels[-1].set_xlim(float(time.min()), float(time.max()))
    panels[-1].set_xlabel(time_label(data.dataset))
    figure.align_ylabels(panels)


def _told(trains: Trains) -> str:
    """The same numbers as in the summary."""
    facts = in_short(trains)
    rate = f"rate {number(facts['rates']['mean'])} {facts['rate_unit']}".strip()
    cv = "" if facts["cv"] is None else f"CV {facts['cv']:.2f}"
    chi = "" if facts["synchrony"] is None else rf"synchrony $\chi$ {facts['synchrony']:.2f}"
    return ", ".join(part for part in (rate, cv, chi) if part)


def _draw_spectra(axes: Axes, trains: Sequence[Trains]) -> None:
    """The spectrum of each population's rate; dotted is that of units which spike by chance at the same rate."""
    unit = rate_unit(trains[0])
    for k, one in enumerate(trains):
        if not len(one):
            continue
        found = spectrum(one, width=float(one.duration[0]) / _FINEST)
        axes.plot(
            found["frequency"].values[1:], found.values[1:], color=colour(k), linewidth=1.1, label=symbol(one.name)
        )
        axes.axhline(2 * float(rates(one).mean()) / one.units, color=colour(k), linewidth=1.0, linestyle=":")
    if not any(len(one) for one in trains):
        empty(axes, "no spikes")
    axes.set(yscale="log", xlabel=with_unit("frequency", unit), ylabel=with_unit("power", unit))
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
    axes.yaxis.set_minor_formatter(NullFormatter())
