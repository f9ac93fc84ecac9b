"""The `brian2` backend: from a plan to a trajectory, in fixed steps."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from neurodyn.backends.brian2.couplings import COUPLINGS, coupling_of
from neurodyn.backends.brian2.methods import METHODS
from neurodyn.backends.brian2.refuse import refused
from neurodyn.backends.brian2.size import check_memory
from neurodyn.backends.brian2.targets import NUMPY, STANDALONE, TARGETS, check_compiler, check_functions
from neurodyn.backends.clock import NEAR, Clock
from neurodyn.backends.event_plan import check_kind
from neurodyn.backends.event_runs import in_turn
from neurodyn.backends.plan import COUPLING, FIXED_STEPS, OWN_VALUES, TARGET, Floats, Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.trajectory import Trajectory
from neurodyn.errors import InputError


class Brian2:
    """Networks of spiking neurons, and of rates, in fixed steps."""

    name = "brian2"
    abilities = frozenset(
        {"flow", "sparse", "trials", OWN_VALUES, "event:reset", "event:delivery", "event:counted", FIXED_STEPS}
        | {"noise:additive", "noise:multiplicative"}
        | {f"{TARGET}{name}" for name in TARGETS}
        | {f"{COUPLING}{name}" for name in COUPLINGS}
    )

    def run(self, plan: Plan) -> Trajectory:
        """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
        target = plan.target or NUMPY
        plan, method = replace(plan, target=target), METHODS.of(plan)
        coupling = coupling_of(plan, method)
        check_compiler(target)
        with Progress(plan) as progress, np.errstate(all="ignore"):
            if plan.trials is not None:
                return in_turn(plan, lambda one, watch: _run(one, method, coupling, watch), progress)
            return _run(plan, method, coupling, progress)


def _run(plan: Plan, method: str, coupling: str, progress: Progress) -> Trajectory:
    """One run, without trials."""
    from neurodyn.backends.brian2.device import settings
    from neurodyn.backends.brian2.engine import Engine
    from neurodyn.backends.brian2.network import network
    from neurodyn.backends.brian2.noise import seeded
    from neurodyn.backends.brian2.record import Saved, trajectory

    steps, target = _steps(plan), plan.target or NUMPY
    times, stride = _samples(plan, steps)
    check_memory("the states that are saved", 8.0 * plan.start.size * (steps // stride + 2))
    made = network(plan, steps, method, coupling)
    check_functions(made, target)
    with settings(target) as device, seeded(plan), _old_objects_left_out():
        engine = Engine(made, stride, device)
        taken = engine.run(lambda share: progress.at(plan.t0 + share * (plan.until - plan.t0)))
        return trajectory(made, engine, Saved(times, stride, taken), method)


@contextmanager
def _old_objects_left_out() -> Iterator[None]:
    """Before each run Brian2 lets Python look for garbage; what was there before the run takes most of that time."""
    free = gc.get_freeze_count() == 0
    if free:
        gc.freeze()
    try:
        yield
    finally:
        if free:
            gc.unfreeze()


def _steps(plan: Plan) -> int:
    """How many steps a run takes; both ends lie on steps."""
    if plan.dt is None:
        raise InputError(
            "dt is missing: the brian2 backend goes in fixed steps.",
            code="missing-option",
            remedy="Give dt, say a hundredth of the fastest time constant, and halve it to see how much it matters.",
        )
    if not plan.forward:
        raise refused(plan.system.name, "time runs backwards")
    check_kind(plan.system, plan.pending, fixed=True)
    if plan.pending is not None and plan.target == STANDALONE:
        reason = f"it goes on from a run with events, whose impulses the target {STANDALONE} cannot be given"
        raise refused(plan.system.name, reason, f'Take target="{NUMPY}".')
    clock = Clock(plan.dt)
    for word, t in (("t0", plan.t0), ("until", plan.until)):
        if clock.number(t) is None:
            raise InputError(
                f"{word} is {t:g}, which is no whole number of steps of dt = {plan.dt:g}.",
                code="between-steps",
                remedy=f"Take {round(t / plan.dt) * plan.dt:g}, or a dt that divides it.",
            )
    return round((plan.until - plan.t0) / plan.dt)


def _samples(plan: Plan, steps: int) -> tuple[Floats, int]:
    """The times to save, in steps since the start, and how many steps lie between two samples that contain them."""
    assert plan.dt is not None
    exact = np.arange(steps + 1.0) if plan.save_at is None else (plan.save_at - plan.t0) / plan.dt
    near = np.rint(exact)
    times: Floats = np.asarray(np.where(np.abs(exact - near) <= 2 * NEAR, near, exact), dtype=float)
    whole = np.concatenate([np.floor(times), np.ceil(times)]).astype(int)
    return times, math.gcd(steps, *whole.tolist()) or 1
