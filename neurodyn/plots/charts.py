"""Charts in a grid: points that were measured beside lines that were expected, on scales of one's choice."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from neurodyn.plots.labels import plain
from neurodyn.plots.recorded import Floats
from neurodyn.plots.style import INK, PALETTE, PAPER, QUIET, STYLE, bare, new_figure

_WIDTH = 50  # characters of a title on one line
_TICKS = 7  # up to so many places on a logarithmic axis are named themselves


@dataclass(frozen=True, eq=False)
class Series:
    """Points, and what was expected at the same places, if anything.

    Attributes:
        label: for the legend; none where it is empty.
        x, y: (points,) each.
        expected: (points,), drawn as a dashed line of the same colour.
        low, high: (points,), the ends of intervals.
    """

    label: str
    x: Floats
    y: Floats
    expected: Floats | None = None
    low: Floats | None = None
    high: Floats | None = None


@dataclass(frozen=True, eq=False)
class Chart:
    """One picture.

    Attributes:
        axes: labels of the two.
        logs: which of them are logarithmic: "x", "y", "xy" or none.
        across, along: places of a horizontal and of a vertical line, each with its label.
        dashed: what the dashed lines are.
    """

    title: str
    axes: tuple[str, str]
    series: Sequence[Series]
    logs: Literal["", "x", "y", "xy"] = ""
    across: tuple[float, str] | None = None
    along: tuple[float, str] | None = None
    dashed: str = "expected"


def draw_charts(charts: Sequence[Chart], title: str, columns: int = 3) -> Figure:
    """Draw the charts row by row."""
    rows = -(-len(charts) // columns)
    with rc_context(STYLE):
        figure = new_figure(4.6 * columns, 3.7 * rows + 0.5, plain(title))
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, chart in zip(grid, charts, strict=False):
            _draw(axes, chart)
        for axes in grid[len(charts) :]:
            axes.set_visible(False)
    return figure


def _draw(axes: Axes, chart: Chart) -> None:
    for one, colour in zip(chart.series, PALETTE, strict=False):
        _draw_series(axes, one, colour)
    if chart.across is not None:
        axes.axhline(chart.across[0], color=QUIET, linewidth=1.4, label=plain(chart.across[1]), zorder=0)
    if chart.along is not None:
        axes.axvline(chart.along[0], color=INK, linewidth=1.2, linestyle=":", label=plain(chart.along[1]), zorder=0)
    if any(one.expected is not None for one in chart.series):
        axes.plot([], [], "--", color=QUIET, label=plain(chart.dashed))
    axes.set(xlabel=plain(chart.axes[0]), ylabel=plain(chart.axes[1]), title=fill(plain(chart.title), _WIDTH))
    _set_scales(axes, chart)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc="best")


def _draw_series(axes: Axes, one: Series, colour: str) -> None:
    axes.plot(one.x, one.y, "o" if one.expected is not None else "o-", color=colour, markersize=4.5)
    if one.expected is not None:
        axes.plot(one.x, one.expected, "--", color=colour, linewidth=1.4)
    if one.low is not None and one.high is not None:
        axes.vlines(one.x, one.low, one.high, color=colour, linewidth=1.2)
    if one.label:
        axes.plot([], [], "o", color=colour, label=plain(one.label))


def _set_scales(axes: Axes, chart: Chart) -> None:
    """Few places on a logarithmic axis are named themselves."""
    if "y" in chart.logs:
        axes.set_yscale("log")
    if "x" in chart.logs:
        axes.set_xscale("log")
        ticks = sorted({float(x) for one in chart.series for x in one.x})
        if len(ticks) <= _TICKS:
            axes.set_xticks(ticks, [f"{x:,.0f}" if x >= 1000 else f"{x:.3g}" for x in ticks])
            axes.xaxis.set_minor_formatter(NullFormatter())
    axes.margins(x=0.05, y=0.08)


def draw_images(rows: Mapping[str, Floats], title: str) -> Figure:
    """Draw rows of square images (images, pixels), dark where a pixel is large; others as one line of pixels."""
    many = max(len(images) for images in rows.values())
    with rc_context(STYLE):
        figure = new_figure(1.1 * many + 1.6, 1.15 * len(rows) + 0.5, plain(title))
        grid = figure.subplots(len(rows), many, squeeze=False)
        for line, (name, images) in zip(grid, rows.items(), strict=True):
            line[0].set_ylabel(plain(name), rotation=0, ha="right", va="center")
            for axes in line:
                bare(axes)
            for axes, image in zip(line, images, strict=False):
                side = math.isqrt(image.size)
                shape = (side, side) if side**2 == image.size else (1, image.size)
                axes.imshow(image.reshape(shape), cmap=PAPER, vmin=0.0, vmax=1 / math.sqrt(image.size))
    return figure
