"""What it takes to repeat a run.

A recipe is plain data. Its entries: `format`; `model` (name, text, sha256); `sizes`, `values`, `build_seed` of the
build; `backend`, `method`, `rtol`, `atol`, `t0`, `until`, `steps` (of a map), `trials`, `seed`, `record`, `inputs`,
`save_at` of the run; `counts` of the work done; `versions`, `machine`, `threads` of the place. Arrays stand in it by
shape and hash, and in full in `Result.arrays`.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from neurodyn.system.system import System

PACKAGES = ("neurodyn", "numpy", "scipy", "sympy", "xarray")


def recipe(system: System, run: Mapping[str, Any]) -> dict[str, Any]:
    """The recipe of a run of a system; `run` holds its own entries, as plain data."""
    # A circuit is kept with its parts spelt out: the files that it names may change.
    text = system.model.to_toml(expand=bool(system.model.parts))
    return {
        "format": 1,
        "model": {"name": system.name, "text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()},
        "sizes": {name: int(size) for name, size in system.sizes.items()},
        "values": {name: plain(value) for name, value in system.given.items()},
        "build_seed": system.seed,
        **run,
        "versions": {name: _version(name) for name in PACKAGES} | {"python": platform.python_version()},
        "machine": {"processor": platform.machine(), "system": sys.platform, "cores": os.cpu_count()},
        "threads": _threads(),
    }


def plain(value: Any) -> Any:
    """A value as plain data: a number as itself, an array by its shape and hash, anything else as text."""
    if isinstance(value, str):
        return value
    try:
        array = np.asarray(value)
    except ValueError:
        return str(value)
    if array.dtype.kind not in "biuf":
        return str(value)
    if array.ndim == 0:
        return array.item()
    digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    return {"shape": list(array.shape), "dtype": str(array.dtype), "sha256": digest}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _threads() -> dict[str, int]:
    """How many threads each numerical library may use; sums depend on it in their last bits."""
    from threadpoolctl import threadpool_info

    return {str(library["prefix"]): int(library["num_threads"]) for library in threadpool_info()}
