"""From what a backend answered to a result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from neurodyn.backends.observe import observe
from neurodyn.backends.plan import Plan
from neurodyn.backends.reduced_names import with_finite
from neurodyn.backends.trajectory import Trajectory
from neurodyn.results import Result
from neurodyn.results.label import Numbers
from neurodyn.results.recipe import plain, plain_values, recipe
from neurodyn.results.reduced import Reduced
from neurodyn.system.edge_lists import EdgeList
from neurodyn.system.signals import is_signal


def harvest(
    plan: Plan, trajectory: Trajectory, names: Sequence[str], backend: str, *, inputs: Mapping[str, Any], save_at: Any,
    every: Any,
) -> Result:  # fmt: skip
    """A trajectory with the named variables, labelled, and with all that is needed to repeat it.

    Args:
        backend: the name of the backend that ran the plan.
        inputs, save_at, every: what the caller gave for them; the plan holds what became of it.
    """
    system = plan.system
    seen = observe(plan, trajectory, [name for name in names if name not in system.model.events])
    seen = with_finite(plan, trajectory.reduced, seen)
    times = None if isinstance(save_at, str | None) else plan.save_at
    run = {
        "backend": backend,
        "method": trajectory.method,
        **({"scheme": dict(trajectory.scheme)} if trajectory.scheme else {}),
        **_asked(plan),
        "record": list(names),
        "inputs": plain_values(system, inputs),
        "save_at": save_at if times is None else plain(times),
        "every": every,
        "counts": dict(trajectory.counts),
    }
    arrays = {
        "values": _arrays(system.given),
        "inputs": _arrays(inputs),
        "start": system.layout.unpack(plan.start),
        "save_at": {} if times is None else {"t": times},
        "end": {"t": np.asarray(trajectory.end_time), **system.layout.unpack(trajectory.end)},
    }
    if plan.history is not None:
        arrays["before"] = system.layout.unpack(plan.history)
    if trajectory.history is not None:
        arrays["history"] = system.layout.unpack(trajectory.history)
    for kind, memory in _memories(plan, trajectory):
        arrays[kind] = dict(memory)
    ended, outcome = seen.stops.told() if seen.stops else None, seen.outcome
    numbers = Numbers(
        system, seen.time, seen.variables, ended, trajectory.fired, ended is not None and plan.save_at is None,
        Reduced(system, plan.reduce, trajectory.reduced, _attractor(plan, trajectory)),
    )  # fmt: skip
    counts = dict(trajectory.counts)
    return Result(numbers, recipe(system, run), outcome.status, outcome.code, outcome.message, counts, arrays)


def _asked(plan: Plan) -> dict[str, Any]:
    """The numbers of a plan; tolerances only where steps are chosen by them."""
    asked = {
        name: getattr(plan, name)
        for name in ("dt", "target", "storage", "rtol", "atol", "t0", "until", "trials", "seed")
    }
    if plan.varied is not None:
        asked["varied"] = plain_values(plan.system, plan.varied.asked)
    if plan.reduce:
        asked["reduce"] = {name: str(one) for name, one in plan.reduce.items()}
    if plan.stop_at is not None:
        asked["stop_at"] = {
            "radius": plan.stop_at.radius,
            "steps": plan.stop_at.steps,
            "points": plain(plan.stop_at.points),
        }
    if plan.discrete or plan.dt is not None:
        asked |= {"rtol": None, "atol": None}
    return asked | ({"steps": int(plan.until - plan.t0)} if plan.discrete else {})


def _attractor(plan: Plan, trajectory: Trajectory) -> Any:
    """The attractor that each trial has come to; without trials the one."""
    found = trajectory.attractor
    return None if found is None else found[0] if plan.trials is None else found


def _memories(plan: Plan, trajectory: Trajectory) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What a flow remembers of its past and of its events, before the start and at the end; what differs by trial."""
    own = plan.varied.asked if plan.varied else None
    found = {
        "stop_at": None if plan.stop_at is None else {"points": np.asarray(plan.stop_at.points)},
        "varied": own,
        "before": plan.memory,
        "history": trajectory.memory,
        "pended": plan.pending,
        "pending": trajectory.pending,
    }
    yield from ((kind, memory) for kind, memory in found.items() if memory is not None)


def _arrays(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that are arrays of numbers; numbers, text and signals stand in the recipe itself."""
    told = {name: value.array() if isinstance(value, EdgeList) else value for name, value in values.items()}
    found = {name: np.asarray(value) for name, value in told.items() if not is_signal(value)}
    return {name: array for name, array in found.items() if array.ndim and array.dtype.kind in "biuf"}
