"""The figure of a transfer function: magnitude and phase over frequency with its corners, or the complex plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.plots.labels import plain
from neurodyn.plots.style import INK, PALETTE, QUIET, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.small_signal.transfer import TransferFunction

KINDS = ("bode", "nyquist")
DEEPEST = -400.0  # decibels: less is 0
TICKS = 45.0  # degrees


def draw(report: TransferFunction, *, kind: str = "bode", frequencies: Any = None) -> Figure:
    """The Bode plot, or the response in the complex plane.

    Args:
        kind: one of `KINDS`.
        frequencies: in Hz; by default from well below the slowest corner to well above the fastest.
    """
    if kind not in KINDS:
        raise InputError(
            f"There is no kind of figure called {kind}.", code="unknown-kind", remedy=f"There are: {', '.join(KINDS)}."
        )
    grid = report.grid() if frequencies is None else np.atleast_1d(np.asarray(frequencies, dtype=float))
    with rc_context(STYLE):
        title = f"{report.system.name}: from {report.input} to {report.output}"
        figure = new_figure(8.0, 6.0 if kind == "bode" else 5.6, plain(title))
        (_bode if kind == "bode" else _nyquist)(figure, report, grid)
    return figure


def _bode(figure: Figure, report: TransferFunction, grid: NDArray[np.float64]) -> None:
    upper, lower = figure.subplots(2, 1, sharex=True)
    response = report.response(grid)
    with np.errstate(divide="ignore"):
        decibels = np.maximum(20 * np.log10(np.abs(response)), DEEPEST)
    upper.semilogx(grid, decibels, color=PALETTE[0])
    lower.semilogx(grid, np.degrees(np.unwrap(np.angle(response))), color=PALETTE[0])
    upper.set_ylabel(f"magnitude (dB{'' if report.is_ratio else ', SI units'})")
    lower.set(ylabel="phase (degrees)", xlabel="frequency (Hz)")
    lower.yaxis.get_major_locator().set_params(steps=[1, 1.5, 3, 4.5, 9, 10])
    if report.states is not None:
        _corners(upper, lower, report)
    for axes in (upper, lower):
        axes.margins(y=0.08)
    figure.align_ylabels([upper, lower])


def _corners(upper: Axes, lower: Axes, report: TransferFunction) -> None:
    """Where the magnitude bends: a line and a mark for each pole and zero."""
    keys = []
    for word, mark, found in (("pole", "x", report.poles), ("zero", "o", report.zeros)):
        at = np.unique(np.round(np.abs(found[found != 0]) / (2 * np.pi), 12))
        if not at.size:
            continue
        style: dict[str, Any] = {
            "marker": mark,
            "color": INK,
            "fillstyle": "none",
            "linestyle": "none",
            "markersize": 8,
        }
        with np.errstate(divide="ignore"):
            upper.plot(at, 20 * np.log10(np.abs(report.response(at))), zorder=4, **style)
        for axes in (upper, lower):
            for x in at:
                axes.axvline(x, color=QUIET, linewidth=1.0, linestyle="--", zorder=1)
        keys.append(Line2D([], [], label=f"{word}: {', '.join(f'{x:.4g}' for x in at[:4])} Hz", **style))
    if keys:
        upper.legend(handles=keys, loc="best")


def _nyquist(figure: Figure, report: TransferFunction, grid: NDArray[np.float64]) -> None:
    axes = figure.add_subplot()
    response = report.response(grid)
    axes.plot(response.real, response.imag, color=PALETTE[0], label="frequencies above 0")
    axes.plot(response.real, -response.imag, color=PALETTE[0], linestyle=":", label="below 0")
    axes.plot(-1, 0, "+", color=INK, markersize=10, label="-1")
    axes.set(xlabel="real part", ylabel="imaginary part")
    axes.margins(0.08)
    axes.set_aspect("equal", adjustable="datalim")
    axes.legend(loc="best")
