"""A path through states, coloured by time, its start and end marked."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from neurodyn.errors import InputError
from neurodyn.plots.labels import time_label
from neurodyn.plots.paint import fits_paper
from neurodyn.plots.recorded import Floats, Recorded
from neurodyn.plots.style import INK, RISING


def draw_path(
    figure: Figure,
    axes: Any,
    data: Recorded,
    path: tuple[Floats, ...],
    *,
    width: float = 2.2,
    bar: bool = True,
    marks: bool = True,
) -> None:
    """Draw a path in two or three dimensions on axes of as many."""
    points, pieces, times = _pieces(data.time, path)
    line = LineCollection(list(pieces[..., :2]), cmap=RISING, linewidth=width, zorder=3, capstyle="round")
    line.set_array(times)
    line.set_clim(float(data.time.min()), float(data.time.max()))
    if len(path) == 2:
        axes.add_collection(line)
    else:
        # Axes in space turn the flat collection into one of theirs, which takes the whole points.
        axes.add_collection3d(line)
        line.set_segments(list(pieces))
    for point, marker, name in ((points[0], "o", "start"), (points[-1], "s", "end")) if marks else ():
        axes.plot(*([value] for value in point), marker, color="white", markeredgecolor=INK, markersize=8, zorder=5)
        if len(path) == 2:
            axes.annotate(name, point, xytext=(8, 7), textcoords="offset points", fontsize=10, zorder=6)
        else:
            axes.text(*point, f"   {name}", fontsize=10, zorder=6)
    if bar:
        place, length = ("right", 1.0) if len(path) == 2 else ("left", 0.6)
        colours = figure.colorbar(line, ax=axes, pad=0.02, aspect=30 * length, shrink=length, location=place)
        colours.set_label(time_label(data.dataset))
        colours.outline.set_visible(False)


def _pieces(time: Floats, path: tuple[Floats, ...]) -> tuple[Floats, Floats, Floats]:
    """The points that can be drawn, the straight pieces between neighbours, and the time in the middle of each."""
    points = np.stack([fits_paper(values) for values in path], axis=-1)
    good = np.asarray(np.isfinite(points).all(axis=1))
    if not good.any():
        raise InputError(
            "No point of the path is a finite number.", code="nothing-to-plot", remedy="See how the run ended."
        )
    if good.sum() == 1:
        return points[good], np.stack([points[good], points[good]], axis=1), time[good]
    both = good[1:] & good[:-1]
    return points[good], np.stack([points[:-1], points[1:]], axis=1)[both], (time[1:] + time[:-1])[both] / 2
