"""The `ensemble` backend: compiled code for many runs of one system side by side, and for networks with spikes."""

from __future__ import annotations

from neurodyn.backends.ensemble.choice import ARRAYS, NOT_IN_LANES, check, check_storage, is_implicit
from neurodyn.backends.plan import FIXED_EVENTS, LANES, OWN_VALUES, REDUCE, STOP_AT, TARGET, Plan
from neurodyn.backends.products.choice import FLOAT32
from neurodyn.backends.trajectory import Trajectory
from neurodyn.errors import InputError


class Ensemble:
    """Many trajectories of one system, or one, each with steps of its own.

    A small system is written out and compiled, and runs in the lanes of vectors; any other is computed with whole
    arrays. The target says which, `lanes` or `arrays`. Systems with events run in fixed steps, compiled unit by unit.
    """

    name = "ensemble"
    abilities = frozenset(
        {"flow", "trials", OWN_VALUES, "sparse", f"{TARGET}{LANES}", f"{TARGET}{ARRAYS}"}
        | {"event:reset", "event:delivery", "event:counted", FIXED_EVENTS, "noise:additive", "noise:multiplicative"}
        | {"map", "map:random", REDUCE, STOP_AT, FLOAT32}
    )

    def run(self, plan: Plan) -> Trajectory:
        """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
        check_storage(plan)
        # Each mode is loaded where it is needed: what the others need of SciPy takes longer than a short run.
        if "event:reset" in plan.needed:
            _refuse_noise(plan)
            return _with_events(plan)
        check(plan)
        if plan.target == ARRAYS or plan.storage is not None:
            return _arrays(plan)
        try:
            return _in_step(plan) if plan.dt is not None or plan.discrete else _lanes(plan)
        except InputError as error:
            if (
                plan.target == LANES
                or plan.noisy
                or plan.discrete
                or error.code not in NOT_IN_LANES
                or is_implicit(plan)
            ):
                raise
        return _arrays(plan)


def _arrays(plan: Plan) -> Trajectory:
    from neurodyn.backends.ensemble import arrays

    return arrays.run(plan)


def _lanes(plan: Plan) -> Trajectory:
    from neurodyn.backends.ensemble import lanes

    return lanes.run(plan)


def _with_events(plan: Plan) -> Trajectory:
    """In fixed steps where they are given; else in lanes, which locate events."""
    if plan.reduce:
        raise InputError(
            f"The backend ensemble reduces flows without events, and {plan.system.name} has events.",
            code="missing-ability",
            remedy="Take the backend scipy.",
        )
    if plan.target == ARRAYS:
        raise InputError(
            f"The target {ARRAYS} is one of flows without events, and {plan.system.name} has events.",
            code="unknown-target",
            remedy="Leave the target out.",
        )
    if plan.dt is not None and plan.target is None:
        from neurodyn.backends.ensemble.spiking import fixed_steps

        return fixed_steps.run(plan)
    from neurodyn.backends.ensemble.hybrid.run import run as hybrid

    return hybrid(plan)


def _in_step(plan: Plan) -> Trajectory:
    """Lanes that take steps of a given length together."""
    from neurodyn.backends.ensemble.lockstep import run as lockstep

    return lockstep.run(plan)


def _refuse_noise(plan: Plan) -> None:
    if plan.noisy:
        raise InputError(
            f"The backend ensemble cannot run {plan.system.name}: it has events, or bounds of states, and white noise.",
            code="missing-ability",
            remedy="Take the backend fixed, which can.",
        )
