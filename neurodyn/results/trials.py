"""Trials in a dataset: how each ended, which values are valid, and one trial by itself.

Trials stand side by side over one common `time`, or, where each recorded its own steps, one after the other along
`sample`: those of trial k are the `valid[k]` samples from `offset[k]` on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

Side = Literal["left", "right"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ended:
    """How trials ended: of each its status, the reason in words, its last time, and the count of its valid samples."""

    status: NDArray[np.str_]
    message: NDArray[np.str_]
    time: Floats
    valid: NDArray[np.intp]

    def coords(self) -> dict[str, Any]:
        """The coordinates of `trial` that tell it."""
        told = {
            "status": (self.status, "done, settled, interrupted or failed"),
            "message": (self.message, "why it ended early"),
            "stop_time": (self.time, "last time that was reached"),
            "valid": (self.valid, "count of valid samples; they are the first"),
        }
        own = {name: ("trial", values, {"about": about}) for name, (values, about) in told.items()}
        return {"trial": ("trial", np.arange(len(self.time))), **own}


def flattened(dataset: Dataset) -> Dataset:
    """The valid samples of all trials along one axis `sample`, trial after trial."""
    import xarray as xr

    valid = dataset["valid"].values
    flat: dict[str, Any] = {}
    for name, data in dataset.variables.items():
        if "time" not in data.dims:
            flat[str(name)] = data
            continue
        values = [data.values[:n, k] if "trial" in data.dims else data.values[:n] for k, n in enumerate(valid)]
        rest = tuple(dim for dim in data.dims if dim not in ("time", "trial"))
        flat[str(name)] = (("sample", *rest), np.concatenate(values), data.attrs)
    offset = np.cumsum(valid) - valid
    coords = {name: flat.pop(str(name)) for name in dataset.coords}
    coords["offset"] = (("trial",), offset, {"about": "number of its first sample"})
    return xr.Dataset(flat, coords, dataset.attrs)


def is_flat(dataset: Dataset) -> bool:
    """Whether the trials stand one after the other."""
    return "sample" in dataset.dims


def mask(dataset: Dataset) -> DataArray:
    """Which samples are valid: over `time`, with trials over `time` and `trial`; over `sample` all are."""
    import xarray as xr

    axis = "sample" if is_flat(dataset) else "time"
    places = xr.DataArray(np.arange(dataset.sizes[axis]), dims=axis, coords={"time": dataset["time"]}, name="mask")
    return places < dataset["valid"] if "valid" in dataset and axis == "time" else places >= 0


def one_trial(dataset: Dataset, k: int) -> Dataset:
    """The valid samples of one trial over its `time`."""
    count = dataset.sizes.get("trial", 0)
    if not 0 <= k < count:
        known = f"The run has trials 0 to {count - 1}." if count else "The run has no trials."
        raise InputError(f"There is no trial {k}.", code="no-trial", remedy=known)
    valid = int(dataset["valid"][k]) if "valid" in dataset else dataset.sizes["time"]
    if not is_flat(dataset):
        return dataset.isel(trial=k, time=slice(valid))
    first = int(dataset["offset"][k])
    return dataset.isel(trial=k, sample=slice(first, first + valid)).swap_dims(sample="time")


def tracks(dataset: Dataset, name: str) -> list[tuple[Floats, NDArray[Any]]]:
    """Times and valid values of a variable: one pair for each trial, or one in all where trials share the values."""
    data, time = dataset[name], np.asarray(dataset["time"].values, dtype=float)
    if is_flat(dataset):
        spans = zip(dataset["offset"].values, dataset["valid"].values, strict=True)
        return [(time[first : first + n], data.values[first : first + n]) for first, n in spans]
    if "trial" not in data.dims:
        return [(time, data.values)]
    counts = dataset["valid"].values if "valid" in dataset else [time.size] * dataset.sizes["trial"]
    return [(time[:n], data.isel(trial=k).values[:n]) for k, n in enumerate(counts)]


def at(dataset: Dataset, t: Any, side: Side) -> Dataset:
    """The samples nearest to the times `t`; see `Result.at`."""
    if side not in ("left", "right"):
        raise InputError(f"side is {side!r}.", code="unknown-option", remedy="Give 'left' or 'right'.")
    if is_flat(dataset):
        raise InputError(
            "Every trial of this run has times of its own.", code="no-common-time", remedy="Say which one: trial=0."
        )
    time = np.asarray(dataset["time"].values, dtype=float)
    wanted = np.asarray(t, dtype=float)
    outside = wanted[~((wanted >= time.min()) & (wanted <= time.max()))] if time.size else wanted.ravel()
    if outside.size:
        span = f"It was saved from {time.min():g} to {time.max():g}." if time.size else "It holds no times."
        raise InputError(f"The run has nothing at t = {outside[0]:g}.", code="outside", remedy=span)
    backward = time[-1] < time[0]
    ordered = time[::-1] if backward else time
    places = _nearest(ordered, wanted, side)
    places = len(time) - 1 - places if backward else places
    from neurodyn.results.events import event_names

    return dataset.drop_vars(event_names(dataset)).isel(time=places if places.ndim else int(places))


def _nearest(time: Floats, wanted: Floats, side: Side) -> NDArray[np.intp]:
    """The places of the nearest among sorted times; of equal ones the first (left) or the last."""
    after = np.clip(np.searchsorted(time, wanted), 0, len(time) - 1)
    before = np.maximum(after - 1, 0)
    nearest = time[np.where(wanted - time[before] < time[after] - wanted, before, after)]
    found: NDArray[np.intp] = np.searchsorted(time, nearest, side=side) - (side == "right")
    return found
