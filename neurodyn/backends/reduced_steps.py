"""Reductions of runs in steps that have no path: values at the steps, joined by straight lines; of maps the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurodyn.backends.given import Given
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.reducing import Rows, Running


class Lines:
    """The reductions of one run of the backend `fixed`."""

    def __init__(self, plan: Plan) -> None:
        self._running = Running(plan, 2)
        names = self._running.observed
        self._observe = plan.system.observe(names) if names else None

    def step(self, piece: Piece, t: float, dt: float, before: Floats, after: Floats) -> None:
        """A step of length dt from a time t on this piece."""

        def read(time: Floats, y: Floats, rows: Rows) -> Mapping[str, Any]:
            assert self._observe is not None
            now = min(float(time[0]), piece.end)
            return self._observe(now, y[0], piece.inputs(now))

        states, own = np.stack([before, after])[:, None], np.zeros(1, np.intp)
        self._running.step(own, np.array([t]), np.array([dt]), states, read)

    def found(self) -> dict[str, Floats]:
        return self._running.found()


class Points:
    """The reductions of a map, for all trials."""

    def __init__(self, plan: Plan) -> None:
        self._running, self._scales, self._given = Running(plan, 1), plan.system.layout.scales, Given(plan)
        self._many, names = plan.trials is not None, self._running.observed
        self._observe = plan.system.observe(names, trials=self._many) if names else None

    def point(self, step: int, state: Floats, after: Floats | None, alive: Rows) -> None:
        """The state at a step, of the trials that are alive, and the one after it if there is one."""
        speeds, rows = None, np.atleast_2d(state)[alive]
        if after is not None:
            change = np.abs((np.atleast_2d(after)[alive] - rows) / self._scales).max(axis=1)
            speeds = change[None]

        def read(time: Floats, y: Floats, numbers: Rows) -> Mapping[str, Any]:
            assert self._observe is not None
            given = self._given.at(step, None, numbers if self._many else None)
            return self._observe(float(step), y if self._many else y[0], given)

        one = np.ones(len(alive))
        self._running.step(alive, step * one, one, rows[None], read, speeds)

    def found(self) -> dict[str, Floats]:
        return self._running.found()
