"""Kind `raster`: a mark for each time that a unit happened, how many do so together, and the variables below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from neurodyn.errors import InputError
from neurodyn.plots.labels import plain, symbol, time_label, with_unit
from neurodyn.plots.paint import LINES, draw_either
from neurodyn.plots.recorded import Floats, Recorded
from neurodyn.plots.style import PALETTE, new_figure
from neurodyn.results.events import event_names, events

BINS = 150  # of the rate of a population
DOTS = 200  # more units than this are drawn as dots
_MOST_VARIABLES = 8


@dataclass(frozen=True, eq=False)
class _Train:
    """One event: its times, the number of the unit of each, how many units there are."""

    name: str
    about: str
    time: Floats
    unit: Floats
    units: int


def draw(data: Recorded, *, bins: int = BINS) -> Figure:
    """Draw every event that was recorded, and the other variables; of several trials one is shown.

    Args:
        bins: into how many stretches of time the rate of a population is cut.
    """
    trains = [_train(data, name) for name in event_names(data.dataset)]
    if not trains:
        raise InputError("No event was recorded.", code="nothing-to-plot", remedy="Record one, or draw another kind.")
    crowds = [train for train in trains if train.units > LINES]
    names = data.variables[:_MOST_VARIABLES]
    heights = [_height(train.units) for train in trains] + [1.3] * bool(crowds) + [1.5] * len(names)
    figure = new_figure(9.0, 0.8 + sum(heights), plain(str(data.dataset.attrs.get("title", ""))))
    panels = list(figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0])
    for number, train in enumerate(trains):
        _draw_train(panels[number], train, PALETTE[number % len(PALETTE)])
    if crowds:
        _draw_rates(panels[len(trains)], data, trains, crowds, bins)
    for axes, name in zip(panels[len(heights) - len(names) :], names, strict=True):
        variable = data.get(name)
        single = set(variable.dims) <= {"time"}
        filled = variable.attrs.get("role") == "input"
        draw_either(figure, axes, data, variable if single else data.one_trial(variable), filled=filled)
    time = data.time
    panels[-1].set_xlim(float(time.min()), float(time.max()))
    panels[-1].set_xlabel(time_label(data.dataset))
    figure.align_ylabels(panels)
    return figure


def _train(data: Recorded, name: str) -> _Train:
    variable, found = data.dataset[name], events(data.dataset, name)
    shape = tuple(int(size) for size in np.atleast_1d(variable.attrs["shape"]))
    kept = slice(None) if found.trial is None else found.trial == data.trial
    unit = np.ravel_multi_index(tuple(found.unit.T), shape) if found.unit.shape[1] else np.zeros(len(found), int)
    return _Train(name, str(variable.attrs.get("about", "")), found.time[kept], unit[kept], int(np.prod(shape)))


def _height(units: int) -> float:
    return 0.7 + min(0.12 * units, 2.3)


def _draw_train(axes: Axes, train: _Train, colour: str) -> None:
    if train.units > DOTS:  # marks as high as a unit would be too small to be seen
        axes.plot(train.time, train.unit, ".", color=colour, markersize=1.6, markeredgewidth=0, rasterized=True)
    else:
        thin = 1.4 if train.units <= LINES else 0.8
        axes.vlines(train.time, train.unit - 0.42, train.unit + 0.42, color=colour, linewidth=thin)
    axes.set_ylim(-0.7, train.units - 0.3)
    axes.set_ylabel(symbol(train.name))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    if train.units == 1:
        axes.set_yticks([])
    axes.grid(False)
    axes.set_title(plain(train.about))


def _draw_rates(axes: Axes, data: Recorded, trains: list[_Train], crowds: list[_Train], bins: int) -> None:
    """How often a unit happens, on average, in each stretch of time."""
    edges = np.linspace(data.time.min(), data.time.max(), bins + 1)
    for train in crowds:
        counts, _ = np.histogram(train.time, edges)
        rate = counts / (train.units * np.diff(edges))
        colour = PALETTE[trains.index(train) % len(PALETTE)]
        axes.stairs(rate, edges, color=colour, linewidth=1.4, label=symbol(train.name))
    unit = data.dataset["time"].attrs.get("unit")
    axes.set_ylabel(with_unit("rate", f"1/{unit}" if unit else None))
    axes.set_ylim(0, None)
    if len(crowds) > 1:
        axes.legend(loc="upper right", ncols=len(crowds))
