"""Names, dimensions and units of measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.results.trains import Trains

if TYPE_CHECKING:
    from xarray import DataArray


def labelled(
    trains: Trains, values: NDArray[Any], dims: Sequence[str], *, name: str, about: str, unit: str = "", **axes: Any
) -> DataArray:
    """An array of a measure of spike trains.

    Args:
        dims: of the values. `trial` is dropped where the run has no trials; `unit` becomes the index sets of the event.
        unit: `time` or `rate` stand for the unit of time of the run, and for one over it.
        axes: positions along the other dimensions, in units of time or with a unit beside them, `(positions, "Hz")`.
    """
    import xarray as xr

    shape: list[int] = []
    kept: list[str] = []
    for dim, size in zip(dims, values.shape, strict=True):
        if dim == "unit":
            kept += trains.places
            shape += trains.shape
        elif dim != "trial" or trains.many:
            kept.append(dim)
            shape.append(size)
    coords = {dim: place for dim, place in trains.places.items() if dim in kept}
    times = {
        dim: xr.Variable(dim, *((axis[0], {"unit": axis[1]}) if isinstance(axis, tuple) else (axis, measured(trains))))
        for dim, axis in axes.items()
    }
    told = {"about": about, "event": trains.name} | _attributes(trains, unit)
    return xr.DataArray(np.reshape(values, shape), {**coords, **times}, kept, name, told)


def measured(trains: Trains) -> dict[str, Any]:
    """The unit of times, and that in which the model writes it."""
    return dict(trains.measured)


def rate_unit(trains: Trains) -> str:
    """Hz, or none where time has no unit."""
    return "Hz" if trains.measured.get("unit") == "s" else ""


def _attributes(trains: Trains, unit: str) -> dict[str, Any]:
    if unit == "time":
        return measured(trains)
    found = rate_unit(trains) if unit == "rate" else unit
    return {"unit": found} if found else {}
