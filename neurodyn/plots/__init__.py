"""Pictures of results. This package alone imports matplotlib, and only when a figure is asked for.

A kind of plot is one file with a function `draw(data, **options) -> Figure` and one line in `KINDS`.
"""

from __future__ import annotations

import io
import math
import os
from difflib import get_close_matches
from importlib import import_module
from inspect import Parameter, signature
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurodyn.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from neurodyn.system.system import System

KINDS = {
    "time": "every variable against time, the inputs on top and the energy at the bottom",
    "heat": "one variable with many units: unit against time, value as colour",
    "overlap": "how much the state resembles each stored pattern, against time",
    "phase": "the plane of two states, with nullclines and the field of the flow",
    "energy": "the energy and its terms against time",
    "portrait3": "the path through three states, in space and from three sides",
    "raster": "a mark for each time that a unit spikes, the rate of populations, and the variables below",
    "spiking": "spikes above the rate of the population; rates, intervals, variation and rhythm below",
    "population": "the rate of each population in time, in bins and smoothed",
    "psth": "spikes around the stimuli, and the rate there",
    "intervals": "intervals between spikes, how regular units are, and how fast",
    "correlogram": "the rate at a lag from the spikes of the same unit, and of other units",
    "weights": "how the values of a variable are spread over its units or edges, against time",
    "recall": "images on their way from the cue to the memory, the energy and the success rate",
}
# Kinds that show nothing but what was recorded: they need no SI units, so they show those of the model.
AS_WRITTEN = (
    "time",
    "heat",
    "energy",
    "raster",
    "spiking",
    "population",
    "psth",
    "intervals",
    "correlogram",
    "weights",
)
# The figures of an energy report.
PANELS = ("energy", "balance", "landscape", "surface", "line")
ENDINGS = ("png", "pdf", "svg", "jpg", "jpeg", "webp", "tif", "tiff", "eps")
__all__ = ["ENDINGS", "KINDS", "PANELS", "checked_ending", "plot", "save"]


def plot(
    result: Any, kind: str | None = None, *, system: System | None = None, trial: int = 0, **options: Any
) -> Figure:
    """Draw a result.

    Args:
        result: a `Result`, or an `xarray.Dataset` with a time axis.
        kind: one of `KINDS`; by default the kind that suits what was recorded.
        system: the system that was run, which some kinds read; by default built again from the recipe of the result.
        trial: which trial to show where only one can be.
        **options: what the kind understands; see `draw` in its file.

    Returns:
        A matplotlib figure that belongs to no window; `save` writes it.
    """
    from matplotlib import rc_context

    from neurodyn.plots.recorded import recorded
    from neurodyn.plots.style import STYLE

    data = recorded(result, system, trial)
    if kind is None:
        kind = _suitable(data)
    if kind not in KINDS:
        raise InputError(f"There is no kind of plot called {kind}.", code="unknown-kind", remedy=_hint(kind, KINDS))
    if kind in AS_WRITTEN:
        data = data.as_written
    draw = import_module(f"neurodyn.plots.{kind}").draw
    known = [p.name for p in signature(draw).parameters.values() if p.kind is Parameter.KEYWORD_ONLY]
    for name in options:
        if name not in known:
            raise InputError(f"A {kind} plot has no option {name}.", code="unknown-option", remedy=_hint(name, known))
    with rc_context(STYLE):
        figure: Figure = draw(data, **options)
    return figure


def _suitable(data: Any) -> str:
    """Events make a raster, those of many units alone an overview; a lone variable with many units makes an image."""
    from neurodyn.plots.paint import LINES
    from neurodyn.results.events import event_names

    names = data.variables
    events = event_names(data.dataset)
    if events:
        crowded = any(math.prod(data.dataset[name].attrs["shape"]) > LINES for name in events)
        return "raster" if names or not crowded else "spiking"
    return "heat" if len(names) == 1 and data.rows(data.one_trial(data.get(names[0]))).shape[1] > LINES else "time"


def _hint(given: str, known: Any) -> str:
    near = get_close_matches(given, list(known), 1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known) or 'none'}."


def checked_ending(path: str | PathLike[str]) -> str:
    """The format that a figure's file name asks for."""
    ending = Path(fspath(path)).suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        raise InputError(
            f"A figure cannot be written as {Path(fspath(path)).name!r}.",
            code="unknown-ending",
            remedy=f"End the file name with one of: {', '.join('.' + known for known in ENDINGS)}.",
        )
    return ending


def save(figure: Figure, path: str | PathLike[str], *, dpi: int = 200) -> Path:
    """Write a figure, in the format that the path ends with. An older file is replaced once the picture is complete."""
    ending = checked_ending(path)
    picture = io.BytesIO()
    figure.savefig(picture, format=ending, dpi=dpi)
    target = Path(path)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(picture.getvalue())
        os.replace(unfinished, target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise InputError(
            f"The figure cannot be written to {fspath(path)}: {error.strerror or error}.",
            code="not-writable",
            remedy="Choose a folder that exists and that you may write to.",
        ) from error
    return target
