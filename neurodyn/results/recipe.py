"""What it takes to repeat a run.

A recipe is plain data. Its entries: `format`; `model` (name, text, sha256), `files`; `sizes`, `values`, `build_seed`,
`notes` of the build; `backend`, `method`, `dt`, `target`, `storage`, `rtol`, `atol`, `t0`, `until`, `steps` (of a map),
`stages`, `trials`, `seed`, `record`, `reduce`, `stop_at`, `varied`, `inputs`, `save_at`, `every` of the run; `scheme`
(what the method alone does not say) and `counts` of the work done; `versions`, `machine`, `libraries`, `threads` of the
place. Arrays stand in it by shape and hash, and in full in `Result.arrays`; signals stand in it as text.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.system.edge_lists import EdgeList
from neurodyn.system.files import files_of
from neurodyn.system.signal_text import signal_text
from neurodyn.system.signals import is_signal

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

    from neurodyn.system.system import System

PACKAGES = ("neurodyn", "numpy", "scipy", "sympy", "xarray", "brian2")


def recipe(system: System, run: Mapping[str, Any]) -> dict[str, Any]:
    """The recipe of a run of a system; `run` holds its own entries, as plain data."""
    # A circuit is kept with its parts spelt out: the files that it names may change.
    structure = system.structure.constrained or system.structure  # as it was declared
    text: str = structure.compiled.get("text") or structure.model.to_toml(expand=bool(system.model.parts))
    structure.compiled["text"] = text
    model = {"name": system.name, "text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    files = files_of(system.model, system.given)
    if files and system.model.file is not None:
        model["file"] = str(Path(system.model.file).resolve())  # values are read from files beside it
    return {
        "format": 1,
        "model": model,
        **({"files": files} if files else {}),
        "sizes": {name: int(size) for name, size in system.sizes.items()},
        "values": plain_values(system, system.given),
        "build_seed": system.seed,
        "notes": {name: list(notes) for name, notes in system.notes.items()},
        **run,
        **place(),
    }


def place() -> dict[str, Any]:
    """What computes here: `versions`, `machine`, `libraries`, `threads`."""
    versions = {name: _version(name) for name in PACKAGES} | {"python": platform.python_version()}
    return {"versions": versions, "machine": dict(_machine()), **_pools()}


def plain_values(system: System, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name as plain data; a signal's text has units where the model has them."""
    second = "[s]" if system.units.active and not system.model.discrete else ""
    suffixes = {name: f"[{unit}]" if (unit := system.units.of(name).si) else "" for name in values}
    return {name: plain(value, suffixes[name], second) for name, value in values.items()}


def plain(value: Any, unit: str = "", second: str = "") -> Any:
    """A value as plain data: a number as itself, an array by its shape and hash, a signal as its text.

    What has no such form is `{"untold": ...}`: enough to be named, not enough to be repeated.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, EdgeList):
        return {**plain(value.array()), "edges": True}
    if is_signal(value):
        return signal_text(value, unit, second) or {"untold": str(value)}
    try:
        array = np.asarray(value)
    except ValueError:
        return {"untold": str(value)}
    if array.dtype.kind not in "biuf":
        return {"untold": str(value)}
    if array.ndim == 0:
        return array.item()
    digest = hashlib.sha256(np.ascontiguousarray(array).reshape(-1).data).hexdigest()
    return {"shape": list(array.shape), "dtype": str(array.dtype), "sha256": digest}


@cache
def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@cache
def _machine() -> Mapping[str, Any]:
    """What computes; the instructions that NumPy finds there decide how its functions round."""
    found = np.show_config(mode="dicts")
    simd = found.get("SIMD Extensions", {}) if found else {}
    instructions = " ".join([*simd.get("baseline", ()), *simd.get("found", ())])
    kind = {"processor": platform.machine(), "model": _processor(), "instructions": instructions}
    return {**kind, "system": sys.platform, "cores": os.cpu_count()}


def _processor() -> str:
    """The name of the processor, as the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8", "replace").splitlines() if told.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


@lru_cache(maxsize=1)
def _loaded(modules: int) -> ThreadpoolController:
    """The numerical libraries of this process: looked for again when more modules have been loaded."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _pools() -> dict[str, dict[str, Any]]:
    """The numerical libraries that are loaded, and how many threads each may use; sums depend on both in their last
    bits."""
    found = _loaded(len(sys.modules)).info()
    told = ("internal_api", "version", "architecture")
    libraries = {str(pool["prefix"]): " ".join(str(pool[key]) for key in told if pool.get(key)) for pool in found}
    return {"libraries": libraries, "threads": {str(pool["prefix"]): int(pool["num_threads"]) for pool in found}}
