"""Kind `energy`: the energy against time, with its largest rise, above the terms it is the sum of."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.errors import InputError
from neurodyn.plots.labels import about, label, number, plain, time_label
from neurodyn.plots.paint import fits_paper
from neurodyn.plots.recorded import Floats, Recorded
from neurodyn.plots.style import PALETTE, QUIET, ROLE, new_figure


def draw(data: Recorded) -> Figure:
    """Draw the energy of every trial, and the terms of one."""
    energy = data.energy
    if energy is None:
        raise InputError(
            "No energy was recorded.",
            code="no-energy",
            remedy="Record the energy of a model that has one, or plot another kind.",
        )
    parts = data.energy_parts
    several = parts is not None and parts.sizes["part"] > 1
    figure = new_figure(9.0, 5.8 if several else 3.8, plain(str(data.dataset.attrs.get("title", ""))))
    panels = figure.subplots(1 + several, 1, sharex=True, squeeze=False)[:, 0]
    draw_energy(panels[0], data, energy)
    if parts is not None and several:
        _draw_parts(panels[1], data, parts)
    panels[-1].set_xlabel(time_label(data.dataset))
    figure.align_ylabels(list(panels))
    return figure


def draw_energy(axes: Axes, data: Recorded, energy: xr.DataArray) -> None:
    """Energy against time: one strong line, or a thin one per trial under their mean; a note of the largest rise."""
    rows = fits_paper(data.rows(energy))
    if rows.shape[1] > 1:
        axes.plot(data.time, rows, color=QUIET, linewidth=0.8)
        axes.plot(data.time, rows.mean(axis=1), color=ROLE["energy"], linewidth=2.4, label="mean over trials")
        axes.legend(loc="center right")
    else:
        axes.plot(data.time, rows[:, 0], color=ROLE["energy"], linewidth=2.4)
    axes.margins(y=0.08)
    axes.set_ylabel(label(energy))
    axes.set_title(about(energy))
    axes.text(0.985, 0.93, rise_note(data.time, rows), transform=axes.transAxes, ha="right", va="top", fontsize=10)


def rise_note(time: Floats, rows: Floats) -> str:
    """What the samples say about the energy: how far it fell, and its largest rise from one sample to the next."""
    if len(rows) < 2:
        return "one sample"
    # Across an edge the input changes, and the energy with it: that is no rise along the flow.
    along = np.isfinite(rows[1:] - rows[:-1]) & (np.diff(time) != 0)[:, None]
    steps = np.where(along, rows[1:] - rows[:-1], -np.inf)
    worst = np.unravel_index(int(np.argmax(steps)), steps.shape)
    if steps[worst] <= 0:
        return "no rise between samples"
    rise = f"largest rise {number(float(steps[worst]))}"
    # A sum of this size is not known better in double precision.
    if steps[worst] <= 16 * np.finfo(float).eps * np.nanmax(np.abs(rows)):
        return f"{rise} (rounding)"
    return f"{rise} at time {number(float(time[worst[0] + 1]))}"


def _draw_parts(axes: Axes, data: Recorded, parts: xr.DataArray) -> None:
    shown = data.one_trial(parts)
    rows = fits_paper(data.rows(shown))
    colours = [colour for colour in PALETTE if colour != ROLE["energy"]]
    axes.axhline(0.0, color=QUIET, linewidth=0.8)
    for k, text in enumerate(parts["part"].values):
        axes.plot(data.time, rows[:, k], color=colours[k % len(colours)], label=plain(str(text)))
    axes.margins(y=0.08)
    axes.set_ylabel("terms")
    axes.set_title(about(shown))
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.25), ncols=2)
