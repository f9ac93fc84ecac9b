"""Names, index sets and roles for the numbers of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.supports import edge_dim
from neurodyn.results.events import event_columns, unlabelled
from neurodyn.results.reduced import Reduced, measured
from neurodyn.results.result import Unlabelled
from neurodyn.results.trials import Ended, flattened
from neurodyn.system.checks.periods import period_of

if TYPE_CHECKING:
    from xarray import Dataset

    from neurodyn.results.events import Events, Record
    from neurodyn.system.system import System


@dataclass(frozen=True, eq=False)
class Numbers(Unlabelled):
    """The numbers of a run, still without names of their axes.

    Attributes:
        variables: by name, each (time, ...), or (time, trial, ...) where trials differ; the rest are the variable's
            index sets. The terms of an energy E come under the name `E_parts`, with the term last.
        ended: how each trial ended; None for a run without trials.
        fired: the events that were recorded, by name.
        alone: whether each trial was saved at times of its own.
        reduced: what was kept of the path.
    """

    system: System
    time: NDArray[np.float64]
    variables: Mapping[str, NDArray[Any]]
    ended: Ended | None
    fired: Mapping[str, Record]
    alone: bool
    reduced: Reduced

    def bare(self, name: str) -> NDArray[Any] | None:
        return None if self.alone else self.variables.get(name)

    def happened(self, name: str) -> Events | None:
        if name not in self.fired:
            return None
        return unlabelled(self.system, name, self.fired[name], self.ended is not None)

    def label(self) -> Dataset:
        import xarray as xr

        system, trials = self.system, None if self.ended is None else len(self.ended.time)
        clock = measured(system.units.time) if system.units.active else {}
        clock = {"unit": "steps", **clock} if system.model.discrete else clock
        events, places = event_columns(system, self.fired, trials, clock)
        variables, sizes = self._variables()
        # In one go: each further one copies and checks all that is there.
        coords = {"time": ("time", self.time, clock), **_positions(system, sizes)}
        if self.ended is not None:
            coords |= self.ended.coords()
        told = {"title": system.model.summary or system.name}
        if not self.alone:
            return xr.Dataset({**variables, **events}, {**coords, **places}, told)
        return flattened(xr.Dataset(variables, coords, told)).assign(events).assign_coords(places)

    def _variables(self) -> tuple[dict[str, Any], dict[str, int]]:
        """Each variable with its dims and what is told of it, and the sizes of all dims."""
        labelled, sizes = dict[str, Any](), dict[str, int]()
        parts = f"{self.system.model.energy}_parts"
        for name, values in self.variables.items():
            own = ("part",) if name == parts else tuple(self.system.dims(name))
            trial = ("trial",) if values.ndim > 1 + len(own) else ()
            dims = ("time", *trial, *own)
            labelled[name] = (dims, values, _attributes(self.system, name, name == parts))
            sizes.update(zip(dims, values.shape, strict=True))
        for name, (dims, values, told) in self.reduced.columns().items():
            labelled[name] = (dims, values, told)
            sizes.update(zip(dims, values.shape, strict=True))
        return labelled, sizes


def _positions(system: System, sizes: Mapping[str, int]) -> dict[str, Any]:
    """The coordinates of all dims but time: ends of edges, numbers of units, and the terms of the energy."""
    coords: dict[str, Any] = {}
    for support, wiring in system.wirings.items():
        dim = edge_dim(support)
        if dim in sizes:
            ends = zip(system.model.parameters[support].letters, wiring.ends, strict=True)
            coords |= {f"{support}_{x}": (dim, end) for x, end in ends}
    for dim, size in sizes.items():
        if dim not in ("time", "part"):
            index_set = system.model.indices.get(dim.removesuffix("_pre"))
            about = {"about": index_set.about} if index_set is not None and index_set.about else {}
            coords[dim] = (dim, np.arange(size), about)
    if "part" in sizes:
        coords["part"] = ("part", np.asarray(system.energy_terms, dtype=str))
    return coords


def _attributes(system: System, name: str, is_parts: bool) -> dict[str, Any]:
    """Role, description and units."""
    units = measured(system.units.of(str(system.model.energy) if is_parts else name))
    if is_parts:
        return {"role": "energy part", "about": f"terms of {system.model.energy}"} | units
    declared = system.model.states.get(name)
    if declared is not None and declared.period is not None:
        units["period"] = period_of(declared, system.bound())
    return {"role": system.role(name), "about": system.about(name)} | units
