"""Kind `overlap`: how much the state resembles each stored pattern, against time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from neurodyn.plots.labels import plain, symbol, time_label
from neurodyn.plots.patterns import find_patterns, overlaps, pattern_names
from neurodyn.plots.recorded import Floats, Recorded
from neurodyn.plots.style import PALETTE, QUIET, new_figure


def draw(
    data: Recorded,
    *,
    patterns: ArrayLike | str | None = None,
    of: str | None = None,
    names: Sequence[str] | None = None,
) -> Figure:
    """Draw one line per pattern; the one that is nearest at the end stands out, and the one nearest at the start.

    Args:
        data: the run.
        patterns: stored patterns (K, N), or the name of the parameter that holds them.
        of: the variable that is compared with them.
        names: what to call the patterns; by default their numbers.
    """
    stored, variable = find_patterns(data, patterns, of)
    called = pattern_names(names, len(stored), "pattern {}")
    values, measure = overlaps(data.rows(variable), stored)
    figure = new_figure(9.0, 4.4, plain(str(data.dataset.attrs.get("title", ""))))
    axes = figure.subplots()
    _draw_lines(axes, data.time, values, called)
    axes.set_ylabel(measure)
    axes.set_xlabel(time_label(data.dataset))
    trial = f", {variable.attrs['trial']}" if "trial" in variable.attrs else ""
    axes.set_title(f"Overlap of {symbol(str(variable.name))} with {len(stored)} stored patterns{trial}")
    return figure


def _draw_lines(axes: Axes, time: Floats, values: Floats, names: Sequence[str]) -> None:
    filled = np.where(np.isfinite(values), values, -np.inf)
    first, last = int(filled[0].argmax()), int(filled[-1].argmax())
    for k in sorted(range(values.shape[1]), key=lambda k: (k == last, k == first)):
        strong = k in (first, last)
        colour = PALETTE[0] if k == last else PALETTE[1] if k == first else QUIET
        axes.plot(time, values[:, k], color=colour, linewidth=2.6 if strong else 1.0, label=names[k])
    axes.margins(y=0.08)
    _name(axes, (time[-1], values[-1, last]), names[last], PALETTE[0])
    if first != last:
        close = abs(values[-1, last] - values[-1, first]) < 0.08 * np.ptp(values[np.isfinite(values)])
        _name(
            axes,
            (time[-1], values[-1, first]),
            f"{names[first]}\n(nearest at the start)",
            PALETTE[1],
            lower=bool(close),
        )


def _name(axes: Axes, point: tuple[float, float], text: str, colour: str, *, lower: bool = False) -> None:
    """Write beside the end of a line what it is."""
    axes.annotate(
        text,
        point,
        xytext=(6, -14 if lower else 0),
        textcoords="offset points",
        color=colour,
        fontweight="bold",
        fontsize=10,
        va="center",
        annotation_clip=False,
    )
