"""Kind `raster`: a mark for each time that a unit happened, how many do so together, and the variables below."""

from __future__ import annotations

from matplotlib.figure import Figure

from neurodyn.analysis.rates import population_rate
from neurodyn.plots.labels import plain, time_label
from neurodyn.plots.paint import LINES, draw_either
from neurodyn.plots.recorded import Recorded
from neurodyn.plots.spikes import colour, draw_marks, draw_rate, height, trains_of
from neurodyn.plots.style import new_figure

BINS = 150  # of the rate of a population
_MOST_VARIABLES = 8


def draw(data: Recorded, *, bins: int = BINS) -> Figure:
    """Draw every event that was recorded, and the other variables; of several trials one is shown.

    Args:
        bins: into how many stretches of time the rate of a population is cut.
    """
    trains = trains_of(data, trial=data.trial)
    crowds = [k for k, one in enumerate(trains) if one.units > LINES and one.duration[0] > 0]
    names = data.variables[:_MOST_VARIABLES]
    heights = [height(one.units) for one in trains] + [1.3] * bool(crowds) + [1.5] * len(names)
    figure = new_figure(9.0, 0.8 + sum(heights), plain(str(data.dataset.attrs.get("title", ""))))
    panels = list(figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0])
    for number, one in enumerate(trains):
        draw_marks(panels[number], one, colour(number))
    if crowds:
        rates = {k: population_rate(trains[k], width=float(trains[k].duration[0]) / bins) for k in crowds}
        draw_rate(panels[len(trains)], trains, rates)
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
