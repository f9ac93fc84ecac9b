"""The results of stages that went on from one another, as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.results.events import with_all_events, without_events
from neurodyn.results.recipe import plain
from neurodyn.results.result import Result

if TYPE_CHECKING:
    from xarray import Dataset

_OF_TRIALS = ("status", "message", "stop_time", "valid")


def joined(
    parts: Sequence[Result], told: Sequence[Mapping[str, Any]], arrays: Mapping[str, Any], save_at: Any
) -> Result:
    """One result of all stages; the time at which one ends and the next begins stands there twice.

    Args:
        told, arrays: all stages as plain data, and the arrays that belong to it.
        save_at: what was asked for.
    """
    begin, end = parts[0], parts[-1]
    counts = {key: sum(part.counts.get(key, 0) for part in parts) for part in parts for key in part.counts}
    steps = {"steps": sum(part.recipe["steps"] for part in parts)} if "steps" in begin.recipe else {}
    times = {} if isinstance(save_at, str | None) else {"t": np.asarray(save_at, dtype=float)}
    recipe = {
        **begin.recipe,
        "until": end.recipe["until"],
        **steps,
        "stages": list(told),
        "save_at": plain(times["t"]) if times else save_at,
        "counts": counts,
    }
    kept = {"stages": arrays, "save_at": times, "end": end.arrays["end"]}
    kept |= {kind: end.arrays[kind] for kind in ("history", "pending") if kind in end.arrays}
    dataset = _one_after_the_other([part.dataset for part in parts])
    return Result(dataset, recipe, end.status, end.code, end.message, counts, {**begin.arrays, **kept})


def _one_after_the_other(datasets: Sequence[Dataset]) -> Dataset:
    import xarray as xr

    last = datasets[-1]
    ended = {name: last[name] for name in _OF_TRIALS if name in last.coords}
    bare = [without_events(d).drop_vars(list(ended)) for d in datasets]
    dataset = xr.concat(bare, dim="time", data_vars="minimal", coords="minimal", compat="override", join="override")
    if ended:
        valid = sum(d["valid"].values for d in datasets)
        ended["valid"] = ended["valid"].copy(data=valid)
    return with_all_events(dataset.assign_coords(ended), datasets)
