"""The `ensemble` backend: many runs of one system side by side."""

from __future__ import annotations

from neurodyn.backends.ensemble import arrays, lanes
from neurodyn.backends.ensemble.choice import ARRAYS, LANES, NOT_IN_LANES, check
from neurodyn.backends.plan import OWN_VALUES, TARGET, Plan
from neurodyn.backends.trajectory import Trajectory
from neurodyn.errors import InputError


class Ensemble:
    """Many trajectories of one system, or one, by explicit methods, each with steps of its own.

    A small system is written out and compiled, and runs in the lanes of vectors; any other is computed with whole
    arrays. The target says which, `lanes` or `arrays`.
    """

    name = "ensemble"
    abilities = frozenset({"flow", "trials", OWN_VALUES, "sparse", f"{TARGET}{LANES}", f"{TARGET}{ARRAYS}"})

    def run(self, plan: Plan) -> Trajectory:
        """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
        check(plan)
        if plan.target == ARRAYS:
            return arrays.run(plan)
        try:
            return lanes.run(plan)
        except InputError as error:
            if plan.target == LANES or error.code not in NOT_IN_LANES:
                raise
        return arrays.run(plan)
