"""The `scipy` backend: SciPy's solver objects, stepped in a loop of our own."""

from __future__ import annotations

import warnings

import numpy as np

from neurodyn.backends.compiled_choice import COMPILED, PYTHON
from neurodyn.backends.event_march import EventMarch
from neurodyn.backends.event_runs import in_turn, with_events
from neurodyn.backends.march import March
from neurodyn.backends.outcome import interrupted, joined, out_of_memory
from neurodyn.backends.plan import OWN_VALUES, REDUCE, STOP_AT, TARGET, Plan
from neurodyn.backends.products.choice import FLOAT32
from neurodyn.backends.progress import Progress
from neurodyn.backends.solvers import chosen_method
from neurodyn.backends.threads import few_threads
from neurodyn.backends.trajectory import DONE, Outcome, Stop, Trajectory


class SciPy:
    """One trajectory, or a few trials side by side, of any size, stiff or not."""

    name = "scipy"
    abilities = frozenset(
        {"flow", "jacobian", "sparse", "trials", OWN_VALUES, "delay:state", "noise:additive", "noise:multiplicative"}
        | {"event:reset", "event:delivery", FLOAT32, f"{TARGET}{COMPILED}", f"{TARGET}{PYTHON}", REDUCE, STOP_AT}
    )

    def run(self, plan: Plan) -> Trajectory:
        """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
        method = chosen_method(plan)
        # Numbers that overflow are found by their value after each step, so that every trouble has one way to be told.
        with np.errstate(all="ignore"), warnings.catch_warnings(), Progress(plan) as progress, few_threads(plan):
            warnings.simplefilter("ignore")
            alone = "event:reset" in plan.needed or (plan.varied is not None and plan.remembers)
            if alone and plan.trials is not None:
                return in_turn(plan, lambda one, watch: _run(one, method, watch), progress)
            return _run(plan, method, progress)


def _run(plan: Plan, method: str, progress: Progress) -> Trajectory:
    """One march, to wherever it comes."""
    march, now = (EventMarch if "event:reset" in plan.needed else March)(plan, method, progress), DONE
    try:
        march.go()
    except KeyboardInterrupt:
        now = interrupted(march.t)
    except MemoryError as error:
        now = out_of_memory(error, method)
    found = _trajectory(plan, method, march, now)
    return with_events(found, march.instants) if isinstance(march, EventMarch) else found


def _trajectory(plan: Plan, method: str, march: March, now: Outcome) -> Trajectory:
    """What a march came to, which ended as `now` says for the trials that were in it to the last."""
    failed = {number: stop.outcome for number, stop in march.stops.items() if stop.outcome.status == "failed"}
    if plan.trials is None and march.stops and not failed:
        now = march.stops[0].outcome
    last = Stop(now, march.t, march.recorder.count)
    stops = [march.stops.get(k, last) for k in range(plan.trials or 0)]
    counts = {
        "steps": march.steps,
        "rhs": march.problem.counts["rhs"],
        "jacobian": march.problem.counts["jacobian"],
        "restarts": march.restarts,
    }
    outcome, past = joined(plan, failed, now), march.problem.past
    return Trajectory(
        march.recorder.time,
        march.recorder.y,
        outcome,
        method,
        counts,
        march.t,
        march.end(),
        stops,
        memory=None if past is None else past.arrays(),
        past=None if past is None else past.samples,
        scheme=march.problem.scheme(),
        attractor=march.goals.attractor if march.goals else None,
        reduced=march.reducer.found() if march.reducer else {},
    )
