"""Reductions along the steps of a SciPy solver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.problem import Problem
from neurodyn.backends.reducing import Rows, Running

# Points of a step: the path of DOP853 has degree 7, that of RK45 degree 4, and of noise there is none.
POINTS, FEWER = 8, {"RK45": 5}


class Reducer:
    """The reductions of a plan, step by step, for all trials in the problem."""

    def __init__(self, plan: Plan, method: str) -> None:
        self._running = Running(plan, 2 if plan.noisy else FEWER.get(method, POINTS))
        self._sign, self._many = (1.0 if plan.forward else -1.0), plan.trials is not None
        names = self._running.observed
        self._observe = plan.system.observe(names, trials=self._many) if names else None

    def step(self, problem: Problem, begin: float, end: float, path: Callable[[Floats], Floats]) -> None:
        """A step from one time to another; `path` gives a column of the stack for each time."""
        parts = self._running.points.parts
        times = np.where(parts < 1, begin + parts * (end - begin), end)
        states = problem.state(path(times).T).reshape(len(times), len(problem.trials), problem.size)
        runs = len(problem.trials)

        def read(t: Floats, y: Floats, rows: Rows) -> Mapping[str, Any]:
            assert self._observe is not None
            now = float(t[0])
            return self._observe(now, y if self._many else y[0], problem.inputs(now))

        first, length = np.full(runs, self._sign * begin), np.full(runs, abs(end - begin))
        self._running.step(np.array(problem.trials, np.intp), first, length, states, read)

    def found(self) -> dict[str, Floats]:
        return self._running.found()
