"""Reductions of runs that go as whole arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.backends.ensemble.combined import path_weights
from neurodyn.backends.ensemble.methods import Tableau
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.reducing import Read, Rows, Running


@dataclass(frozen=True, eq=False)
class Step:
    """A step of some runs: where it begins, how long it is, and the states at both ends."""

    trials: Rows
    begin: Floats
    length: Floats
    y: Floats
    u: Floats


class Reducer:
    """The reductions of a plan; with steps of fixed length their path is a straight line."""

    def __init__(self, plan: Plan, method: Tableau) -> None:
        self._smooth = bool(method.error)
        self._running = Running(plan, len(method.path[0]) + 1 if self._smooth else 2)
        self.observed = self._running.observed
        inner = self._running.points.parts[1:-1]
        self._weights = path_weights(method, inner) if self._smooth else np.empty((0, 0))

    def step(self, step: Step, h: Floats, rates: Floats, read: Read) -> None:
        """A step of some runs, from the rates of all its stages."""
        states = [step.y, step.u]
        if self._smooth:
            states[1:1] = [step.y + h[:, None] * np.tensordot(w, rates, 1) for w in self._weights.T]
        self._running.step(step.trials, step.begin, step.length, np.stack(states), read)

    def found(self) -> dict[str, Floats]:
        return self._running.found()
