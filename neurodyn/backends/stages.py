"""Runs in stages: each goes on from the end of the one before, with what it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from neurodyn.backends.grids import STEPS
from neurodyn.backends.plan import Floats
from neurodyn.backends.planning import chosen_times
from neurodyn.backends.prepare import first
from neurodyn.errors import InputError
from neurodyn.model.locate import Locate
from neurodyn.model.stages import CHANGES, read_stages
from neurodyn.results import Result
from neurodyn.results.recipe import plain, plain_values
from neurodyn.results.stages import joined
from neurodyn.system.checks.stages import check_each, check_order
from neurodyn.system.signals import is_signal
from neurodyn.system.system import System

Run = Callable[..., Result]
Stage = Mapping[str, Any]


def stages_of(system: System, stages: Sequence[Stage] | None, until: Any, steps: Any) -> Sequence[Stage]:
    """The stages that were asked for, else those of the bench, unless it was said where the run ends."""
    if stages is None:
        found: Sequence[Stage] = system.model.bench.get("stage", ()) if until is None and steps is None else ()
        return found
    if until is not None or steps is not None:
        raise InputError(
            "stages and an end of the run are both given.", code="stage", remedy="Every stage says where it ends."
        )
    if not stages:
        raise InputError("stages is empty.", code="stage", remedy='Give one or more: stages=[{"until": 10}].')
    read_stages(stages, Locate())
    check_each(system.model, stages, Locate())
    return stages


def run_stages(run: Run, system: System, stages: Sequence[Stage], **asked: Any) -> Result:
    """All stages as one result, up to one that does not come to its end.

    Args:
        run: runs a system from a start to an end.
        asked: the other arguments of `simulate`, which hold for all stages; what a stage changes wins.
    """
    if asked["reduce"] or asked["stop_at"]:
        raise InputError(
            "reduce and stop_at go over one run, and this one has stages.",
            code="bad-reduction",
            remedy="Run the stages one by one, each from the end of the one before.",
        )
    save_at, every = chosen_times(system, asked.pop("save_at"), asked.pop("every"))
    _check_saving(save_at, first(asked["trials"], system.model.bench.get("trials")))
    t0, start, inputs = asked.pop("t0"), asked.pop("start"), dict(asked.pop("inputs") or {})
    times = None if isinstance(save_at, str | None) else np.asarray(save_at, dtype=float)
    ends, found = _ends(system, t0, start, stages), list[Result]()
    for stage, (begin, end) in zip(stages, pairwise(ends), strict=True):
        changes = {**stage.get("values", {}), **stage.get("inputs", {})}
        system = system.with_values(changes) if changes else system
        inputs = {name: value for name, value in inputs.items() if name not in changes}
        own, times = (None, None) if times is None else _share(times, begin, end)
        span = {"t0": begin, "until": None if "steps" in stage else end, "steps": stage.get("steps")}
        saved = save_at if own is None else own if own.size else [end]
        result = run(system, start=_from(start, stage), inputs=inputs, save_at=saved, every=every, **span, **asked)
        found.append(result if own is None or own.size else _unsaved(result))
        start = result
        if result.status != "done":
            break
    return joined(found, [_plain(system, stage) for stage in stages], _arrays(stages), save_at)


def _ends(system: System, t0: Any, start: Any, stages: Sequence[Stage]) -> list[float]:
    """When the first stage begins, and when each ends."""
    reached = float(start.arrays["end"]["t"]) if isinstance(start, Result) else None
    times = [float(system.time("t0", first(t0, reached, system.model.bench.get("from"), 0.0)))]
    for stage in stages:
        times.append(times[-1] + stage["steps"] if "steps" in stage else float(system.time("until", stage["until"])))
    check_order(times, [None] * len(stages))
    return times


def _check_saving(save_at: Any, trials: int | None) -> None:
    if isinstance(save_at, str) and save_at == STEPS and trials is not None:
        raise InputError(
            "Trials that are saved at steps of their own cannot go through stages.",
            code="bad-save-points",
            remedy="Save at times that they share: leave save_at out, or give `every`.",
        )


def _share(times: Floats, begin: float, end: float) -> tuple[Floats, Floats]:
    """The times that fall into a stage, and those that are left; its end belongs to it once."""
    sign = 1.0 if end > begin else -1.0
    count = int(np.searchsorted(sign * times, sign * end, side="left"))
    count += int(count < len(times) and times[count] == end)
    return times[:count], times[count:]


def _unsaved(result: Result) -> Result:
    """The result of a stage without the time at its end, which nobody asked for."""
    dataset = result.dataset.isel(time=slice(0, 0))
    return replace(result, dataset=dataset.assign_coords(valid=0 * dataset["valid"]) if "valid" in dataset else dataset)


def _from(start: Any, stage: Stage) -> Any:
    """The start of a stage: where the one before ended, with some states changed."""
    changed = stage.get("start", {})
    if not isinstance(start, Result):
        return {**(start or {}), **changed} or None
    return replace(start, arrays={**start.arrays, "end": {**start.arrays["end"], **changed}}) if changed else start


def _plain(system: System, stage: Stage) -> dict[str, Any]:
    """A stage as plain data."""
    told = {key: plain(stage[key]) for key in ("until", "steps") if key in stage}
    return told | {key: plain_values(system, stage[key]) for key in CHANGES if stage.get(key)}


def _arrays(stages: Sequence[Stage]) -> dict[str, Any]:
    """The arrays that stages give, by stage, kind and name."""
    found: dict[str, Any] = {}
    for number, stage in enumerate(stages):
        for key in CHANGES:
            arrays = {n: np.asarray(v) for n, v in stage.get(key, {}).items() if not is_signal(v)}
            found |= {f"{number}/{key}/{n}": a for n, a in arrays.items() if a.ndim and a.dtype.kind in "biuf"}
    return found
