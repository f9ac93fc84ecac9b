"""The figure of a design: the peaks of a series of stimuli and the recovery after it, with the targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.plots.labels import plain
from neurodyn.plots.style import BAD, PALETTE, QUIET, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.fitting.design_report import Design


def draw(report: Design) -> Figure:
    """Decrement on the left, recovery on the right."""
    with rc_context(STYLE):
        system = report.fit.system
        title = f"{system.name} designed: {plain(system.model.summary) or 'habituation to targets'}"
        columns = 2 if report.gaps.size else 1
        figure = new_figure(4.9 * columns, 3.8, title)
        panels = figure.subplots(1, columns, squeeze=False, sharey=True)[0]
        _draw_series(panels[0], report)
        if columns == 2:
            _draw_recovery(panels[1], report)
        panels[0].set_ylabel("response / first")
        for axes in panels:
            axes.set_ylim(bottom=0)
            axes.margins(x=0.03)
    return figure


def _draw_series(axes: Axes, report: Design) -> None:
    heights = report.heights / report.heights[0]
    axes.plot(np.arange(1, len(heights) + 1), heights, "o-", color=PALETTE[0], markersize=4)
    if "depth" in report.targets:
        axes.axhline(report.targets["depth"], color=BAD, linestyle="--", linewidth=1.2, label="depth asked for")
    if "settled" in report.targets:
        axes.axvline(report.targets["settled"], color=BAD, linestyle=":", linewidth=1.2, label="settled, asked for")
    axes.set_title("decrement")
    axes.set_xlabel("stimulus")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper right")


def _draw_recovery(axes: Axes, report: Design) -> None:
    axes.axhline(0.95, color=QUIET, linewidth=1.0)
    axes.plot(report.gaps, report.answers / report.heights[0], "o-", color=PALETTE[2], markersize=4)
    axes.axvline(report.targets["recovery"], color=BAD, linestyle="--", linewidth=1.2, label="recovery asked for")
    axes.set_title("recovery: one stimulus after a gap")
    axes.set_xlabel("gap")
    axes.legend(loc="lower right")
