"""Small pictures of curves in a grid, each with a line under its title that says what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from neurodyn.plots.labels import plain
from neurodyn.plots.recorded import Floats
from neurodyn.plots.style import PALETTE, QUIET, STYLE, new_figure

_FEW = 30  # up to this many points of a curve are marked


class Line(Protocol):
    """One curve: its name and its points."""

    @property
    def label(self) -> str: ...
    @property
    def x(self) -> Floats: ...
    @property
    def y(self) -> Floats: ...


class Panel(Protocol):
    """One picture."""

    @property
    def title(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def axes(self) -> tuple[str, str]: ...
    @property
    def lines(self) -> Sequence[Line]: ...
    @property
    def marks(self) -> Sequence[float]: ...


def draw_panels(panels: Sequence[Panel], title: str, columns: int = 3) -> Figure:
    """Draw the panels row by row; `marks` are places on the horizontal axis."""
    rows = -(-len(panels) // columns)
    with rc_context(STYLE):
        figure = new_figure(4.4 * columns, 3.1 * rows + 0.5, plain(title))
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, panel in zip(grid, panels, strict=False):
            for line, colour in zip(panel.lines, PALETTE, strict=False):
                marker = "o-" if len(line.x) <= _FEW else "-"
                axes.plot(line.x, line.y, marker, color=colour, markersize=3.5, label=plain(line.label), clip_on=False)
            for mark in panel.marks:
                axes.axvline(mark, color=QUIET, linewidth=4, zorder=0)
            axes.set(xlabel=panel.axes[0], ylabel=panel.axes[1], ylim=(0, None))
            if all((line.x % 1 == 0).all() for line in panel.lines):
                axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
            axes.set_title(f"{plain(panel.title)}\n{plain(panel.note)}")
            if len(panel.lines) > 1:
                axes.legend(loc="best")
        for axes in grid[len(panels) :]:
            axes.set_visible(False)
    return figure
