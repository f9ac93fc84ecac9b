"""Kind `phase`: the plane of two states, with the path, the nullclines and the field of the flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from neurodyn.errors import InputError
from neurodyn.plots.labels import element_label, element_math, number, plain, symbol
from neurodyn.plots.path import draw_path
from neurodyn.plots.recorded import Floats, Recorded, parse_element
from neurodyn.plots.style import PALETTE, QUIET, new_figure

if TYPE_CHECKING:
    from neurodyn.system.system import System

Span = tuple[tuple[float, float], tuple[float, float]]
_FINE, _COARSE = 241, 21  # points per axis of the nullclines and of the arrows


@dataclass(frozen=True, eq=False)
class _Plane:
    """The flow over the two states, all else held at one moment of the run."""

    system: System
    moment: float
    rest: Floats
    inputs: dict[str, Floats]
    axes: tuple[int, int]

    def flow(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Both rates on the grid that the two axes span, as (y, x)."""
        across, up = np.meshgrid(x, y)
        states = np.tile(self.rest, (across.size, 1))
        states[:, self.axes[0]], states[:, self.axes[1]] = across.ravel(), up.ravel()
        with np.errstate(all="ignore"):
            rates = np.asarray(self.system.flow(trials=True)(self.moment, states, self.inputs), dtype=float)
        rates = np.where(np.isfinite(rates), rates, np.nan)
        return rates[:, self.axes[0]].reshape(across.shape), rates[:, self.axes[1]].reshape(across.shape)


def draw(data: Recorded, *, x: str | None = None, y: str | None = None, span: Span | None = None) -> Figure:
    """Draw the plane of two states.

    Nullclines and arrows hold the inputs and all other states at their values at the end of the run.

    Args:
        data: the run; its system is given, or built again from its recipe.
        x: the state across, such as `v` or `x[3]`; by default the first.
        y: the state upwards; by default the second.
        span: ((left, right), (bottom, top)); by default the path and a margin around it.
    """
    if data.system is None:
        raise InputError(
            "A phase plane needs the flow.",
            code="no-system",
            remedy="Give a result, or system=, the system that was run.",
        )
    if data.system.structure.delayed:
        raise InputError(
            f"{data.system.name} has delays: where it goes is not decided by its state alone.",
            code="no-plane",
            remedy="Record a state and its earlier value, and take kind='time'.",
        )
    across, up = _names(data.system, x, y)
    (x_data, x_path), (y_data, y_path) = data.element(across), data.element(up)
    plane = _plane(data, data.system, (across, up))
    (left, right), (bottom, top) = _checked(span) if span else (_around(x_path), _around(y_path))
    figure = new_figure(8.0, 6.0, plain(str(data.dataset.attrs.get("title", ""))))
    axes = figure.subplots()
    _draw_arrows(axes, plane, _centres(left, right), _centres(bottom, top))
    keys = _draw_nullclines(axes, plane, np.linspace(left, right, _FINE), np.linspace(bottom, top, _FINE), (across, up))
    draw_path(figure, axes, data, (x_path, y_path))
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.set(xlabel=element_label(across, x_data), ylabel=element_label(up, y_data), title=_held(plane))
    axes.legend(handles=keys, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2)
    return figure


def _names(system: System, x: str | None, y: str | None) -> tuple[str, str]:
    layout = system.layout
    if (x is None or y is None) and (layout.size != 2 or len(layout.names) != 2):
        raise InputError(
            f"{system.name} has {layout.size} numbers as its state, and a phase plane shows two.",
            code="no-plane",
            remedy="Name them with x= and y=, as x='v' or x='v[3]'.",
        )
    return x or layout.names[0], y or layout.names[1]


def _around(path: Floats, margin: float = 0.2) -> tuple[float, float]:
    """The range of the path with a margin on both sides."""
    finite = path[np.isfinite(path)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    wide = (high - low) or abs(low) or 1.0
    return low - margin * wide, high + margin * wide


def _checked(span: Span) -> Span:
    if not all(np.isfinite(pair).all() and pair[0] < pair[1] for pair in span):
        raise InputError(
            f"The span {span} is not a rectangle.", code="bad-span", remedy="Give ((left, right), (bottom, top))."
        )
    return span


def _plane(data: Recorded, system: System, names: tuple[str, str]) -> _Plane:
    """The system with all but two numbers of its state held at the end of the run."""
    layout = system.layout
    rest = np.zeros(layout.size)
    for name, shape, offset in zip(layout.names, layout.shapes, layout.offsets, strict=True):
        if name in data.dataset or name not in {parse_element(text)[0] for text in names}:
            values = data.one_trial(data.get(name)).isel(time=-1).values
            rest[offset : offset + int(np.prod(shape))] = np.ravel(values)
    return _Plane(
        system, float(data.time[-1]), rest, _inputs(data, system), (_place(system, names[0]), _place(system, names[1]))
    )


def _inputs(data: Recorded, system: System) -> dict[str, Floats]:
    """The inputs at the end: as recorded, since a run may replace a signal; else as the system has them."""
    end, before = float(data.time[-1]), float(data.time[-2]) if len(data.time) > 1 else float(data.time[-1])
    values = {name: np.asarray(signal.on(before, end)(end), dtype=float) for name, signal in system.signals.items()}
    for name in values:
        if name in data.dataset:
            values[name] = np.asarray(data.one_trial(data.get(name)).isel(time=-1).values, dtype=float)
        elif name in data.replaced:
            raise InputError(
                f"The run had another input {name} than its system.", code="not-recorded", remedy=f"Record {name} too."
            )
    return values


def _place(system: System, text: str) -> int:
    """Where the named number stands in the flat state."""
    name, index = parse_element(text)
    layout = system.layout
    if name not in layout.names:
        raise InputError(f"{name} is not a state.", code="not-a-state", remedy=f"States: {', '.join(layout.names)}.")
    k = layout.names.index(name)
    return int(layout.offsets[k]) + (int(np.ravel_multi_index(index, layout.shapes[k])) if index else 0)


def _centres(low: float, high: float) -> Floats:
    """The middles of equal pieces, so that no arrow is cut by the frame."""
    return low + (np.arange(_COARSE) + 0.5) * (high - low) / _COARSE


def _draw_arrows(axes: Axes, plane: _Plane, x: Floats, y: Floats) -> None:
    """Arrows of one length that show where the flow goes; the speed is left to the path's colours."""
    u, v = plane.flow(x, y)
    u, v = u / (x[-1] - x[0]), v / (y[-1] - y[0])
    speed = np.hypot(u, v)
    with np.errstate(all="ignore"):
        u, v = np.where(speed > 0, u / speed, np.nan), np.where(speed > 0, v / speed, np.nan)
    axes.quiver(
        x,
        y,
        u,
        v,
        color=QUIET,
        angles="uv",
        pivot="mid",
        scale=34,
        scale_units="width",
        width=0.0024,
        headwidth=4,
        zorder=1,
    )


def _draw_nullclines(axes: Axes, plane: _Plane, x: Floats, y: Floats, names: tuple[str, str]) -> list[Line2D]:
    """The curves on which one of the two states stands still."""
    keys = []
    for rate, name, colour in zip(plane.flow(x, y), names, (PALETTE[1], PALETTE[3]), strict=True):
        if np.nanmin(rate, initial=0.0) < 0 < np.nanmax(rate, initial=0.0):
            axes.contour(x, y, rate, levels=[0.0], colors=[colour], linewidths=2.2, zorder=2)
            keys.append(
                Line2D(
                    [], [], color=colour, linewidth=2.2, label=rf"$\mathrm{{d}}{element_math(name)}/\mathrm{{d}}t = 0$"
                )
            )
    return keys


def _held(plane: _Plane) -> str:
    """The inputs that the nullclines belong to."""
    single = [f"{symbol(name)} = {number(float(value))}" for name, value in plane.inputs.items() if value.ndim == 0]
    return "Nullclines for " + ", ".join(single[:4]) if single else ""
