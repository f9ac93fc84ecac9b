"""Kind `heat`: one variable with many units as an image, unit against time."""

from __future__ import annotations

from matplotlib.figure import Figure

from neurodyn.errors import InputError
from neurodyn.plots.labels import about, plain, time_label
from neurodyn.plots.paint import draw_image
from neurodyn.plots.recorded import Recorded
from neurodyn.plots.style import new_figure


def draw(data: Recorded, *, variable: str | None = None) -> Figure:
    """Draw the named variable; by default the one that has the most units."""
    shown = data.one_trial(data.get(variable or _largest(data)))
    figure = new_figure(9.0, 4.6, plain(str(data.dataset.attrs.get("title", ""))))
    axes = figure.subplots()
    draw_image(figure, axes, data, shown)
    axes.set_title(about(shown))
    axes.set_xlabel(time_label(data.dataset))
    return figure


def _largest(data: Recorded) -> str:
    if not data.variables:
        raise InputError(
            "Nothing was recorded over time.", code="nothing-to-plot", remedy="Record at least one variable."
        )
    return max(data.variables, key=lambda name: data.one_trial(data.get(name)).size)
