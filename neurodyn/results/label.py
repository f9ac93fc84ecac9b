"""Names, index sets and roles for the numbers of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.supports import edge_dim
from neurodyn.system.checks.periods import period_of

if TYPE_CHECKING:
    from xarray import Dataset

    from neurodyn.language.units import Unit
    from neurodyn.system.system import System


def label(system: System, time: NDArray[np.float64], variables: Mapping[str, NDArray[Any]]) -> Dataset:
    """A dataset of variables over time.

    Args:
        variables: by name, each (time, ...), or (time, trial, ...) where trials differ; the rest are the variable's
            index sets. The terms of an energy E come under the name `E_parts`, with the term last.
    """
    import xarray as xr

    parts = f"{system.model.energy}_parts"
    labelled: dict[str, Any] = {}
    for name, values in variables.items():
        own = ("part",) if name == parts else tuple(system.dims(name))
        trial = ("trial",) if values.ndim > 1 + len(own) else ()
        labelled[name] = (("time", *trial, *own), values, _attributes(system, name, name == parts))
    unit = {"unit": "steps"} if system.model.discrete else {}
    dataset = xr.Dataset(labelled, coords={"time": ("time", time, unit)})
    numbered = {str(dim): np.arange(size) for dim, size in dataset.sizes.items() if dim not in ("time", "part")}
    for support, wiring in system.wirings.items():
        dim = edge_dim(support)
        if dim in dataset.sizes:
            ends = zip(system.model.parameters[support].letters, wiring.ends, strict=True)
            dataset = dataset.assign_coords({f"{support}_{x}": (dim, end) for x, end in ends})
    if parts in labelled:
        numbered["part"] = np.asarray(system.energy_terms, dtype=str)
    if system.units.active:
        dataset["time"].attrs.update(_measured(system.units.time))
    dataset = dataset.assign_coords(numbered).assign_attrs(title=system.model.summary or system.name)
    for dim in numbered:
        index_set = system.model.indices.get(dim.removesuffix("_pre"))
        if index_set is not None and index_set.about:
            dataset[dim].attrs["about"] = index_set.about
    return dataset


def _measured(unit: Unit) -> dict[str, Any]:
    """The SI unit of the values, and the unit that the model writes with its size in SI; nothing for plain numbers."""
    return {} if unit.plain else {"unit": unit.si, "written_unit": str(unit), "written_size": unit.factor}


def _attributes(system: System, name: str, is_parts: bool) -> dict[str, Any]:
    """Role, description and units."""
    measured = _measured(system.units.of(str(system.model.energy) if is_parts else name))
    if is_parts:
        return {"role": "energy part", "about": f"terms of {system.model.energy}"} | measured
    declared = system.model.states.get(name)
    if declared is not None and declared.period is not None:
        measured["period"] = period_of(declared, system.bound())
    return {"role": system.role(name), "about": system.about(name)} | measured
