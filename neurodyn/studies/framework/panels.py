"""Panels: small pictures of measured curves, each with a line that says what was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.studies.framework.keeping import Outcome

if TYPE_CHECKING:
    from xarray import Dataset

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve of a panel; `points` are marks alone, in the colour of the curve before, which a legend leaves out."""

    label: str
    x: Array
    y: Array
    points: bool = False


@dataclass(frozen=True, eq=False)
class Panel:
    """Curves, the line above them, what was measured as numbers, and the places of marks on the horizontal axis."""

    title: str
    note: str
    axes: tuple[str, str]
    lines: tuple[Curve, ...]
    values: tuple[float, ...] = ()
    marks: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The panel as plain data."""
        curves = {c.label: {"x": c.x.tolist(), "y": c.y.tolist()} for c in self.lines}
        return {"note": self.note, "values": list(self.values), "curves": curves}


def as_outcome(measure: Callable[[], Panel]) -> dict[str, Any]:
    """A panel as arrays, to be kept as the outcome of a part."""
    found = measure()
    curves = {f"{axis}{k}": getattr(c, axis) for k, c in enumerate(found.lines) for axis in "xy"}
    told = {
        "title": found.title,
        "note": found.note,
        "axes": list(found.axes),
        "marks": list(found.marks),
        "values": list(found.values),
    }
    lines = {"labels": [c.label for c in found.lines], "points": [c.points for c in found.lines]}
    return {**told, **lines, **curves}


def from_outcome(outcome: Outcome) -> Panel:
    """The panel that was kept."""
    labels = [str(label) for label in outcome["labels"]]
    curves = tuple(
        Curve(label, outcome[f"x{k}"], outcome[f"y{k}"], bool(outcome["points"][k])) for k, label in enumerate(labels)
    )
    first, second = (str(name) for name in outcome["axes"])
    values, marks = (tuple(float(v) for v in outcome[key]) for key in ("values", "marks"))
    return Panel(str(outcome["title"]), str(outcome["note"]), (first, second), curves, values, marks)


def as_dataset(panels: Sequence[Panel]) -> Dataset:
    """All points, each with its panel and its curve."""
    import xarray as xr

    rows = [(p.title, c.label, x, y) for p in panels for c in p.lines for x, y in zip(c.x, c.y, strict=True)]
    names = ("panel", "curve", "x", "y")
    columns = {name: ("point", np.array(values)) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    return xr.Dataset(columns)
