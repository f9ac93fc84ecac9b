"""The figure of a report of Lyapunov exponents: how the estimates came to rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.analysis.exponents.report import SIGMAS, as_precise, per
from neurodyn.errors import InputError
from neurodyn.plots.labels import number, plain
from neurodyn.plots.style import INK, PALETTE, QUIET, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.exponents.report import Spectrum

# Exponents that are drawn with a band and a legend of their own.
SHOWN = 12
# A panel of its own for those near 0 where the smallest would squeeze them to one line.
SQUEEZED = 5.0


def draw(report: Spectrum) -> Figure:
    """The mean of each exponent over time, with bands of two standard errors; below, those near 0 enlarged."""
    if report.course is None:
        raise InputError("Nothing was averaged yet.", code="nothing-to-draw", remedy="Let it run for longer.")
    groups = _groups(report)
    with rc_context(STYLE):
        title = f"{report.system.name}: {plain(report.system.model.summary) or 'Lyapunov exponents'}"
        figure = new_figure(9.0, 4.2 if len(groups) == 1 else 6.4, title)
        panels = figure.subplots(len(groups), 1, sharex=True, squeeze=False)[:, 0]
        for axes, group in zip(panels, groups, strict=True):
            _draw_group(axes, report, group)
        panels[0].set_title("estimates as the mean grows; bands are two standard errors, dots the results")
        unit = {"step": "steps", "s": "time (s)"}.get(per(report.system), "time")
        panels[-1].set_xlabel(f"{unit}, averaged over in each of {report.pieces} pieces" if report.pieces > 1 else unit)
        figure.align_ylabels(list(panels))
    return figure


def _groups(report: Spectrum) -> list[list[int]]:
    """Which exponents share a panel: all, or those near the largest and, below, those far from it."""
    shown = list(range(min(len(report.exponents), SHOWN)))
    sizes = np.abs(report.exponents)
    for k in shown[1:]:
        if sizes[k] > SQUEEZED * max(sizes[:k].max(), 1e-12):
            return [shown[:k], shown[k:]]
    return [shown]


def _draw_group(axes: Axes, report: Spectrum, group: list[int]) -> None:
    assert report.course is not None
    time, course, errors = report.course.time, report.course.exponents, report.course.errors
    if 0 in group:
        axes.axhline(0.0, color=QUIET, linewidth=1.0)
    for k in group:
        colour = PALETTE[k % len(PALETTE)]
        value, error = float(report.exponents[k]), float(report.errors[k])
        end = f"{as_precise(value, error)} ± {number(error, 2)}"
        zero = f" (0 within {SIGMAS} errors)" if report.zeros[k] else ""
        axes.fill_between(time, course[:, k] - 2 * errors[:, k], course[:, k] + 2 * errors[:, k], color=colour,
                          alpha=0.22, linewidth=0)  # fmt: skip
        axes.plot(time, course[:, k], color=colour, label=f"$\\lambda_{{{k + 1}}}$ = {end}{zero}")
        axes.plot(time[-1], report.exponents[k], "o", color=colour, markeredgecolor=INK, markersize=6, clip_on=False)
    axes.set_xscale("log")
    axes.margins(y=0.08)
    axes.set_ylabel(f"exponents per {per(report.system)}")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0)
