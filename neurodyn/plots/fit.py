"""The figure of a fit: measurements with the fitted model and its band, and the profiles of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from neurodyn.plots.labels import plain
from neurodyn.plots.style import BAD, INK, PALETTE, QUIET, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.fitting.curves import Curve
    from neurodyn.analysis.fitting.profiles import Profile
    from neurodyn.analysis.fitting.report import Fit

Floats = NDArray[np.float64]
# So many sets of measurements and profiles have room.
SETS, PROFILES, COLUMNS = 4, 8, 4
# Profiles are shown up to here, in terms of the rise at the ends of intervals.
TOP = 2.5


def draw(report: Fit) -> Figure:
    """Measurements above, profiles of the parameters below."""
    curves, told = report.curves()[:SETS], report.profiles[:PROFILES]
    rows = -(-len(told) // COLUMNS)
    with rc_context(STYLE):
        title = f"{report.system.name} fitted: {plain(report.system.model.summary) or 'parameters from measurements'}"
        figure = new_figure(9.5, 2.6 * len(curves) + 2.3 * rows + 0.6, title)
        upper: Any = figure
        if rows:
            parts: Any = figure.subfigures(2, 1, height_ratios=[2.6 * len(curves), 2.3 * rows])
            upper = parts[0]
            _draw_profiles(parts[1], told, report)
        panels = upper.subplots(len(curves), 1, squeeze=False)[:, 0]
        for axes, curve in zip(panels, curves, strict=True):
            _draw_curve(axes, curve, report)
        panels[-1].set_xlabel("step" if report.system.model.discrete else "time")
    return figure


def _draw_profiles(figure: Any, told: Sequence[Profile], report: Fit) -> None:
    """Profiles in rows, on one scale."""
    columns = min(COLUMNS, len(told))
    panels = figure.subplots(-(-len(told) // COLUMNS), columns, squeeze=False, sharey=True)
    for axes, profile in zip(panels.flat, told, strict=False):
        _draw_profile(axes, profile, report)
    for axes in panels.flat[len(told) :]:
        axes.set_visible(False)
    for axes in panels[:, 0]:
        axes.set_ylabel("rise of the misfit")


def _draw_curve(axes: Axes, curve: Curve, report: Fit) -> None:
    measured, colour, label = curve.measured, PALETTE[0], f"fit, {report.level:.0%} band"
    if curve.smooth:
        axes.fill_between(
            curve.time, curve.value - curve.band, curve.value + curve.band, color=colour, alpha=0.22, linewidth=0
        )
        axes.plot(curve.time, curve.value, color=colour, label=label)
    else:
        axes.errorbar(
            curve.time, curve.value, yerr=curve.band, fmt="_", color=colour, markersize=13, markeredgewidth=2,
            elinewidth=6, alpha=0.6, label=label,
        )  # fmt: skip
    axes.errorbar(
        measured.places,
        measured.values,
        yerr=measured.errors,
        fmt="o",
        color=INK,
        markersize=4,
        linewidth=1.0,
        label="measured",
    )
    axes.margins(x=0.02, y=0.08)
    axes.set_ylabel(measured.of)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0)


def _draw_profile(axes: Axes, profile: Profile, report: Fit) -> None:
    colour = BAD if profile.is_open else PALETTE[2]
    axes.axhline(1.0, color=QUIET, linewidth=1.0)
    axes.plot(*_curved(profile, report.values[profile.name]), color=colour, linewidth=1.4)
    axes.plot(profile.values, profile.rise, ".", color=colour, markersize=5)
    axes.plot(report.values[profile.name], 0.0, "o", color=INK, markersize=5, clip_on=False)
    shown = profile.values[profile.rise <= TOP]
    ends = [min(shown.min(), profile.low), max(shown.max(), profile.high)]
    if ends[0] > 0 and ends[1] / ends[0] > 8:
        axes.set_xscale("log")
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4))
    for end, is_open in ((profile.low, profile.open_low), (profile.high, profile.open_high)):
        if not is_open:
            axes.plot([end, end], [0, 1], color=colour, linewidth=1.0, linestyle=":")
    axes.set_ylim(0, TOP)
    axes.margins(x=0.06)
    axes.set_title(f"{profile.name}, open" if profile.is_open else profile.name)
    axes.tick_params(axis="x", labelsize=8.5)


def _curved(profile: Profile, best: float) -> tuple[Floats, Floats]:
    """The profile between the points that were computed: its root, with a sign, is nearly straight."""
    from scipy.interpolate import PchipInterpolator

    values, kept = np.unique(profile.values, return_index=True)
    if len(values) < 3:
        return profile.values, profile.rise
    roots = np.sign(values - best) * np.sqrt(profile.rise[kept])
    at = np.linspace(values[0], values[-1], 300)
    return at, np.asarray(PchipInterpolator(values, roots)(at)) ** 2
