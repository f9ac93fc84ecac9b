"""Reductions in a dataset: variables without time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.results.events import REDUCED
from neurodyn.system.reductions import FirstCrossing, Reduction, SettledAt

if TYPE_CHECKING:
    from xarray import Dataset

    from neurodyn.language.units import Unit
    from neurodyn.system.system import System


@dataclass(frozen=True, eq=False)
class Reduced:
    """What was kept of a run, still without names of its axes.

    Attributes:
        asked: what each name is.
        found: (...), with trials (trial, ...).
        attractor: the one that each trial has come to, if some are known.
    """

    system: System
    asked: Mapping[str, Reduction]
    found: Mapping[str, NDArray[np.float64]]
    attractor: Any = None

    def columns(self) -> dict[str, tuple[tuple[str, ...], Any, dict[str, Any]]]:
        """Dims, values, and what is told of them, by name."""
        columns, units = dict[str, tuple[tuple[str, ...], Any, dict[str, Any]]](), self.system.units
        if self.attractor is not None:
            numbers = np.asarray(self.attractor)
            told = {"role": REDUCED, "about": "number of the attractor, -1 for none"}
            columns["attractor"] = ("trial",) * numbers.ndim, numbers, told
        for name, one in self.asked.items():
            own = tuple(self.system.dims(one.reads)) if one.reads else ()
            dims = (*(("trial",) if self.found[name].ndim > len(own) else ()), *own)
            timed = isinstance(one, FirstCrossing | SettledAt)
            unit = measured(units.time if timed else units.of(str(one.reads))) if units.active else {}
            columns[name] = dims, self.found[name], {"role": REDUCED, "about": str(one)} | unit
        return columns


def measured(unit: Unit) -> dict[str, Any]:
    """The SI unit of the values, and the unit that the model writes with its size in SI; nothing for plain numbers."""
    return {} if unit.plain else {"unit": unit.si, "written_unit": str(unit), "written_size": unit.factor}


def reduced_names(dataset: Dataset) -> list[str]:
    """The reductions that were kept."""
    return [str(name) for name, data in dataset.data_vars.items() if data.attrs.get("role") == REDUCED]


def facts(dataset: Dataset) -> dict[str, dict[str, Any]]:
    """Of each what it is, and its range over trials and elements; how many have none."""
    told = {}
    for name in reduced_names(dataset):
        data = dataset[name]
        values = np.asarray(data.values, dtype=float)
        there = values[np.isfinite(values)]
        told[name] = {
            "of": data.attrs["about"],
            "unit": data.attrs.get("unit", ""),
            "min": float(there.min()) if there.size else None,
            "mean": float(there.mean()) if there.size else None,
            "max": float(there.max()) if there.size else None,
            "without": int(values.size - there.size),
        }
    return told
