"""Kind `time`: small pictures of every variable, one above the other, over one time axis."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr
from matplotlib.figure import Figure

from neurodyn.errors import InputError
from neurodyn.plots.labels import plain, time_label
from neurodyn.plots.paint import draw_either
from neurodyn.plots.recorded import Recorded
from neurodyn.plots.style import new_figure

_HEIGHT = {"input": 0.95}
_MOST = 24


def draw(data: Recorded, *, variables: Sequence[str] | None = None) -> Figure:
    """Draw the named variables in that order; by default all: inputs, states, observables, energy.

    A variable over index sets shows one trial; a single number shows all its trials.
    """
    names = tuple(variables) if variables is not None else data.variables
    if not names:
        raise InputError(
            "Nothing was recorded over time.", code="nothing-to-plot", remedy="Record at least one variable."
        )
    if len(names) > _MOST:
        raise InputError(
            f"{len(names)} variables do not fit one figure.", code="too-many-panels", remedy=f"Name at most {_MOST}."
        )
    shown = [_shown(data, data.get(name)) for name in names]
    heights = [_HEIGHT.get(data.role(name), 1.5) for name in names]
    figure = new_figure(9.0, 0.7 + sum(heights), plain(str(data.dataset.attrs.get("title", ""))))
    panels = figure.subplots(len(names), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for axes, variable in zip(panels, shown, strict=True):
        draw_either(figure, axes, data, variable, filled=variable.attrs.get("role") == "input")
    panels[-1].set_xlabel(time_label(data.dataset))
    figure.align_ylabels(list(panels))
    return figure


def _shown(data: Recorded, variable: xr.DataArray) -> xr.DataArray:
    return variable if set(variable.dims) <= {"time", "trial"} else data.one_trial(variable)
