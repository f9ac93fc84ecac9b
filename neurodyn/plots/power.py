"""The figure of a report of power: energy stored, powers supplied and dissipated, and what is off in their balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.errors import InputError
from neurodyn.plots.labels import plain
from neurodyn.plots.style import INK, PALETTE, QUIET, STYLE, new_figure
from neurodyn.system.units import Units

if TYPE_CHECKING:
    from neurodyn.analysis.power.report import PowerReport

# Devices that get a bar of their own.
BARS = 12
SPREAD = 100.0  # of energies, from which on they are drawn to a logarithmic scale


def draw(report: PowerReport) -> Figure:
    """Over time: what is stored, the two powers, and what is off; beside them what each device gave or dissipated."""
    found = report.balance
    if found is None:
        raise InputError("No run was watched.", code="nothing-to-draw", remedy="Ask for the balance: run=True.")
    united = Units.of_model(report.system.model).active
    with rc_context(STYLE):
        figure = new_figure(11.0, 6.6, f"{report.system.name}: {plain(report.system.model.summary)}")
        grid = figure.add_gridspec(3, 2, width_ratios=(2.2, 1), height_ratios=(1, 1.25, 0.9))
        top = figure.add_subplot(grid[0, 0])
        rows = [top, *(figure.add_subplot(grid[k, 0], sharex=top) for k in (1, 2))]
        rows[0].plot(found.time, found.stored, color=PALETTE[0])
        rows[0].set_title("energy stored in all devices")
        rows[1].fill_between(found.time, found.supplied, color=PALETTE[4], alpha=0.3, linewidth=0)
        rows[1].plot(found.time, found.supplied, color=PALETTE[4], label="supplied")
        rows[1].plot(found.time, found.dissipated, color=PALETTE[1], linewidth=1.2, label="dissipated")
        rows[1].set_title("power: what is above the dissipated one goes into stores")
        rows[1].legend(loc="upper right")
        rows[2].axhline(0.0, color=QUIET, linewidth=1.0)
        rows[2].plot(found.time, found.residual, color=INK, linewidth=1.2)
        rows[2].set_title(f"off in the balance: {found.off:.1e} of what went through, at a tolerance of {found.rtol:g}")
        for axes, unit in zip(rows, "JWJ", strict=True):
            axes.set_ylabel(unit if united else {"J": "energy", "W": "power"}[unit])
        rows[2].set_xlabel("time (s)" if united else "time")
        for axes in rows[:2]:
            axes.tick_params(labelbottom=False)
        figure.align_ylabels(rows)
        _bars(figure.add_subplot(grid[:, 1]), report)
    return figure


def _bars(axes: Axes, report: PowerReport) -> None:
    """The energy of each device, the largest first."""
    assert report.balance is not None
    gives = {d.name: d.gives for d in report.devices}
    energies = sorted(report.balance.energies.items(), key=lambda item: -abs(item[1]))[:BARS][::-1]
    values = [value for _, value in energies]
    colours = [PALETTE[4] if gives[name] else PALETTE[1] for name, _ in energies]
    axes.barh(np.arange(len(values)), values, color=colours, height=0.65)
    axes.set_yticks(np.arange(len(values)), [name for name, _ in energies])
    if values and min(values) > 0 and max(values) > SPREAD * min(values):
        axes.set_xscale("log")
    axes.axvline(0.0, color=QUIET, linewidth=1.0)
    axes.margins(x=0.08)
    axes.grid(axis="y", visible=False)
    axes.set_title("given, or dissipated, in the run")
    axes.set_xlabel("J" if Units.of_model(report.system.model).active else "energy")
