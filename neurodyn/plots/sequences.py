"""Recalls of sequences: overlaps in time beside what was expected, spikes beside rates, and paths that were drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from neurodyn.plots.film import Film
from neurodyn.plots.paint import borders
from neurodyn.plots.recorded import Floats
from neurodyn.plots.style import INK, PALETTE, PAPER, QUIET, STYLE, bare, new_figure

RATE = 20  # frames of a film in a second


@dataclass(frozen=True, eq=False)
class Recall:
    """Overlaps of one run.

    Attributes:
        title: what is different here.
        time, overlap: shape (times,) and (times, patterns).
        names: of the patterns.
        signal: what steered it, shape (times,) or (times, patterns); None shows nothing.
        expected: the pattern that was calculated for each time; None shows nothing.
    """

    title: str
    time: Floats
    overlap: Floats
    names: Sequence[str]
    signal: Floats | None = None
    expected: Floats | None = None


def draw_recalls(recalls: Sequence[Recall], title: str, time: str, signal: str) -> Figure:
    """A row for each recall: its signal as lines, its overlaps as an image, what was expected as dots.

    Args:
        time, signal: labels of the axes.
    """
    with rc_context(STYLE):
        heights = [h for one in recalls for h in ([0.5] if one.signal is not None else []) + [1.0]]
        figure = new_figure(9.0, 0.8 + 1.35 * sum(heights), title)
        axes = iter(figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0])
        for recall in recalls:
            panel = next(axes)
            panel.set_title(recall.title)
            if recall.signal is not None:
                _signal(panel, recall, signal)
                panel = next(axes)
            _overlaps(figure, panel, recall)
        panel.set_xlabel(time)
    return figure


def _signal(axes: Axes, recall: Recall, name: str) -> None:
    rows = np.asarray(recall.signal).reshape(len(recall.time), -1)
    alike = bool((rows == rows[:, :1]).all())
    for k, row in enumerate(rows.T[:1] if alike else rows.T):
        axes.step(recall.time, row, where="post", color=INK if alike else PALETTE[k % len(PALETTE)], linewidth=1.3)
    axes.set(ylabel=name, xlim=(borders(recall.time)[0], borders(recall.time)[-1]))
    axes.margins(y=0.15)
    axes.tick_params(labelbottom=False)


def _overlaps(figure: Figure, axes: Axes, recall: Recall) -> None:
    count = recall.overlap.shape[1]
    image = axes.pcolorfast(
        borders(recall.time), np.arange(count + 1) - 0.5, recall.overlap.T, cmap=PAPER, vmin=0.0, vmax=1.0
    )
    if recall.expected is not None:
        axes.plot(recall.time, recall.expected, ".", color=PALETTE[1], markersize=4.0, label="calculated")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 0.2), handletextpad=0.1)
    axes.grid(False)
    axes.set_yticks(range(count), recall.names)
    bar = figure.colorbar(image, ax=axes, pad=0.015, aspect=10, label="overlap", shrink=0.9)
    bar.outline.set_visible(False)


def draw_beside(time: Floats, overlaps: dict[str, Floats], spikes: tuple[Floats, Floats], title: str) -> Figure:
    """Spikes as dots above the overlaps of each network.

    Args:
        overlaps: by name, shape (times, patterns).
        spikes: times and units.
    """
    with rc_context(STYLE):
        figure = new_figure(9.0, 1.8 + 1.5 * (1 + len(overlaps)), title)
        panels = figure.subplots(1 + len(overlaps), 1, sharex=True, height_ratios=[1.4] + [1.0] * len(overlaps))
        panels[0].plot(*spikes, ".", color=PALETTE[0], markersize=1.4, markeredgewidth=0, rasterized=True)
        panels[0].set(ylabel="neuron", title="spikes of the neurons that are driven by x")
        panels[0].grid(False)
        for axes, (name, values) in zip(panels[1:], overlaps.items(), strict=True):
            for k, row in enumerate(values.T):
                axes.plot(time, row, color=PALETTE[k % len(PALETTE)], linewidth=1.2, label=str(k))
            axes.set(title=name, ylabel="overlap")
        panels[1].legend(title="pattern", loc="center left", bbox_to_anchor=(1.0, 0.5))
        panels[-1].set(xlabel="time (s)", xlim=(time[0], time[-1]))
    return figure


@dataclass(frozen=True, eq=False)
class Drawing:
    """A path that was drawn in time: shapes (times,), (times, 2), (times, patterns)."""

    title: str
    time: Floats
    pen: Floats
    overlap: Floats


def draw_paths(drawings: Sequence[Drawing], points: Floats, title: str) -> Figure:
    """Each drawing, and below it the overlaps that called its points."""
    with rc_context(STYLE):
        figure, upper, lower = _sheets(drawings, points, title)
        for axes, below, one in zip(upper, lower, drawings, strict=True):
            axes.plot(*one.pen.T, color=PALETTE[0])
            _called(below, one)
    return figure


def film_paths(drawings: Sequence[Drawing], points: Floats, title: str) -> Film:
    """The drawings as they come about, all in the same time, for as long as the shortest of them lasts."""
    with rc_context(STYLE):
        figure, upper, lower = _sheets(drawings, points, title)
        lines = [axes.plot([], [], color=PALETTE[0])[0] for axes in upper]
        pens = [axes.plot([], [], "o", color=PALETTE[1], markersize=9)[0] for axes in upper]
        marks = [axes.axvline(0.0, color=PALETTE[1], linewidth=1.5) for axes in lower]
        for axes, one in zip(lower, drawings, strict=True):
            _called(axes, one)

    def show(frame: int) -> None:
        for line, pen, mark, one in zip(lines, pens, marks, drawings, strict=True):
            now = min(int(np.searchsorted(one.time, frame / RATE, side="right")), len(one.time))
            line.set_data(*one.pen[:now].T)
            pen.set_data(*one.pen[now - 1 : now].T)
            mark.set_xdata([one.time[now - 1]] * 2)

    longest = min(float(one.time[-1]) for one in drawings)
    return Film(figure, show, int(longest * RATE) + 1, RATE)


def _sheets(drawings: Sequence[Drawing], points: Floats, title: str) -> tuple[Figure, list[Axes], list[Axes]]:
    figure = new_figure(3.1 * len(drawings), 4.2, title)
    grid = figure.subplots(2, len(drawings), squeeze=False, height_ratios=[2.4, 1.0])
    reach = 1.15 * float(np.abs(points).max())
    for axes, one in zip(grid[0], drawings, strict=True):
        axes.plot(*points.T, "o", color=QUIET, markersize=4)
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        axes.set_title(one.title)
        bare(axes)
    return figure, list(grid[0]), list(grid[1])


def _called(axes: Axes, one: Drawing) -> None:
    count = one.overlap.shape[1]
    axes.pcolorfast(borders(one.time), np.arange(count + 1) - 0.5, one.overlap.T, cmap=PAPER, vmin=0.0, vmax=1.0)
    axes.set(xlabel="time (s)", ylabel="pattern")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.grid(False)
