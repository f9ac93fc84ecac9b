"""The figures of the tools for the Hopfield network and its RBM: matrices, how far they are off, and probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from neurodyn.plots.recorded import Floats
from neurodyn.plots.style import BAD, INK, PALETTE, QUIET, SIGNED, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.hopfield_rbm.compared import SameDistribution
    from neurodyn.analysis.hopfield_rbm.forward import RbmOfPatterns
    from neurodyn.analysis.hopfield_rbm.network import PatternsOfRbm

LEAST = 1e-17  # what is shown of differences that are 0


def draw(report: RbmOfPatterns | PatternsOfRbm | SameDistribution) -> Figure:
    """The figure of one of the three reports."""
    from neurodyn.analysis.hopfield_rbm.compared import SameDistribution
    from neurodyn.analysis.hopfield_rbm.forward import RbmOfPatterns

    title = str(report).splitlines()[0]
    with rc_context(STYLE):
        if isinstance(report, SameDistribution):
            return _draw_same(report, title)
        return _draw_forward(report, title) if isinstance(report, RbmOfPatterns) else _draw_reverse(report, title)


def _draw_forward(report: RbmOfPatterns, title: str) -> Figure:
    figure = new_figure(12.0, 4.4, title)
    patterns, weights, couplings, values = figure.subplots(1, 4)
    _matrix(patterns, report.patterns, "patterns", "pattern", "unit")
    _matrix(weights, report.weights, "weights W", "hidden unit", "visible unit")
    _matrix(couplings, report.couplings, "couplings J = W W'", "unit", "unit")
    sizes = np.maximum(np.linalg.svd(report.patterns, compute_uv=False), LEAST)
    values.semilogy(np.arange(len(sizes)), sizes, "o", color=PALETTE[0], clip_on=False)
    values.axhline(report.known.cutoff, color=BAD, linestyle="--", label="cutoff")
    values.set(title=f"singular values, rank {report.known.rank}", xlabel="number")
    values.margins(x=0.1)
    values.legend(loc="best")
    _whole(values)
    return figure


def _draw_reverse(report: PatternsOfRbm, title: str) -> Figure:
    figure = new_figure(12.0, 4.4, title)
    weights, mixed, patterns, distances = figure.subplots(1, 4)
    _matrix(weights, report.weights, "weights W", "hidden unit", "visible unit")
    _matrix(mixed, report.weights @ report.mixing, "W X", "pattern", "unit")
    _matrix(patterns, report.patterns, "patterns", "pattern", "unit")
    number = np.arange(report.patterns.shape[1])
    off = np.maximum(report.distances, LEAST)
    exact = report.distances <= report.tolerance
    for some, colour, label in ((exact, PALETTE[2], "exact"), (~exact, BAD, "the closest others")):
        if some.any():
            distances.semilogy(number[some], off[some], "o", color=colour, label=label, clip_on=False)
    distances.axhline(report.tolerance, color=QUIET, linestyle="--", label="tolerance")
    distances.set(title=f"off the span of W: {report.verdict}", xlabel="pattern", ylim=(LEAST / 3, 3))
    distances.margins(x=0.1)
    distances.legend(loc="best")
    _whole(distances)
    return figure


def _draw_same(report: SameDistribution, title: str) -> Figure:
    figure = new_figure(10.0, 4.6, title)
    both, off = figure.subplots(1, 2)
    network, machine = report.network.probabilities, report.machine.probabilities
    seen = np.maximum(network, np.finfo(float).tiny), np.maximum(machine, np.finfo(float).tiny)
    ends = [min(x.min() for x in seen), max(x.max() for x in seen)]
    both.loglog(ends, ends, color=QUIET)
    both.loglog(*seen, "o", color=PALETTE[0], markersize=4, alpha=0.5, clip_on=False)
    both.set(xlabel="Hopfield network", ylabel="RBM", title="probability of each state")
    off.loglog(seen[0], np.maximum(np.abs(network - machine), LEAST), "o", color=INK, markersize=3, alpha=0.5)
    off.axhline(report.rounding, color=BAD, linestyle="--", label="equal below")
    off.set(xlabel="probability", ylabel="difference", title=f"equal: {report.verdict}")
    off.legend(loc="best")
    return figure


def _matrix(axes: Axes, values: Floats, title: str, across: str, down: str) -> None:
    top = float(np.abs(values).max())
    image: Any = axes.imshow(values, cmap=SIGNED, vmin=-top, vmax=top, aspect="auto", interpolation="nearest")
    axes.figure.colorbar(image, ax=axes, shrink=0.8, location="bottom", ticks=MaxNLocator(nbins=3, symmetric=True))
    axes.set(title=title, xlabel=across, ylabel=down)
    axes.grid(False)
    _whole(axes)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))


def _whole(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
