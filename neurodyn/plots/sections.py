"""The figures of sections and cycles: a return map with the crossings, or an orbit with its multipliers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from neurodyn.analysis.sections.poincare import Poincare
from neurodyn.errors import InputError
from neurodyn.plots.labels import plain, symbol
from neurodyn.plots.style import BAD, INK, PALETTE, QUIET, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.sections.cycle_report import Cycle
    from neurodyn.system.system import System

# Coordinates of a cycle that are drawn over time.
SHOWN = 6


def draw(report: Poincare | Cycle, of: str | None = None) -> Figure:
    """Of a section its crossings and the return map; of a cycle the orbit, its coordinates in time, its multipliers.

    Args:
        of: the coordinate of the return map; by default that which varies most, in terms of its scale.

    Raises:
        InputError: for a section with fewer than two crossings, and for what is no coordinate.
    """
    with rc_context(STYLE):
        if isinstance(report, Poincare):
            return _section(report, of)
        return _cycle(report)


def _figure(system: System, width: float) -> Figure:
    return new_figure(width, 4.8, f"{system.name}: {plain(system.model.summary) or 'sections'}")


def _section(report: Poincare, of: str | None) -> Figure:
    if len(report.time) < 2:
        raise InputError("A return map needs two crossings.", code="nothing-to-draw", remedy="Let it run for longer.")
    order = np.argsort(-(np.ptp(report.states, axis=0) / report.system.layout.scales), kind="stable")
    names = [report.system.layout.element(int(k)) for k in order]
    first = of or names[0]
    values = report.coordinate(first)
    figure = _figure(report.system, 10.0)
    left, right = figure.subplots(1, 2)
    others = [n for n in names if n != first]
    if others:
        left.plot(values, report.coordinate(others[0]), ".", color=PALETTE[0], markersize=3)
        left.set(xlabel=symbol(first), ylabel=symbol(others[0]))
    else:
        left.plot(report.time, values, ".", color=PALETTE[0], markersize=3)
        left.set(xlabel="time", ylabel=symbol(first))
    left.margins(0.05)
    left.set_title(plain(f"{len(values):,} crossings of {report.section} = 0, {report.direction}"))
    low, high = values.min(), values.max()
    right.plot([low, high], [low, high], color=QUIET, linewidth=1.0)
    right.plot(values[:-1], values[1:], ".", color=PALETTE[1], markersize=3)
    right.margins(0.05)
    right.set(xlabel=f"{symbol(first)} at a crossing", ylabel=f"{symbol(first)} at the next", title="return map")
    return figure


def _cycle(report: Cycle) -> Figure:
    figure = _figure(report.system, 13.0)
    left, middle, right = figure.subplots(1, 3)
    names = [report.system.layout.element(k) for k in range(report.states.shape[1])]
    order = np.argsort(-(np.ptp(report.states, axis=0) / report.system.layout.scales), kind="stable")
    across, up = sorted(order[:2]) if len(order) > 1 else (order[0], order[0])
    left.plot(report.states[:, across], report.states[:, up], color=PALETTE[0])
    left.plot(report.point[across], report.point[up], "o", color=BAD, markeredgecolor=INK, markersize=7)
    left.margins(0.05)
    left.set(xlabel=symbol(names[across]), ylabel=symbol(names[up]), title=f"period {report.period:.10g}")
    for colour, k in zip(PALETTE, order[:SHOWN], strict=False):
        middle.plot(report.time, report.states[:, k], color=colour, label=symbol(names[k]))
    middle.set(xlabel="time", title="once round")
    middle.margins(y=0.05)
    middle.legend(loc="best")
    _multipliers(right, report)
    return figure


def _multipliers(axes: Axes, report: Cycle) -> None:
    axes.add_patch(Circle((0, 0), 1, fill=False, color=QUIET, linewidth=1.4))
    found = report.multipliers
    axes.plot(1, 0, "o", markerfacecolor="white", markeredgecolor=INK, markersize=8)
    axes.plot(found.real, found.imag, "o", color=PALETTE[1], markeredgecolor=INK, markersize=7)
    wide = 1.15 * max(1.0, float(np.abs(found).max(initial=0.0)))
    axes.set(xlim=(-wide, wide), ylim=(-wide, wide), aspect="equal", xlabel="real part", ylabel="imaginary part")
    axes.set_title(f"multipliers; open: the one that is 1\n{report.stability}")
