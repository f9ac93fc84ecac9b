"""Small pictures of curves in a grid, each with a line under its title that says what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Protocol

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from neurodyn.plots.labels import plain
from neurodyn.plots.recorded import Floats
from neurodyn.plots.style import BAD, GOOD, INK, PALETTE, QUIET, STYLE, bare, new_figure

_FEW = 30  # up to this many points of a curve are marked
_WIDTH = 50  # characters of a note on one line
_DECADES = 300  # the largest number over the smallest, above which a horizontal axis is logarithmic


class Line(Protocol):
    """One curve: its name, its places, and whether they are marks alone, in the colour of the curve before."""

    @property
    def label(self) -> str: ...
    @property
    def x(self) -> Floats: ...
    @property
    def y(self) -> Floats: ...
    @property
    def points(self) -> bool: ...


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


def draw_panels(panels: Sequence[Panel], title: str, columns: int = 3, verdicts: Sequence[str] | None = None) -> Figure:
    """Draw the panels row by row; `marks` are places on the horizontal axis.

    Args:
        verdicts: of each panel, `pass`, `fail` or another word, which stands before its title.
    """
    rows = -(-len(panels) // columns)
    with rc_context(STYLE):
        figure = new_figure(4.4 * columns, (3.1 if verdicts is None else 3.4) * rows + 0.5, plain(title))
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, panel, verdict in zip(grid, panels, verdicts or [""] * len(panels), strict=False):
            _draw_lines(axes, panel.lines)
            for mark in panel.marks:
                axes.axvline(mark, color=QUIET, linewidth=4, zorder=0)
            _set_axes(axes, panel)
            colour = {"pass": GOOD, "fail": BAD}.get(verdict, INK)
            head = f"{verdict.upper()}  {panel.title}" if verdict else panel.title
            axes.set_title(f"{plain(head)}\n{plain(fill(panel.note, _WIDTH))}", color=colour)
            if sum(not line.points for line in panel.lines) > 1:
                axes.legend(loc="best")
        for axes in grid[len(panels) :]:
            axes.set_visible(False)
    return figure


def _draw_lines(axes: Axes, lines: Sequence[Line]) -> None:
    """Each line in the next colour."""
    number = -1
    for line in lines:
        number += not line.points
        colour = PALETTE[number % len(PALETTE)]
        if line.points:
            axes.plot(line.x, line.y, "o", color=colour, markersize=5.5, clip_on=False)
            continue
        marker = "o-" if len(line.x) <= _FEW else "-"
        axes.plot(line.x, line.y, marker, color=colour, markersize=3.5, label=plain(line.label), clip_on=False)


def _set_axes(axes: Axes, panel: Panel) -> None:
    """Labels and scales; what spans more than two decades is drawn on a logarithmic scale. No curve, no frame."""
    if not panel.lines:
        bare(axes)
        return
    axes.set(xlabel=panel.axes[0], ylabel=panel.axes[1], ylim=(0, None))
    least, most = min(line.x.min() for line in panel.lines), max(line.x.max() for line in panel.lines)
    if least > 0 and most > _DECADES * least:
        axes.set_xscale("log")
    elif all((line.x % 1 == 0).all() for line in panel.lines):
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
