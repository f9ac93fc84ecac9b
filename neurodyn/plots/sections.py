"""The figures of sections and cycles: a return map with the crossings, or an orbit with its multipliers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.analysis.sections.poincare import Poincare
from neurodyn.analysis.sections.stroboscope import Stroboscope
from neurodyn.errors import InputError
from neurodyn.plots.labels import plain, symbol
from neurodyn.plots.style import BAD, INK, PALETTE, QUIET, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.sections.cycle_report import Cycle
    from neurodyn.system.system import System

# Coordinates of a cycle that are drawn over time.
SHOWN = 6


def draw(report: Poincare | Cycle | Stroboscope, of: str | None = None) -> Figure:
    """Of a section its crossings and the return map; of a cycle the orbit, its coordinates in time, its multipliers;
    of a stroboscope the looks, the way from the point to itself, its multipliers.

    Args:
        of: the coordinate of the return map; by default that which varies most, in terms of its scale.

    Raises:
        InputError: for a section with fewer than two crossings, and for what is no coordinate.
    """
    with rc_context(STYLE):
        if isinstance(report, Poincare):
            return _section(report, of)
        return _stroboscope(report) if isinstance(report, Stroboscope) else _cycle(report)


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
    order = _widest(report, report.states)
    across, up = min(order[:2]), max(order[:2])
    left.plot(report.states[:, across], report.states[:, up], color=PALETTE[0])
    left.plot(report.point[across], report.point[up], "o", color=BAD, markeredgecolor=INK, markersize=7)
    left.margins(0.05)
    left.set(xlabel=_name(report, across), ylabel=_name(report, up), title=f"period {report.period:.10g}")
    _course(middle, report, "once round")
    right.plot(1, 0, "o", markerfacecolor="white", markeredgecolor=INK, markersize=8)
    _multipliers(right, report, "; open: the one that is 1")
    return figure


def _stroboscope(report: Stroboscope) -> Figure:
    figure, driving = _figure(report.system, 13.0), _driving(report)
    places: Any = [["looks", "course", "plane"], ["looks", "inputs" if driving else "course", "plane"]]
    panels = figure.subplot_mosaic(places, height_ratios=[3, 1])
    count = np.arange(len(report.iterates))
    for colour, k in zip(PALETTE, _widest(report, report.iterates), strict=False):
        panels["looks"].axhline(report.point[k], color=colour, linewidth=1.0, alpha=0.5)
        panels["looks"].plot(count, report.iterates[:, k], ".", color=colour, label=_name(report, k))
    panels["looks"].margins(0.05)
    panels["looks"].legend(loc="best")
    title = f"seen every {report.period:.6g}; lines: the state that is\nthe same after {_periods(report.returns)}"
    panels["looks"].set(xlabel="look", title=title)
    _course(panels["course"], report, f"on the way through {_periods(report.returns)}")
    for colour, (name, values) in zip(PALETTE[::-1], driving.items(), strict=False):
        panels["inputs"].plot(report.at + report.time, values, color=colour, linewidth=1.2, label=symbol(name))
    if driving:
        panels["course"].set(xlabel="")
        panels["inputs"].set(xlabel="time")
        panels["inputs"].margins(y=0.1)
        panels["inputs"].legend(loc="best")
    _multipliers(panels["plane"], report, "")
    return figure


def _periods(count: int) -> str:
    return "a period" if count == 1 else f"{count} periods"


def _driving(report: Stroboscope) -> dict[str, Any]:
    """The inputs that vary, as single numbers, along the way."""
    system, times = report.system, (report.at + report.time).tolist()
    seen = [inputs_at(system, t) for t in times]
    found = {n: np.array([np.ravel(own[n])[0] for own in seen], dtype=float) for n in system.signals}
    return {n: values for n, values in found.items() if np.ptp(values) > 0}


def _widest(report: Cycle | Stroboscope, states: Any) -> list[int]:
    """The coordinates that vary most, in terms of their scales."""
    order = np.argsort(-(np.ptp(states, axis=0) / report.system.layout.scales), kind="stable")
    return [int(k) for k in order[:SHOWN]]


def _name(report: Cycle | Stroboscope, k: int) -> str:
    return symbol(report.system.layout.element(k))


def _course(axes: Axes, report: Cycle | Stroboscope, title: str) -> None:
    """The coordinates that vary most along the orbit, in time."""
    begin = report.at if isinstance(report, Stroboscope) else 0.0
    for colour, k in zip(PALETTE, _widest(report, report.states), strict=False):
        axes.plot(begin + report.time, report.states[:, k], color=colour, label=_name(report, k))
    axes.set(xlabel="time", title=title)
    axes.margins(y=0.05)
    axes.legend(loc="best")


def _multipliers(axes: Axes, report: Cycle | Stroboscope, more: str) -> None:
    axes.add_patch(Circle((0, 0), 1, fill=False, color=QUIET, linewidth=1.4))
    found = report.multipliers
    axes.plot(found.real, found.imag, "o", color=PALETTE[1], markeredgecolor=INK, markersize=7)
    wide = 1.15 * max(1.0, float(np.abs(found).max(initial=0.0)))
    axes.set(xlim=(-wide, wide), ylim=(-wide, wide), aspect="equal", xlabel="real part", ylabel="imaginary part")
    axes.set_title(f"multipliers{more}\n{report.stability if report.status == 'done' else report.status}")
