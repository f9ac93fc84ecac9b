"""The figure of a DC sweep: quantities over the source, on the way there and back, with the jumps at folds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from neurodyn.plots.labels import plain, with_unit
from neurodyn.plots.style import INK, PALETTE, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.small_signal.sweep import DcSweep


def draw(report: DcSweep, *, names: Sequence[str] = ()) -> Figure:
    """One panel for each unit; solid lines lead there, dashed ones back, dots mark the ends of branches."""
    names = tuple(names) or report.shown
    units = {name: _unit(report, name) for name in names}
    groups = list(dict.fromkeys(units.values()))
    with rc_context(STYLE):
        figure = new_figure(8.0, 2.0 + 2.6 * len(groups), plain(f"{report.system.name}: {report.source} swept"))
        panels = figure.subplots(len(groups), 1, sharex=True, squeeze=False)[:, 0]
        for axes, unit in zip(panels, groups, strict=True):
            for k, name in enumerate(n for n in names if units[n] == unit):
                there = report.of(name)
                axes.plot(report.values, there, color=PALETTE[k % len(PALETTE)], label=plain(name))
                if report.back is not None and report.hysteresis.size:
                    axes.plot(report.values, report.of(name, back=True), "--", color=PALETTE[k % len(PALETTE)])
                position = [report.system.layout.element(j) for j in range(report.system.layout.size)]
                if name in position:
                    _jumps(report, position.index(name), axes)
            axes.set_ylabel(with_unit("value", unit))
            axes.margins(y=0.08)
            axes.legend(loc="best")
        panels[-1].set_xlabel(with_unit(plain(str(report.source)), _unit(report, report.source.name)))
        if report.back is not None:
            panels[0].set_title("solid lines lead there, dashed ones back; dots are ends of branches")
    return figure


def _jumps(report: DcSweep, place: int, axes: object) -> None:
    found = [jump for way in (report.there, report.back) if way for jump in way.jumps]
    values = np.array([(jump.value, jump.before[place]) for jump in found]).reshape(-1, 2)
    axes.plot(*values.T, "o", color=INK, markersize=5, zorder=4)  # type: ignore[attr-defined]


def _unit(report: DcSweep, name: str) -> str:
    """The SI unit of a quantity, without a prefix."""
    unit = report.system.units.of(name.partition("[")[0])
    return "" if unit.plain else unit.si
