"""From the recipe of a result back to what was asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.model.stages import CHANGES
from neurodyn.system.attractors import Attractors
from neurodyn.system.edge_lists import EdgeList

if TYPE_CHECKING:
    from neurodyn.results.result import Result
    from neurodyn.system.system import System

_NEEDED = ("model", "sizes", "values", "build_seed", "backend", "method", "record", "inputs", "save_at")


def rebuilt(result: Result) -> System:
    """The system that was run, built again from the recipe."""
    from neurodyn.model.model import Model
    from neurodyn.system.build import build

    recipe = result.recipe
    told = recipe["model"]
    model = Model.from_text(told["text"], name=told["name"], file=told.get("file"))
    _check_files(recipe.get("files", {}))
    values = _in_full(recipe["values"], result.arrays.get("values", {}))
    return build(model, sizes=recipe["sizes"], values=values, seed=recipe["build_seed"])


def _check_files(files: Mapping[str, str]) -> None:
    """Refuse to read values from files that have changed since."""
    for path, digest in files.items():
        found = Path(path)
        if not found.is_file() or hashlib.sha256(found.read_bytes()).hexdigest() != digest:
            what = "has changed since" if found.is_file() else "is gone"
            raise InputError(
                f"This result cannot be repeated: {path}, from which values were read, {what}.",
                code="file-changed",
                remedy="Put the original back.",
            )


def asked(result: Result) -> dict[str, Any]:
    """What `simulate` was asked for, as its arguments; the start in full."""
    recipe, arrays = result.recipe, result.arrays
    end = "stages" if "stages" in recipe else "steps" if "steps" in recipe else "until"
    told = ("t0", "record", "reduce", "backend", "method", "dt", "target", "storage", "rtol", "atol", "seed", "trials")
    save_at = recipe["save_at"] if isinstance(recipe["save_at"], str | None) else arrays["save_at"]["t"]
    return {
        **{name: recipe.get(name) for name in told},
        end: recipe[end] if end != "stages" else _stages(result),
        "values": _in_full(recipe.get("varied", {}), arrays.get("varied", {})) or None,
        "inputs": _in_full(recipe["inputs"], arrays.get("inputs", {})),
        "start": _start(result) if "before" in arrays or "pended" in arrays else dict(arrays["start"]),
        "save_at": save_at,
        "every": recipe.get("every"),
        "stop_at": _attractors(recipe.get("stop_at"), arrays.get("stop_at", {})),
        "coupling": recipe.get("scheme", {}).get("coupling"),
    }


def _attractors(told: Any, arrays: Mapping[str, Any]) -> Attractors | None:
    return None if told is None else Attractors(arrays["points"], told["radius"], told["steps"])


def _stages(result: Result) -> list[dict[str, Any]]:
    """The stages, with their arrays in full."""
    stages = [{k: dict(v) if isinstance(v, dict) else v for k, v in s.items()} for s in result.recipe["stages"]]
    for place, array in result.arrays.get("stages", {}).items():
        number, key, name = place.split("/", 2)
        stages[int(number)][key][name] = array
    for stage in stages:
        for key in CHANGES:
            stage |= {key: _in_full(stage[key], {})} if key in stage else {}
    return stages


def _start(result: Result) -> Result:
    """A result from whose end the run goes on, with what it remembers."""
    import xarray as xr

    from neurodyn.results.result import Result

    recipe, arrays = result.recipe, result.arrays
    end = {**arrays["start"], "t": np.asarray(recipe["t0"])}
    kept = {now: arrays[then] for now, then in (("history", "before"), ("pending", "pended")) if then in arrays}
    return Result(xr.Dataset(), recipe, arrays={"end": end, **kept})


def check_recipe(result: Result) -> None:
    """Refuse a result that does not hold all that a repetition needs."""
    recipe = result.recipe
    missing = [name for name in _NEEDED if name not in recipe] + (["start"] if "start" not in result.arrays else [])
    if missing:
        raise InputError(
            f"This result cannot be repeated: its recipe lacks {', '.join(missing)}.",
            code="no-recipe",
            remedy="Give the result of `simulate` or `neurodyn run`.",
        )
    model = recipe["model"]
    if hashlib.sha256(model["text"].encode()).hexdigest() != model["sha256"]:
        raise InputError(
            "This result cannot be repeated: the text of its model is not the one that was run.",
            code="no-recipe",
            remedy="The file was changed after it was written; take the original.",
        )


def _in_full(values: Mapping[str, Any], arrays: Mapping[str, Any]) -> dict[str, Any]:
    full = {**values, **arrays}
    for name, value in values.items():
        if isinstance(value, Mapping) and value.get("edges") and name in arrays:
            full[name] = EdgeList(*arrays[name])
    for name, value in full.items():
        if isinstance(value, Mapping):
            raise InputError(
                f"This run cannot be repeated: {name} was given in a form that no text can hold.",
                code="untold",
                remedy="Give inputs as numbers, arrays or text (`step(2, 5)`), or as signals with finite numbers.",
            )
    return full
