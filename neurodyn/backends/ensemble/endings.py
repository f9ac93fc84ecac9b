"""Why a run in a lane stopped early, in the words of all backends."""

from __future__ import annotations

import numpy as np

from neurodyn.backends import outcome
from neurodyn.backends.ensemble.frame import BAD_RATE, DONE, STALLED, STOPPED
from neurodyn.backends.ensemble.methods import implicit_names
from neurodyn.backends.march import WATCHED_STEPS
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.problem import Problem
from neurodyn.backends.solvers import REMEDY_IMPLICIT
from neurodyn.backends.trajectory import DONE as WELL
from neurodyn.backends.trajectory import Outcome

REMEDY = "If the system is stiff, take Rodas4, or BDF of the backend scipy; a jump or a singularity stops every method."


class Endings:
    """Tells how trials ended; what the equations are there is computed where it is asked for."""

    def __init__(self, plan: Plan, method: str) -> None:
        self._plan, self._method = plan, method
        self._remedy = REMEDY_IMPLICIT if method.lower() in implicit_names() else REMEDY
        self._problem: Problem | None = None

    def of(self, code: int, trial: int, t: float, y: Floats) -> Outcome:
        """How a trial ended, at a time and in a state."""
        if code == STOPPED:
            return outcome.interrupted(t)
        z = y / self._plan.system.layout.scales
        if not np.isfinite(y).all():
            return outcome.bad_state(self._plan, trial, t, z)
        if code == DONE:
            return WELL
        problem = self._at(trial, t)
        rate, double = problem.rate(t, z), problem.rate(t, 2 * z)
        if code == STALLED:
            return outcome.stalled(self._plan, trial, self._plan.t0, t, WATCHED_STEPS, rate)
        if self._plan.dt is not None and code != BAD_RATE:
            index = int(np.argmax(np.abs(rate)))
            return outcome.unstable(self._plan, t, index, "became infinite, or no number", trial)
        found = outcome.runaway(self._plan, trial, t, z, rate, double)
        if found is not None and code != BAD_RATE:
            return found
        if not np.isfinite(rate).all():
            return outcome.bad_rate(self._plan, trial, t, rate)
        return outcome.too_small(self._plan, trial, t, rate, self._method, self._remedy)

    def _at(self, trial: int, t: float) -> Problem:
        """The equations of one trial, on the piece that holds a time."""
        plan = self._plan
        if self._problem is None or plan.varied is not None:
            self._problem = Problem(plan if plan.trials is None else plan.one(trial))
        sign = 1.0 if plan.forward else -1.0
        pieces = plan.pieces() if plan.trials is None else plan.one(trial).pieces()
        self._problem.enter(next((p for p in pieces if sign * t < sign * p.end), pieces[-1]))
        return self._problem
