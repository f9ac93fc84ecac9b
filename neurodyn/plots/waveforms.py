"""The figure of a comparison: waveforms of two simulators on each other, and how far they are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.exports.spice.compare import tube
from neurodyn.plots.labels import plain
from neurodyn.plots.style import INK, PALETTE, QUIET, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.exports.spice.compare import Comparison, Waveform

SHOWN = 5
FLOOR = 1e-12  # smaller differences, of the swing, are not told apart


def draw(report: Comparison) -> Figure:
    """The quantities with the greatest differences, ours and ngspice's; below, the differences over the swing."""
    shown = sorted(report.waveforms.values(), key=lambda w: -w.difference)[:SHOWN]
    shown = [w for w in report.waveforms.values() if w in shown]
    system = report.netlist.system
    with rc_context(STYLE):
        title = f"{system.name}: {plain(system.model.summary) or 'ours beside ngspice'}"
        figure = new_figure(9.0, 1.6 + 1.5 * (len(shown) + 1), title)
        panels = figure.subplots(len(shown) + 1, 1, sharex=True)
        for axes, wave, colour in zip(panels, shown, PALETTE, strict=False):
            _draw_wave(axes, report, wave, colour)
        _draw_differences(panels[-1], report, shown)
        panels[0].legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.1)
        panels[-1].set_xlabel("time (s)" if system.units.active else "time")
        figure.align_ylabels(list(panels))
    return figure


def _draw_wave(axes: Axes, report: Comparison, wave: Waveform, colour: str) -> None:
    axes.plot(report.time, wave.ours, color=colour, linewidth=2.4, alpha=0.5, label="neurodyn")
    axes.plot(report.time, wave.theirs, color=INK, linewidth=0.9, linestyle="--", label="ngspice")
    axes.set_ylabel(f"{wave.name} ({wave.unit})" if wave.unit else wave.name)


def _draw_differences(axes: Axes, report: Comparison, shown: list[Waveform]) -> None:
    for wave, colour in zip(shown, PALETTE, strict=False):
        low, high = tube(report.time, wave.ours, report.slack)
        apart = np.maximum(wave.theirs - high, low - wave.theirs) / wave.swing
        axes.plot(report.time, np.maximum(apart, FLOOR), color=colour, linewidth=1.0)
    axes.axhline(1e-3, color=QUIET, linewidth=0.9)
    axes.set_yscale("log")
    axes.set_ylabel("difference\nover swing")
