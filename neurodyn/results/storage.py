"""Results on disk: NetCDF files, which xarray and many other tools open; nothing in them is ever executed.

The root group holds the recorded variables. The group `neurodyn` holds the recipe and the outcome as JSON text (as
variables: attributes of HDF5 end at 64 KiB), and the groups `arrays_KIND` the arrays that belong to the recipe.
"""

from __future__ import annotations

import json
import os
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from neurodyn.errors import InputError
from neurodyn.results.result import Result

if TYPE_CHECKING:
    from xarray import Dataset

FORMAT = 1
ENGINE: Final = "h5netcdf"


def save(result: Result, path: str | PathLike[str]) -> Path:
    """Write a result beside its place and move it there when it is complete, so that no half file is ever seen."""
    target = Path(path)
    try:
        _replace(result, target)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"The result cannot be written to {target}: {reason}.",
            code="not-writable",
            remedy="Choose a place that exists and that you may write to; the result is still there to be saved.",
        ) from error
    return target


def _replace(result: Result, target: Path) -> None:
    if target.exists() and not target.is_file():
        raise OSError("it is there and is no file")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    unfinished.touch(exist_ok=False)
    try:
        _write(result, unfinished)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(result: Result, path: Path) -> None:
    import xarray as xr

    outcome = {
        "status": result.status,
        "code": result.code,
        "message": result.message,
        "counts": dict(result.counts),
        "arrays": {kind: list(arrays) for kind, arrays in result.arrays.items()},
    }
    told = xr.Dataset({"recipe": json.dumps(dict(result.recipe)), "outcome": json.dumps(outcome)})
    result.dataset.assign_attrs(neurodyn_format=FORMAT).to_netcdf(path, mode="w", engine=ENGINE)
    told.to_netcdf(path, mode="a", engine=ENGINE, group="neurodyn")
    for kind, arrays in result.arrays.items():
        _grouped(arrays).to_netcdf(path, mode="a", engine=ENGINE, group=f"arrays_{kind}")


def _grouped(arrays: Any) -> Dataset:
    import xarray as xr

    return xr.Dataset(
        {f"_{k}": ([f"d{k}_{axis}" for axis in range(np.ndim(a))], a) for k, a in enumerate(arrays.values())}
    )


def load(path: str | PathLike[str]) -> Result:
    """Read a file that `save` wrote.

    Raises:
        InputError: if it is no such file.
    """
    if not Path(path).is_file():
        raise InputError(f"There is no file {path}.", code="no-file", remedy="Check the path.")
    try:
        return _read(Path(path))
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise InputError(
            f"{path} is not a result of neurodyn, or is damaged.",
            code="not-a-result",
            remedy="Give a file that `Result.save` or `neurodyn run --out` wrote.",
        ) from error


def _read(path: Path) -> Result:
    import h5py

    # Looked at first without h5netcdf, which prints a traceback when it closes what it could not open.
    with h5py.File(path) as file:
        if np.ravel(file.attrs["neurodyn_format"]).tolist() != [FORMAT]:
            raise ValueError("unknown format")
    dataset = _group(path, None)
    del dataset.attrs["neurodyn_format"]
    told = _group(path, "neurodyn")
    outcome = json.loads(str(told["outcome"].values))
    arrays = {}
    for kind, names in outcome.pop("arrays").items():
        stored = _group(path, f"arrays_{kind}")
        arrays[kind] = {name: stored[f"_{k}"].values for k, name in enumerate(names)}
    return Result(dataset, json.loads(str(told["recipe"].values)), **outcome, arrays=arrays)


def _group(path: Path, group: str | None) -> Dataset:
    import xarray as xr

    dataset = xr.load_dataset(path, engine=ENGINE, group=group)
    texts = {name: data.astype(str) for name, data in dataset.variables.items() if data.dtype.kind == "O"}
    return dataset.assign(texts)
