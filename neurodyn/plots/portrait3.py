"""Kind `portrait3`: the path through three states, in space and from three sides."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from neurodyn.errors import InputError
from neurodyn.plots.labels import element_label, plain
from neurodyn.plots.paint import fits_paper
from neurodyn.plots.path import draw_path
from neurodyn.plots.recorded import Floats, Recorded
from neurodyn.plots.style import new_figure


def draw(data: Recorded, *, x: str | None = None, y: str | None = None, z: str | None = None) -> Figure:
    """Draw three numbers of the state, such as `x` or `v[2]`; by default the three that were recorded."""
    names = _names(data, (x, y, z))
    found = [data.element(name) for name in names]
    labels = [element_label(name, variable) for name, (variable, _) in zip(names, found, strict=True)]
    path = tuple(values for _, values in found)
    figure = new_figure(10.0, 6.0, plain(str(data.dataset.attrs.get("title", ""))))
    grid = figure.add_gridspec(3, 2, width_ratios=(2.6, 1.0))
    space: Any = figure.add_subplot(grid[:, 0], projection="3d")
    _draw_space(figure, space, data, path, labels)
    for row, (a, b) in enumerate(((0, 1), (0, 2), (1, 2))):
        side = figure.add_subplot(grid[row, 1])
        draw_path(figure, side, data, (path[a], path[b]), width=0.8, bar=False, marks=False)
        side.autoscale_view()
        side.margins(0.05)
        side.set(xlabel=labels[a], ylabel=labels[b])
    return figure


def _draw_space(figure: Figure, space: Any, data: Recorded, path: tuple[Floats, ...], labels: list[str]) -> None:
    draw_path(figure, space, data, path, width=1.0)
    for axis, values, text in zip("xyz", path, labels, strict=True):
        finite = values[np.isfinite(fits_paper(values))]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        space.set(**{f"{axis}lim": (low, high) if high > low else (low - 0.5, low + 0.5), f"{axis}label": text})
        getattr(space, f"{axis}axis").labelpad = 7
    space.set_box_aspect(None, zoom=1.05)
    for axis in (space.xaxis, space.yaxis, space.zaxis):
        axis.set_pane_color((1.0, 1.0, 1.0, 0.0))


def _names(data: Recorded, given: tuple[str | None, ...]) -> list[str]:
    chosen = [name for name in given if name is not None]
    if len(chosen) == 3:
        return chosen
    single = [name for name in data.variables if data.role(name) == "state" and _is_number(data, name)]
    if chosen or len(single) != 3:
        raise InputError(
            f"A portrait shows three numbers, and {len(chosen) or len(single)} are at hand.",
            code="no-portrait",
            remedy="Name them with x=, y= and z=, as x='v' or x='v[2]'.",
        )
    return single


def _is_number(data: Recorded, name: str) -> bool:
    return set(data.get(name).dims) <= {"time", "trial"}
