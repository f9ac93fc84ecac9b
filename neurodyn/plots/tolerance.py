"""The figure of tolerances: the band of a response, the histogram of a measure with its limits, what matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.errors import InputError
from neurodyn.plots.labels import plain
from neurodyn.plots.style import BAD, INK, PALETTE, QUIET, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.tolerance.report import Measured, Tolerance

KINDS = ("overview", "band", "histogram", "ranking")
MOST_BARS = 12


def draw(report: Tolerance, *, kind: str = "overview", measure: str | None = None) -> Figure:
    """One of `KINDS`; `measure` names the one that is shown, by default the first."""
    if kind not in KINDS:
        raise InputError(
            f"There is no kind of figure called {kind}.", code="unknown-kind", remedy=f"There are: {', '.join(KINDS)}."
        )
    one = _chosen(report, measure)
    if one is None and kind in ("histogram", "ranking"):
        raise InputError("Nothing was measured.", code="no-measure", remedy="Give measures, such as peak(y).")
    with rc_context(STYLE):
        whole = kind == "overview" and one is not None
        title = f"{report.system.name}: {len(report.offsets):,} samples"
        figure = new_figure(8.0, 7.2 if whole else 4.2, plain(title))
        if whole and one is not None:
            grid = figure.add_gridspec(2, 2, height_ratios=(1.2, 1))
            _band(figure.add_subplot(grid[0, :]), report, one.asked.reads)
            _histogram(figure.add_subplot(grid[1, 0]), one)
            _ranking(figure.add_subplot(grid[1, 1]), report, one)
        elif one is None or kind == "band":
            _band(figure.add_subplot(), report, one.asked.reads if one else None)
        elif kind == "histogram":
            _histogram(figure.add_subplot(), one)
        else:
            _ranking(figure.add_subplot(), report, one)
    return figure


def _chosen(report: Tolerance, measure: str | None) -> Measured | None:
    if measure is None:
        return next(iter(report.measured.values()), None)
    if measure not in report.measured:
        known = ", ".join(report.measured) or "none"
        raise InputError(f"{measure} was not measured.", code="no-measure", remedy=f"Measured were: {known}.")
    return report.measured[measure]


def _band(axes: Axes, report: Tolerance, name: str | None) -> None:
    name = name or next(iter(report.runs.outputs))
    time, (lowest, low, median, high, highest) = report.runs.time, report.bands[name]
    axes.fill_between(time, lowest, highest, color=PALETTE[0], alpha=0.2, linewidth=0, label="95 % of samples")
    axes.fill_between(time, low, high, color=PALETTE[0], alpha=0.4, linewidth=0, label="half of them")
    axes.plot(time, median, color=PALETTE[0], label="median")
    axes.plot(
        report.middle.time, report.middle.outputs[name][:, 0], color=INK, linestyle="--", label="as the file says"
    )
    unit = report.system.units.of(name).si
    axes.set(xlabel="time (s)" if report.system.units.active else "time", ylabel=f"{name} ({unit})" if unit else name)
    axes.margins(x=0)
    axes.legend(loc="best")


def _histogram(axes: Axes, one: Measured) -> None:
    values = one.values[np.isfinite(one.values)]
    axes.hist(values, bins=50, color=PALETTE[0], alpha=0.7)
    axes.axvline(one.middle, color=INK, linestyle="--", label="as the file says")
    for k, limit in enumerate(end for end in (one.asked.low, one.asked.high) if np.isfinite(end)):
        axes.axvline(limit, color=BAD, label="limits" if k == 0 else None)
    if one.asked.limited:
        low, high = one.interval
        axes.set_title(f"yield {one.share:.1%} ({low:.1%} to {high:.1%})", fontsize="medium")
    axes.set(xlabel=one.asked.name, ylabel="samples")
    axes.legend(loc="best")


def _ranking(axes: Axes, report: Tolerance, one: Measured) -> None:
    names, order = [*report.variations.axes], report.ranking(one)[:MOST_BARS][::-1]
    labels = [names[k] for k in order]
    if one.indices:
        axes.barh(labels, one.indices.total[order], color=QUIET, label="in all")
        axes.barh(labels, one.indices.first[order], color=PALETTE[0], height=0.5, label="alone")
        axes.set_xlabel("share of the variance (Sobol)")
        axes.legend(loc="best")
        return
    slopes = one.regression.standardised[order]
    axes.barh(labels, slopes, color=[PALETTE[0] if s >= 0 else PALETTE[1] for s in slopes])
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlabel(f"standardised slope ($R^2$ = {one.regression.explained:.3f})")
