"""Kind `weights`: how the values of a variable are spread over its units or edges, against time."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from neurodyn.analysis.weights import weight_distribution
from neurodyn.errors import InputError
from neurodyn.plots.labels import about, label, number, plain, time_label
from neurodyn.plots.paint import borders
from neurodyn.plots.recorded import Recorded
from neurodyn.plots.style import PALETTE, QUIET, new_figure


def draw(data: Recorded, *, variable: str | None = None, bins: int = 50) -> Figure:
    """Draw the named variable; by default the state that has the most values. Of several trials one is shown."""
    shown = data.one_trial(data.get(variable or _largest(data)))
    found = weight_distribution(shown, bins=bins)
    figure = new_figure(9.0, 4.4, plain(str(data.dataset.attrs.get("title", ""))))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[3, 1])
    edges, time = found["edge"].values, borders(data.time)
    share = found["share"].transpose("value", "time").values
    left.pcolorfast(time, edges, np.sqrt(share), cmap="Greys")
    for level, style in ((0.5, "-"), (0.25, "--"), (0.75, "--")):
        left.plot(data.time, found["quantile"].sel(level=level), style, color=PALETTE[0], linewidth=1.3)
    left.grid(False)
    left.set(ylabel=label(shown), xlabel=time_label(data.dataset), title=about(shown))
    for k, (place, shade) in enumerate(((0, QUIET), (-1, PALETTE[0]))):
        name = f"$t$ = {number(float(data.time[place]))}"
        right.stairs(
            found["share"].values[place],
            edges,
            orientation="horizontal",
            color=shade,
            fill=not k,
            alpha=0.8,
            label=name,
        )
    right.set(xlabel="share", title="At the ends", xlim=(0, None))
    right.legend(loc="best")
    return figure


def _largest(data: Recorded) -> str:
    names = [name for name in data.variables if data.one_trial(data.get(name)).ndim > 1 and data.role(name) == "state"]
    if not names:
        raise InputError(
            "No state with index sets was recorded.", code="nothing-to-plot", remedy="Record one, or say variable=."
        )
    return max(names, key=lambda name: data.one_trial(data.get(name)).size)
