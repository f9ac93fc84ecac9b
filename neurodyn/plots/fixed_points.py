"""The figure of a report of fixed points: a phase portrait of flows of one or two states, else eigenvalues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from neurodyn.analysis.field.field import Array, Field
from neurodyn.errors import InputError
from neurodyn.plots.labels import element_math, plain, with_unit
from neurodyn.plots.manifolds import manifolds
from neurodyn.plots.ranges import Range, ranges
from neurodyn.plots.style import INK, PALETTE, QUIET, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.fixed_points.point import FixedPoint
    from neurodyn.analysis.fixed_points.report import FixedPoints

_FINE, _COARSE, _LISTED = 241, 41, 12
# How a point is filled: stable, of both kinds, unstable, and not known.
_FILLS = {"stable": "full", "saddle": "left", "unstable": "none", "undecided": "none"}


def draw(report: FixedPoints, *, span: Mapping[str, Range] | None = None) -> Figure:
    """The plane, or line, of a flow with its fixed points; of other systems the eigenvalues of each point.

    Args:
        span: what a portrait shows of some states; by default the box that was given, or the points and a margin.
    """
    field = Field.of(report.system, report.at)
    portrait = field.kind == "flow" and field.size <= 2 and not report.drifting
    _check(report, portrait, span)
    with rc_context(STYLE):
        title = f"{report.system.name}: {plain(report.system.model.summary) or 'fixed points'}"
        figure = new_figure(9.0, 6.2, title)
        axes = figure.add_subplot()
        told = [] if portrait else ["eigenvalues" if field.kind == "flow" else "multipliers"]
        if portrait:
            draw_portrait = _draw_plane if field.size == 2 else _draw_line
            keys, said = draw_portrait(axes, report, field, ranges(report, span))
            told += [*report.frozen, *said, *([] if report.points else [_none(report)])]
        else:
            keys = _draw_eigenvalues(axes, report)
        if keys:
            axes.legend(handles=keys, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0)
        axes.set_title(plain(" ".join(told)), wrap=True)
    return figure


def _check(report: FixedPoints, portrait: bool, span: Mapping[str, Range] | None) -> None:
    if not report.points and not portrait:
        raise InputError(f"There is no fixed point of {report.system.name} to draw.", code="nothing-to-draw",
                         remedy="Look in another box.")  # fmt: skip
    if span and not portrait:
        raise InputError(f"The figure of {report.system.name} is no portrait, and has no span.", code="bad-span",
                         remedy="Portraits are those of flows of one or two states.")  # fmt: skip


def _none(report: FixedPoints) -> str:
    """What is said where there are no points to draw."""
    return "There is no fixed point: proved." if report.is_complete else "No fixed point was found."


def side(p: FixedPoint) -> str:
    """Whether a point is stable, a saddle, unstable, or not known to be one of them."""
    if p.is_stable:
        return "stable"
    if p.is_stable is None:
        return "undecided"
    return "saddle" if p.stability.stable else "unstable"


def _mark(word: str) -> dict[str, Any]:
    return {"marker": "D" if word == "undecided" else "o", "markersize": 9.5, "fillstyle": _FILLS[word],
            "color": INK, "markerfacecoloralt": "white", "linestyle": "none", "markeredgewidth": 1.5}  # fmt: skip


def _draw_points(axes: Axes, places: Array, points: tuple[FixedPoint, ...]) -> list[Line2D]:
    words = [side(p) for p in points]
    for place, word in zip(places, words, strict=True):
        if word in ("unstable", "undecided"):
            axes.plot(*place, "o", color="white", markersize=9, zorder=5)
        axes.plot(*place, zorder=6, **_mark(word))
    return [Line2D([], [], label=word, **_mark(word)) for word in _FILLS if word in words]


def _label(report: FixedPoints, name: str) -> str:
    unit = report.system.units.of(name.partition("[")[0])
    return with_unit(f"${element_math(name)}$", "" if unit.plain else unit.si)


def _rates(field: Field, states: Array) -> Array:
    with np.errstate(all="ignore"):
        found = field.values(states)
    return np.where(np.isfinite(found), found, np.nan)


def _draw_plane(
    axes: Axes, report: FixedPoints, field: Field, spans: Sequence[Range]
) -> tuple[list[Line2D], list[str]]:
    x, y = (np.linspace(*span, _FINE) for span in spans)
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    rates = _rates(field, grid.reshape(-1, 2)).reshape(grid.shape)
    thin = slice(None, None, (_FINE - 1) // (_COARSE - 1))
    axes.streamplot(x[thin], y[thin], rates[thin, thin, 0], rates[thin, thin, 1], color=QUIET, linewidth=0.8,
                    density=1.3, arrowsize=0.9, zorder=1)  # fmt: skip
    keys = list[Line2D]()
    for k, colour in enumerate((PALETTE[4], PALETTE[3])):
        if np.nanmin(rates[..., k]) < 0 < np.nanmax(rates[..., k]):
            axes.contour(x, y, rates[..., k], levels=[0.0], colors=[colour], linewidths=2.0, zorder=2)
            name = rf"$\mathrm{{d}}{element_math(field.names[k])}/\mathrm{{d}}t = 0$"
            keys.append(Line2D([], [], color=colour, linewidth=2.0, label=name))
    more, said = _draw_manifolds(axes, report, field, spans)
    axes.set(xlim=spans[0], ylim=spans[1], xlabel=_label(report, field.names[0]), ylabel=_label(report, field.names[1]))
    places = np.array([p.flat for p in report.points]).reshape(-1, 2)
    return keys + more + _draw_points(axes, places, report.points), said


def _draw_manifolds(
    axes: Axes, report: FixedPoints, field: Field, spans: Sequence[Range]
) -> tuple[list[Line2D], list[str]]:
    """The manifolds of saddles that are shown, their keys, and what is to be said of those that break off."""
    low, high = np.array(spans).T
    saddles = [p.flat for p in report.points if side(p) == "saddle" and ((p.flat >= low) & (p.flat <= high)).all()]
    keys, broken = list[Line2D](), 0
    for way, colour in (("stable", PALETTE[0]), ("unstable", PALETTE[1])):
        for saddle in saddles:
            for branch in manifolds(field, saddle, way, np.array(spans)):
                broken += branch.broken
                axes.plot(*branch.path.T, color=colour, linewidth=1.8, zorder=3)
        if saddles:
            keys.append(Line2D([], [], color=colour, label=f"{way} manifold"))
    what = "One branch of a manifold breaks" if broken == 1 else f"{broken} branches of manifolds break"
    return keys, [f"{what} off: the integrator could not go on."] if broken else []


def _draw_line(axes: Axes, report: FixedPoints, field: Field, spans: Sequence[Range]) -> tuple[list[Line2D], list[str]]:
    """The rate over the state."""
    x = np.linspace(*spans[0], 4 * _FINE)
    axes.axhline(0.0, color=QUIET, linewidth=1.0)
    axes.plot(x, _rates(field, x[:, None])[:, 0], color=PALETTE[0])
    name = element_math(field.names[0])
    axes.set(xlim=spans[0], xlabel=_label(report, field.names[0]), ylabel=rf"$\mathrm{{d}}{name}/\mathrm{{d}}t$")
    places = np.array([(p.flat[0], 0.0) for p in report.points]).reshape(-1, 2)
    return _draw_points(axes, places, report.points), []


def _draw_eigenvalues(axes: Axes, report: FixedPoints) -> list[Line2D]:
    """Eigenvalues in the plane of complex numbers, a colour for each point, and what parts stable from unstable."""
    if report.system.model.discrete:
        turn = np.linspace(0, 2 * np.pi, 361)
        axes.plot(np.cos(turn), np.sin(turn), color=INK, linewidth=1.0)
        axes.set_aspect("equal", adjustable="datalim")
    else:
        axes.axvline(0.0, color=INK, linewidth=1.0)
    keys = []
    for k, p in enumerate(report.points):
        colour = PALETTE[k % len(PALETTE)]
        values = np.array([e.value for e in p.eigenvalues], dtype=complex)
        style: Any = {
            "color": colour,
            "marker": "o",
            "linestyle": "none",
            "fillstyle": "none",
            "markeredgewidth": 2.0,
            "markersize": 6 + 4 * (k % 4),
        }  # rings, since images have the same
        axes.plot(values.real, values.imag, **style)
        if k < _LISTED:
            keys.append(Line2D([], [], label=f"{k + 1}: {p.kind}", **style))
    axes.margins(0.08)
    axes.set(xlabel="real part", ylabel="imaginary part")
    return keys
