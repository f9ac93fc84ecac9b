"""A table of verdicts: a coloured cell for each row and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from neurodyn.plots.labels import plain
from neurodyn.plots.style import BAD, GOOD, INK, QUIET, STYLE, bare, new_figure

_COLOURS = {"pass": GOOD, "fail": BAD}


def draw_verdicts(rows: Mapping[str, Sequence[str]], columns: Sequence[str], title: str) -> Figure:
    """Draw a cell for each verdict: `pass` and `fail` in colour, all else pale.

    Args:
        rows: by name the verdicts, one for each column.
        columns: their names.
    """
    with rc_context(STYLE):
        figure = new_figure(4.2 + 0.72 * len(columns), 1.3 + 0.34 * len(rows), plain(title))
        axes = figure.subplots()
        bare(axes)
        for y, marks in enumerate(rows.values()):
            for x, mark in enumerate(marks):
                colour = _COLOURS.get(mark, QUIET)
                axes.add_patch(Rectangle((x + 0.04, y + 0.06), 0.92, 0.88, color=colour, linewidth=0))
                ink = "white" if mark in _COLOURS else INK
                axes.text(x + 0.5, y + 0.5, mark, color=ink, ha="center", va="center", fontsize=9)
        axes.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
        axes.set_xticks([k + 0.5 for k in range(len(columns))], list(columns), fontsize=10)
        axes.set_yticks([k + 0.5 for k in range(len(rows))], list(rows), fontsize=10)
        axes.tick_params(length=0, labeltop=True, labelbottom=False)
    return figure
