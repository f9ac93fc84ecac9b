"""Kind `psth`: spikes around the stimuli, and the rate there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.analysis.rates import peristimulus
from neurodyn.errors import InputError
from neurodyn.plots.labels import plain, symbol, with_unit
from neurodyn.plots.recorded import Floats, Recorded
from neurodyn.plots.spikes import colour, draw_rate, in_time, time_unit, titled, trains_of
from neurodyn.plots.style import QUIET, new_figure
from neurodyn.results.trains import Trains

_BINS = 60


def draw(
    data: Recorded, *, at: Sequence[float] | str | None = None, events: Sequence[str] | None = None,
    before: float | None = None, after: float | None = None, width: float | None = None,
) -> Figure:  # fmt: skip
    """Draw the spikes of each presentation in a row, those of all units together, and below the mean rate of a unit.

    Args:
        at: the times of the stimuli, in SI units, or the name of an event whose times they are; by default those at
            which an input of the model rises.
        before, after: how far to look; by default a quarter of the shortest time between stimuli, and all of it.
        width: of the bins; by default a sixtieth of that.
    """
    trains = trains_of(data, events)
    times = _stimuli(data, trains[0], at)
    gap = float(np.diff(times).min()) if len(times) > 1 else float(trains[0].stop.max() - times[0])
    early = 0.25 * gap if before is None else before
    late = gap if after is None else after
    bins = (early + late) / _BINS if width is None else width
    figure = new_figure(9.0, 1.0 + 3.4 * len(trains), plain(str(data.dataset.attrs.get("title", ""))))
    panels = figure.subplots(2 * len(trains), 1, sharex=True, squeeze=False, height_ratios=[1.4, 2] * len(trains))[:, 0]
    for k, one in enumerate(trains):
        _draw_presentations(panels[2 * k], one, times, early, late, colour(k))
        found = peristimulus(one, times, before=early, after=late, width=bins)
        mean = found.mean([dim for dim in found.dims if dim != "lag"])
        draw_rate(panels[2 * k + 1], [one] * (k + 1), {k: mean}, "lag")
    for axes in panels:
        axes.axvline(0.0, color=QUIET, linewidth=3, zorder=0)
    panels[-1].set_xlabel(with_unit("time from the stimulus", time_unit(trains[0])))
    panels[-1].set_xlim(*in_time(trains[0], np.array([-early, late])))
    figure.align_ylabels(list(panels))
    return figure


def _stimuli(data: Recorded, trains: Trains, at: Sequence[float] | str | None) -> Floats:
    """The times of the stimuli, in order."""
    if isinstance(at, str):
        times = np.unique(trains_of(data, [at])[0].time)
    else:
        times = _onsets(data, trains) if at is None else np.sort(np.asarray(at, dtype=float).ravel())
    if not len(times):
        raise InputError(
            "When the stimuli come is not clear.",
            code="no-stimulus",
            remedy="No input of the model rises; give their times or the name of an event, at=.",
        )
    return times


def _onsets(data: Recorded, trains: Trains) -> Floats:
    """The times at which an input of the system rises, in size."""
    if data.system is None or data.replaced:
        return np.empty(0)
    start, stop, found = float(trains.start.min()), float(trains.stop.max()), list[float]()
    for signal in data.system.signals.values():
        edges = np.asarray(signal.edges(start, stop), dtype=float)
        cuts = np.concatenate([[start], edges, [stop]])
        level = [float(np.abs(signal.on(a, b)((a + b) / 2)).sum()) for a, b in pairwise(cuts)]
        found += edges[np.diff(level) > 0].tolist()
    return np.unique(np.array(found))


def _draw_presentations(axes: Axes, trains: Trains, times: Floats, before: float, after: float, shade: str) -> None:
    """A row for each presentation, trial after trial."""
    for row, t in enumerate(times):
        lag = trains.time - t
        kept = (lag >= -before) & (lag <= after)
        place = trains.trial[kept] * len(times) + row
        axes.vlines(in_time(trains, lag[kept]), place - 0.42, place + 0.42, color=shade, linewidth=0.8)
    axes.set_ylim(-0.7, len(times) * trains.trials - 0.3)
    axes.set(ylabel="presentation", title=f"{symbol(trains.name)}, {titled(trains)}")
    axes.grid(False)
