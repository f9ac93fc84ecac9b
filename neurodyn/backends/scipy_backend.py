"""The `scipy` backend: SciPy's solver objects, stepped in a loop of our own."""

from __future__ import annotations

import warnings

import numpy as np

from neurodyn.backends.march import March
from neurodyn.backends.outcome import interrupted, out_of_memory
from neurodyn.backends.plan import Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.solvers import chosen_method
from neurodyn.backends.threads import few_threads
from neurodyn.backends.trajectory import Trajectory


class SciPy:
    """One trajectory, or a few trials side by side, of any size, stiff or not."""

    name = "scipy"
    abilities = frozenset({"flow", "jacobian", "trials"})

    def run(self, plan: Plan) -> Trajectory:
        """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
        method = chosen_method(plan)
        # Numbers that overflow are found by their value after each step, so that every trouble has one way to be told.
        with np.errstate(all="ignore"), warnings.catch_warnings(), Progress(plan) as progress, few_threads(plan):
            warnings.simplefilter("ignore")
            march = March(plan, method, progress)
            try:
                ended = march.go()
            except KeyboardInterrupt:
                ended = interrupted(march.t)
            except MemoryError as error:
                ended = out_of_memory(error, method)
        counts = {
            "steps": march.steps,
            "rhs": march.problem.rates,
            "jacobian": march.problem.jacobians,
            "restarts": march.restarts,
        }
        end = march.problem.state(march.z)
        return Trajectory(march.recorder.time, march.recorder.y, ended, method, counts, march.t, end)
