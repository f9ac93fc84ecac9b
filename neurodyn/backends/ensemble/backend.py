"""The `ensemble` backend: many runs of one system side by side."""

from __future__ import annotations

from neurodyn.backends.ensemble import lanes
from neurodyn.backends.plan import OWN_VALUES, Plan
from neurodyn.backends.trajectory import Trajectory


class Ensemble:
    """Many trajectories of a small system, or one, by explicit methods in compiled code."""

    name = "ensemble"
    abilities = frozenset({"flow", "trials", OWN_VALUES, "sparse"})

    def run(self, plan: Plan) -> Trajectory:
        """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
        return lanes.run(plan)
