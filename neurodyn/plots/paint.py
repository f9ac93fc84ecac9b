"""Two ways to put one variable on one pair of axes: as lines, or as an image of units against time."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from neurodyn.plots.labels import about, label, plain
from neurodyn.plots.recorded import Floats, Recorded
from neurodyn.plots.style import CYCLIC, PALETTE, RISING, ROLE, SIGNED

LINES = 12  # more than this many lines in one panel are drawn as an image
LONGEST_LABEL = 24  # in letters: about the height of a panel
_LARGE = 1e100  # beyond this matplotlib's own arithmetic overflows


def fits_paper(values: Floats) -> Floats:
    """The values with all that cannot be placed on an axis left out."""
    return np.where(np.abs(values) < _LARGE, values, np.nan)


def wrapped(values: Floats, variable: xr.DataArray) -> Floats:
    """The values of a variable that has a period, from 0 up to it."""
    return values % variable.attrs["period"] if "period" in variable.attrs else values


def without_turns(values: Floats, variable: xr.DataArray) -> Floats:
    """Wrapped values with a gap before each that comes round: no line crosses the picture there."""
    if "period" not in variable.attrs:
        return values
    turns = np.abs(np.diff(values, prepend=values[:1])) > variable.attrs["period"] / 2
    return np.where(turns, np.nan, values)


def draw_lines(axes: Axes, data: Recorded, variable: xr.DataArray, *, filled: bool = False) -> None:
    """One line per unit, against time. Two values at one time are a vertical jump."""
    rows = wrapped(fits_paper(data.rows(variable)), variable)
    colours = (ROLE.get(str(variable.attrs.get("role")), ROLE["observable"]),) if rows.shape[1] == 1 else PALETTE
    names = row_names(variable)
    marker = "o" if len(rows) == 1 else ""
    for k, values in enumerate(rows.T):
        style = "-" if k < len(colours) else "--"
        line = without_turns(values, variable)
        axes.plot(data.time, line, style, color=colours[k % len(colours)], marker=marker, label=names[k])
        if filled and rows.shape[1] == 1:
            axes.fill_between(data.time, 0.0, values, color=colours[0], alpha=0.25, linewidth=0)
    axes.margins(y=0.08)
    axes.set_ylabel(label(variable))
    if rows.shape[1] > 1:
        axes.legend(
            title=unit_label(variable), loc="center left", bbox_to_anchor=(1.0, 0.5), ncols=1 + (rows.shape[1] > 6)
        )


def draw_image(figure: Figure, axes: Axes, data: Recorded, variable: xr.DataArray) -> None:
    """Units upwards, time to the right, values as colours with a bar that says what they are."""
    rows = wrapped(fits_paper(data.rows(variable)), variable)
    period = variable.attrs.get("period")
    colours, norm = colouring(rows) if period is None else (CYCLIC, Normalize(0.0, period))
    grid = np.arange(rows.shape[1] + 1) - 0.5
    edges, picture = borders(data.time), rows.T
    if edges[0] > edges[-1]:  # a run backwards in time
        edges, picture = edges[::-1], picture[:, ::-1]
    image = axes.pcolorfast(edges, grid, picture, cmap=colours, norm=norm)
    axes.grid(False)
    axes.set_ylabel(unit_label(variable))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=True))
    bar = figure.colorbar(image, ax=axes, pad=0.015, aspect=14, label=label(variable))
    bar.outline.set_visible(False)


def draw_either(figure: Figure, axes: Axes, data: Recorded, variable: xr.DataArray, *, filled: bool = False) -> None:
    """Lines for a few units, an image for many; the model's words about the variable above."""
    if data.rows(variable).shape[1] > LINES:
        draw_image(figure, axes, data, variable)
    else:
        draw_lines(axes, data, variable, filled=filled)
    axes.set_title(about(variable))


def colouring(values: Floats) -> tuple[str, Normalize]:
    """Colours that meet in white at zero for values of both signs, else colours that rise."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low < 0 < high and min(-low, high) > 0.05 * max(-low, high):
        reach = max(-low, high)
        return SIGNED, Normalize(-reach, reach)
    return RISING, Normalize(low, high if high > low else low + 1.0)


def row_names(variable: xr.DataArray) -> list[str]:
    """What tells the rows of a variable apart: their place in its index sets."""
    sizes = [size for dim, size in variable.sizes.items() if dim != "time"]
    return [",".join(map(str, place)) for place in product(*(range(size) for size in sizes))]


def unit_label(variable: xr.DataArray) -> str:
    """What the rows of a variable are: the first words of the model about its index sets, or their names."""
    dims = [str(dim) for dim in variable.dims if dim != "time"]
    return plain(", ".join(_kind(str(variable[dim].attrs.get("about", "")), dim) for dim in dims))


def _kind(about: str, dim: str) -> str:
    """`patterns; the last is followed by the first` as `patterns`; the name of the set where that is long still."""
    first = re.split(r"[,;:(]", about)[0].strip()
    return first if 0 < len(first) <= LONGEST_LABEL else dim


def borders(time: Floats) -> Floats:
    """Borders between samples; a time that is there twice changes colour exactly there."""
    if len(time) == 1:
        return np.array([time[0] - 0.5, time[0] + 0.5])
    middles = (time[1:] + time[:-1]) / 2
    return np.concatenate([time[:1], middles, time[-1:]])
