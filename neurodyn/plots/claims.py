"""The figures of an energy report: the energy along a run, its balance, and its landscape."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.errors import InputError
from neurodyn.plots import PANELS
from neurodyn.plots.labels import plain, symbol
from neurodyn.plots.recorded import Floats
from neurodyn.plots.style import BAD, GOOD, INK, PALETTE, QUIET, RISING, ROLE, STYLE, new_figure
from neurodyn.plots.ways import draw as draw_line
from neurodyn.plots.ways import draw_memories

if TYPE_CHECKING:
    from neurodyn.analysis.energy.along import Along
    from neurodyn.analysis.energy.report import EnergyReport
    from neurodyn.system.system import System

FINE, COARSE, MARGIN = 121, 17, 0.6


def draw(report: EnergyReport, kind: str | None = None, between: tuple[Any, Any] | None = None) -> Figure:
    """The energy and its terms, its rate with what is off, and where the run went on the landscape; or one of these.

    Args:
        kind: one of `PANELS`; by default all that suit the system.
        between: two memories or states, for the kind `line`.

    Raises:
        InputError: for a kind that the system has not, and for a report without a run: of a map, or with noise.
    """
    if kind is not None:
        _check(report.system, kind)
    if kind == "line":
        return draw_line(report.system, between)
    run = report.along
    if run is None:
        raise InputError(
            "There is no run with an energy to draw.",
            code="no-energy",
            remedy="Take a flow without noise that has an energy, or `neurodyn run NAME --plot FILE`.",
        )
    if kind is not None:
        return _draw_one(report, run, kind)
    with rc_context(STYLE):
        figure = new_figure(11.0, 8.0, f"{report.system.name}: {plain(report.system.model.summary)}")
        grid = figure.add_gridspec(2, 2, height_ratios=(1.0, 1.15))
        _draw_energy(figure.add_subplot(grid[0, 0]), report, run)
        _draw_balance(figure.add_subplot(grid[0, 1]), report, run)
        if report.system.layout.size == 2:
            _draw_plane(figure.add_subplot(grid[1, 0]), report, run)
            _draw_surface(figure.add_subplot(grid[1, 1], projection="3d"), report, run)
        else:
            _draw_ways(figure.add_subplot(grid[1, :]), report, run)
        return figure


def _check(system: System, kind: str) -> None:
    """Refuse what is no panel, or none of this system."""
    if kind not in PANELS:
        raise InputError(
            f"There is no plot {kind} of an energy.", code="unknown-kind", remedy=f"Kinds: {', '.join(PANELS)}."
        )
    if kind in ("landscape", "surface") and system.layout.size != 2:
        raise InputError(
            f"{system.name} has {system.layout.size} numbers as its state; landscapes are of two.",
            code="no-plane",
            remedy='Draw "line".',
        )


def _draw_one(report: EnergyReport, run: Along, kind: str) -> Figure:
    """One panel as a figure of its own."""
    with rc_context(STYLE):
        figure = new_figure(8.0, 5.6, f"{report.system.name}: {plain(report.system.model.summary)}")
        space: Any = {"projection": "3d"} if kind == "surface" else {}
        KINDS[kind](figure.add_subplot(**space), report, run)
    return figure


def _draw_energy(axes: Axes, report: EnergyReport, run: Along) -> None:
    axes.plot(run.time, run.energy, color=ROLE["energy"], linewidth=2.4, label=symbol(report.energy))
    if len(run.terms) > 1:
        colours = [c for c in PALETTE if c != ROLE["energy"]]
        for k, (text, values) in enumerate(run.terms.items()):
            shown = text if len(text) < 44 else f"{text[:41]}..."
            axes.plot(run.time, values, color=colours[k % len(colours)], linewidth=1.0, label=plain(shown))
    axes.margins(y=0.08)
    axes.set(xlabel="time", ylabel="energy", title="energy along a run, and its terms")
    axes.legend(loc="best")


def _draw_balance(axes: Axes, report: EnergyReport, run: Along) -> None:
    """How fast it falls, as the equations say, and how far differences are from that."""
    least = float(np.finfo(float).tiny)
    axes.semilogy(run.time, np.maximum(np.abs(run.rate), least), color=ROLE["energy"], label="rate, by the equations")
    axes.semilogy(run.time, np.maximum(np.abs(run.residual), least), color=QUIET, label="off from differences")
    rising = run.rate > 0
    if rising.any():
        axes.semilogy(run.time[rising], run.rate[rising], "o", color=BAD, markersize=3, label="where it rises")
    top = float(np.abs(run.rate).max()) or 1.0
    axes.set_ylim(max(least, 1e-16 * top), 10 * top)
    axes.set(xlabel="time", ylabel="size of the rate of the energy", title=f"balance; {_verdict(report)}")
    axes.legend(loc="best")


def _verdict(report: EnergyReport) -> str:
    """What was found of the first claim, in short."""
    first = report.claims[0]
    claim = first.claim if len(first.claim) < 30 else "first claim"
    return plain(f"{claim} is {first.verdict}")


# --- landscapes ---------------------------------------------------------------------------------------------------


def _draw_plane(axes: Axes, report: EnergyReport, run: Along) -> None:
    """Contours of the energy, the flow on them, and the run."""
    x, y, height = _landscape(report, run)
    filled = axes.contourf(x, y, height, levels=24, cmap=RISING, alpha=0.85)
    figure: Any = axes.figure
    figure.colorbar(filled, ax=axes, pad=0.02, aspect=30, label=symbol(report.energy))
    axes.contour(x, y, height, levels=24, colors="white", linewidths=0.4)
    across, up = np.meshgrid(np.linspace(x[0], x[-1], COARSE), np.linspace(y[0], y[-1], COARSE))
    states = np.stack([across.ravel(), up.ravel()], axis=1)
    rates = report.system.flow(trials=True)(float(run.time[-1]), states, _inputs(report, run))
    size = np.hypot(rates[:, 0] / np.ptp(x), rates[:, 1] / np.ptp(y))
    unit = rates / np.where(size > 0, size, 1.0)[:, None]
    axes.quiver(across.ravel(), up.ravel(), unit[:, 0], unit[:, 1], color="white", alpha=0.8, width=0.003,
                angles="xy", scale_units="xy", scale=1.3 * COARSE)  # fmt: skip
    for way in _ways(report, run, x, y):
        axes.plot(*way.T, color=INK, linewidth=0.9)
    axes.plot(*run.states.T, color=BAD, linewidth=2.2)
    for state, face in ((run.states[0], "white"), (run.states[-1], BAD)):
        axes.plot(*state, "o", color=face, markeredgecolor=INK, markersize=7)
    names = _names(report)
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel=names[0], ylabel=names[1])
    axes.set_title("energy and flow; the run (to the filled dot) and runs from the edges")
    axes.grid(False)


def _ways(report: EnergyReport, run: Along, x: Floats, y: Floats) -> list[Floats]:
    """Runs that start along the edges, each (times, 2)."""
    from neurodyn.simulation import simulate

    system, side = report.system, (-0.96, 0.0, 0.96)
    corners = np.array([(a, b) for a in side for b in side if (a, b) != (0.0, 0.0)])
    starts = np.array([x.mean(), y.mean()]) + corners * np.array([np.ptp(x), np.ptp(y)]) / 2
    found = simulate(
        system, start=dict(system.layout.unpack(starts)), trials=len(starts), until=float(run.time[-1]),
        save_at=run.time, record=[*system.layout.names], on_failure="return",
    )  # fmt: skip
    parts = [found[n].values.reshape(len(run.time), len(starts), -1) for n in system.layout.names]
    return list(np.concatenate(parts, axis=2).transpose(1, 0, 2))


def _draw_surface(axes: Any, report: EnergyReport, run: Along) -> None:
    x, y, height = _landscape(report, run)
    axes.plot_surface(*np.meshgrid(x, y), height, cmap=RISING, alpha=0.8, linewidth=0, rcount=60, ccount=60)
    axes.plot(*run.states.T, run.energy, color=BAD, linewidth=2.2, zorder=5)
    names = _names(report)
    axes.set(xlabel=names[0], ylabel=names[1], zlabel=symbol(report.energy))
    axes.yaxis.labelpad = 9
    axes.set_title("the energy as a surface, with the run")


def _landscape(report: EnergyReport, run: Along) -> tuple[Floats, Floats, Floats]:
    """The energy around the run, at its last time."""
    low, high = run.states.min(axis=0), run.states.max(axis=0)
    wide = np.where(high > low, high - low, 1.0)
    x, y = (np.linspace(low[k] - MARGIN * wide[k], high[k] + MARGIN * wide[k], FINE) for k in (0, 1))
    across, up = np.meshgrid(x, y)
    return x, y, _energies(report, run, np.stack([across.ravel(), up.ravel()], axis=1)).reshape(across.shape)


def _draw_ways(axes: Axes, report: EnergyReport, run: Along) -> None:
    """The energy from memory to memory, if the system has memories; else through the states of the run."""
    from neurodyn.analysis.energy.memories import memories

    found = memories(report.system)
    if found is not None and len(found.numbers) > 1:
        draw_memories(axes, report.system, found, found.numbers)
    else:
        _draw_line(axes, report, run)


def _draw_line(axes: Axes, report: EnergyReport, run: Along) -> None:
    """The energy on the straight line from the end of the run to its start, and beyond."""
    place = np.linspace(-0.5, 1.5, 201)
    first, last = run.states[0], run.states[-1]
    values = _energies(report, run, first + place[:, None] * (last - first))
    axes.plot(place, values, color=ROLE["energy"], linewidth=2.0)
    for k, word, colour in ((0.0, "start", QUIET), (1.0, "end", GOOD)):
        axes.plot(k, np.interp(k, place, values), "o", color=colour, markersize=8, label=word)
    axes.set(xlabel="place on the line from start to end", ylabel=symbol(report.energy))
    axes.set_title("energy on a straight line through states")
    axes.legend(loc="best")


def _energies(report: EnergyReport, run: Along, states: Floats) -> Floats:
    from neurodyn.analysis.energy.memories import energy_at

    found: Floats = energy_at(report.system, float(run.time[-1]), states)
    return found


def _inputs(report: EnergyReport, run: Along) -> Any:
    from neurodyn.analysis.field.frozen import inputs_at

    return inputs_at(report.system, float(run.time[-1]))


def _names(report: EnergyReport) -> list[str]:
    return [symbol(report.system.layout.element(k)) for k in (0, 1)]


KINDS: dict[str, Callable[[Any, EnergyReport, Along], None]] = {
    "energy": _draw_energy, "balance": _draw_balance, "landscape": _draw_plane, "surface": _draw_surface,
}  # fmt: skip
