"""Kind `correlogram`: the rate at a lag from the spikes of the same unit, and of the units of another event."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.analysis.correlograms import autocorrelogram, cross_correlogram
from neurodyn.analysis.labels import rate_unit
from neurodyn.analysis.rates import rates
from neurodyn.plots.labels import plain, symbol, with_unit
from neurodyn.plots.recorded import Recorded
from neurodyn.plots.spikes import MOST_UNITS, colour, in_time, time_unit, trains_of
from neurodyn.plots.style import INK, QUIET, new_figure
from neurodyn.results.trains import Trains

_MOST_PANELS = 9


def draw(
    data: Recorded, *, events: Sequence[str] | None = None, reach: float | None = None, width: float | None = None
) -> Figure:
    """Draw a panel for each event and each pair of events; trials count together.

    Args:
        reach, width: the largest lag and the width of bins, in SI units; by default a tenth of the run, in 50 bins.
    """
    trains = trains_of(data, events)
    pairs = [(k, k) for k in range(len(trains))] + list(combinations(range(len(trains)), 2))
    pairs = pairs[:_MOST_PANELS]
    columns = min(len(pairs), 3)
    rows = -(-len(pairs) // columns)
    figure = new_figure(max(4.0 * columns, 6.0), 0.8 + 2.8 * rows, plain(str(data.dataset.attrs.get("title", ""))))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, (a, b) in zip(grid, pairs, strict=False):
        far = float(trains[a].duration.max()) / 10 if reach is None else reach
        draw_correlogram(
            axes, trains[a], trains[b], far, far / 50 if width is None else width, colour(a) if a == b else INK
        )
    for axes in grid[len(pairs) :]:
        axes.set_visible(False)
    return figure


def draw_correlogram(axes: Axes, a: Trains, b: Trains, reach: float, width: float, shade: str) -> None:
    """Of an event with itself, unit by unit; of two events that of their pooled units. The dashed line is chance."""
    if a is b:
        found, title = autocorrelogram(a, reach=reach, width=width), f"{symbol(a.name)}, each unit with itself"
        # The units that spike more are seen more often: what is expected is the mean rate of a spike's own unit.
        rate = rates(a).values.ravel()
        chance = float((rate**2).sum() / rate.sum()) if rate.sum() > 0 else 0.0
    else:
        few = [_some(one) for one in (a, b)]
        found = cross_correlogram(*few, reach=reach, width=width)
        title, chance = f"{symbol(b.name)} after {symbol(a.name)}", float(rates(few[1]).mean())
        counts = {one.units for one, whole in zip(few, (a, b), strict=True) if one.units < whole.units}
        title += f", the first {max(counts)} units" if counts else ""
    lag = in_time(a, found["lag"].values)
    half = (lag[1] - lag[0]) / 2
    edges = [*(lag - half), lag[-1] + half]
    axes.stairs(found.values, edges, color=shade, fill=True, alpha=0.35)
    axes.stairs(found.values, edges, color=shade, linewidth=1.2)
    axes.axhline(chance, color=INK, linewidth=0.9, linestyle="--")
    axes.axvline(0.0, color=QUIET, linewidth=0.8, zorder=0)
    axes.set(xlabel=with_unit("lag", time_unit(a)), ylabel=with_unit("rate", rate_unit(a)), title=title)
    axes.set_ylim(0, None)


def _some(trains: Trains) -> Trains:
    if trains.units <= MOST_UNITS:
        return trains
    dims = list(trains.places)
    return trains.isel(**{dims[0]: slice(0, max(1, MOST_UNITS * trains.shape[0] // trains.units))})
