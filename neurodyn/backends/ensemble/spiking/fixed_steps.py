"""The mode of `ensemble` for fixed steps: what the backend `fixed` does, compiled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from neurodyn.backends.ensemble.machine import host
from neurodyn.backends.ensemble.spiking.walk import Walk
from neurodyn.backends.event_runs import in_turn
from neurodyn.backends.fixed_backend import SCHEDULE, check_grid
from neurodyn.backends.fixed_choice import EULER, EXACT, EXPONENTIAL, Methods
from neurodyn.backends.fixed_methods import METHODS as FIXED
from neurodyn.backends.outcome import interrupted, out_of_memory
from neurodyn.backends.plan import Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.trajectory import Trajectory

METHODS = Methods("ensemble", (EXACT, EXPONENTIAL, "rk4", "rk2", EULER), FIXED.asks)


def run(plan: Plan) -> Trajectory:
    """Carry out a plan whose steps are given."""
    assert plan.dt is not None
    dt, method = plan.dt, METHODS.of(plan)
    check_grid(plan, dt)
    with Progress(plan) as progress:
        if plan.trials is not None:
            return in_turn(plan, lambda one, watch: _run(one, method, dt, watch), progress)
        return _run(plan, method, dt, progress)


def _run(plan: Plan, method: str, dt: float, progress: Progress) -> Trajectory:
    machine = host()
    walk = Walk(plan, method, dt, machine, progress)
    try:
        now = walk.go()
    except KeyboardInterrupt:
        walk.catch_up()
        now = interrupted(walk.t)
    except MemoryError as error:
        now = out_of_memory(error, method)
    walk.finish()
    scheme: dict[str, Any] = {"order": SCHEDULE, "lanes": walk.memory.width, "processor": machine.cpu}
    counts, end = {"steps": walk.step}, walk.arrays.state()
    found = Trajectory(walk.saves.times, walk.saves.states, now, method, counts, walk.t, end, scheme=scheme)
    if "event:reset" not in plan.needed:
        return found
    counts, told = {**counts, "events": walk.log.count}, {"delays": "rounded to steps", "rounding": walk.rounding}
    fired, pending = walk.log.fired(walk.first, dt), walk.pending()
    return replace(found, fired=fired, pending=pending, counts=counts, scheme={**scheme, **told})
