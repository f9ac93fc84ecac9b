"""The figures of a report of basins: the map of a plane, or the shares of starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from neurodyn.plots.labels import plain, symbol
from neurodyn.plots.style import INK, PALETTE, QUIET, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.basins.report import Basins

# How many attractors have a colour of their own; and colours for starts without one.
COLOURED = len(PALETTE) - 1
NONE = {-1: "white", -2: QUIET}
WORDS = {-1: "escaped", -2: "unsettled"}


def draw(report: Basins) -> Figure:
    """The map of basins with the attractors on it; without a map the share of each attractor with its interval."""
    with rc_context(STYLE):
        figure = new_figure(8.4 if report.axes else 7.6, 6.2 if report.axes else 4.6,
                            f"{report.system.name}: {plain(report.system.model.summary) or 'basins'}")  # fmt: skip
        axes = figure.add_subplot()
        if report.axes:
            _draw_map(axes, report)
        else:
            _draw_shares(axes, report)
    return figure


def _colour(k: int) -> str:
    """Of an attractor; those beyond the palette share the last colour."""
    return NONE[k] if k < 0 else PALETTE[min(k, COLOURED)]


def _pale(colour: str) -> tuple[float, float, float]:
    """A lighter tone, on which dots of the colour itself can be seen."""
    red, green, blue = (0.45 * part + 0.55 for part in to_rgb(colour))
    return red, green, blue


def _face(k: int) -> Any:
    """The colour of the starts of an attractor, or of those without."""
    return _pale(_colour(k)) if k >= 0 else _colour(k)


def _draw_map(axes: Axes, report: Basins) -> None:
    (across, x), (up, y) = report.axes.items()
    numbers = [-2, -1, *range(min(len(report.attractors), COLOURED + 1))]
    colours = ListedColormap([_face(k) for k in numbers])
    shown = np.minimum(report.image, COLOURED)
    half = [(v[-1] - v[0]) / max(len(v) - 1, 1) / 2 for v in (x, y)]
    extent = (x[0] - half[0], x[-1] + half[0], y[0] - half[1], y[-1] + half[1])
    axes.imshow(shown, origin="lower", extent=extent, aspect="auto", cmap=colours, interpolation="nearest",
                norm=BoundaryNorm(np.arange(-2.5, numbers[-1] + 1), len(numbers)))  # fmt: skip
    places = [report.names.index(n) for n in (across, up)]
    limits = np.array([extent[:2], extent[2:]]).T
    for k, found in enumerate(report.attractors):
        where = found.cloud[:, places]
        where = np.concatenate([where, where[:1]]) if found.kind == "cycle" else where
        limits = np.concatenate([limits, where])
        style: Any = {"marker": "o", "markersize": 8, "markeredgecolor": INK} if found.kind == "point" else {}
        if not style:
            style = {"linewidth": 2.0} if found.kind == "cycle" else {"linewidth": 0, "marker": ".", "markersize": 2}
        axes.plot(*where.T, color=_colour(k), **style)
    (left, low), (right, high) = limits.min(axis=0), limits.max(axis=0)
    axes.set(xlim=(left, right), ylim=(low, high), xlabel=symbol(across), ylabel=symbol(up))
    title = "starts by the attractor they come to; dots and lines are attractors"
    exponent, error = report.uncertainty
    title += "" if np.isnan(exponent) else f"\nuncertainty exponent of the boundary {exponent:.3f} ± {error:.3f}"
    axes.set_title(title)
    axes.grid(False)
    shares = report.shares
    handles = [
        Patch(facecolor=_face(k), edgecolor=INK, linewidth=0.5, label=_label(report, k)) for k in shares if k < 8
    ]
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0)


def _label(report: Basins, k: int) -> str:
    name = WORDS[k] if k < 0 else f"{k}: {report.attractors[k].kind}"
    return f"{name}, {100 * report.shares[k].share:.1f} %"


def _draw_shares(axes: Axes, report: Basins) -> None:
    shares = list(report.shares.items())[:24]
    for place, (k, share) in enumerate(shares):
        axes.barh(place, 100 * share.share, color=_face(k), edgecolor=INK, linewidth=0.5)
        axes.plot([100 * share.low, 100 * share.high], [place, place], color=INK, linewidth=1.4)
    axes.set_yticks(range(len(shares)), [_label(report, k).rsplit(",", 1)[0] for k, _ in shares])
    axes.invert_yaxis()
    axes.margins(x=0.05)
    axes.set(xlabel="share of the starts in %", title=f"{len(report.labels):,} starts; lines are 95 % intervals")
    axes.grid(axis="y", visible=False)
