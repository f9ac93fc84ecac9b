"""Names, index sets and roles for the numbers of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from xarray import Dataset

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
    if parts in labelled:
        numbered["part"] = np.asarray(system.energy_terms, dtype=str)
    dataset = dataset.assign_coords(numbered).assign_attrs(title=system.model.summary or system.name)
    for dim in numbered:
        index_set = system.model.indices.get(dim.removesuffix("_pre"))
        if index_set is not None and index_set.about:
            dataset[dim].attrs["about"] = index_set.about
    return dataset


def _attributes(system: System, name: str, is_parts: bool) -> dict[str, str]:
    if is_parts:
        return {"role": "energy part", "about": f"terms of {system.model.energy}"}
    return {"role": system.role(name), "about": system.about(name)}
