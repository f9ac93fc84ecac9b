"""A run with events: between two instants a solver steps as ever, at each of them states jump."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from neurodyn.backends.endless import Endless
from neurodyn.backends.instants import Instants
from neurodyn.backends.march import NONE, Failed, March
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.solvers import set_going, taken_up


class EventMarch(March):
    """One run, without trials.

    Attributes:
        instants: what happens at instants, and what has happened.
    """

    def __init__(self, plan: Plan, method: str, progress: Progress) -> None:
        super().__init__(plan, method, progress)
        self.instants = Instants(plan)
        self.problem.bounds = self.instants.bounds
        self._last: Any = None  # the solver that went last
        self._stride: float | None = None  # the step that it would have taken next, had nothing happened
        self._dense: tuple[float, Any] = (np.nan, None)
        self._piece: Piece
        self._stopped = False  # within a step, at an instant that was not known before
        self._stop = plan.t0  # the next instant at which something is due

    def _cross(self, piece: Piece) -> Failed:
        self._piece = piece
        try:
            self._happen()
            while self.t != piece.end:
                self._stop = min(piece.end, self.instants.due(self.t))
                if failed := super()._cross(replace(piece, begin=self.t, end=self._stop)):
                    return failed
                if self.t != piece.end or self.t == self._plan.until:
                    self._happen()
        except Endless as error:
            return {0: error.outcome}
        return NONE

    def _happen(self) -> None:
        """All that happens now; the state is saved before and after it."""
        before, given = self.problem.state(self.z), self._piece.inputs(self.t)
        if self.problem.past is not None:
            given |= self.problem.past.read(self.t)
        after = self.instants.happen(self.t, before, given)
        if not np.array_equal(before, after):
            self.recorder.jump(self.t, before, after)
            self.z = after / self.problem.scale
        elif self.problem.bounds is not None:
            self.z = after / self.problem.scale
        self.problem.held = self.instants.held(self.t)
        if self.recorder.is_next(self.t):
            self._write(np.array([self.t]), self.z[None])

    def _solver(self, piece: Piece, rate: Floats) -> Any:
        self.restarts += 1
        self._dense, self._stopped = (np.nan, None), False
        if self._stride is None or not taken_up(self._last, piece, self.z, rate, self._stride):
            self._last = set_going(self._method, self.problem, piece, self.z, rate, self._plan, self._stride)
        return self._last

    def _is_under_way(self, solver: Any) -> bool:
        return not self._stopped and super()._is_under_way(solver)

    def _reached(self, solver: Any) -> tuple[float, Floats]:
        """The end of the step, or the first instant before it at which something happens."""
        begin, end = float(solver.t_old), float(solver.t)
        if hasattr(solver, "h_abs"):  # a step that was cut short says nothing of the next
            is_cut = solver.status == "finished" and self._stride is not None
            self._stride = max(self._stride, solver.h_abs) if is_cut else solver.h_abs
        path = self._path(solver)
        at = self.instants.crossing(begin, end, lambda t: self.problem.state(path(t).T), self._piece.inputs)
        if self.problem.jolts is not None and self.problem.held is not None:  # noise moves what is held too
            solver.y[self.problem.held] = self.z[self.problem.held]
        if at is None:
            return end, solver.y
        self._stopped, self._stop = True, at
        return at, (path(np.array([at]))[:, 0] if at < end else solver.y)

    def _path(self, solver: Any) -> Callable[[Floats], Floats]:
        if self._dense[0] != solver.t:
            self._dense = float(solver.t), solver.dense_output()
        found: Callable[[Floats], Floats] = self._dense[1]
        return found

    def _arrive(self, t: float, z: Floats) -> None:
        """What is saved at an instant is saved after all that happens there, but at the edge of an input twice."""
        self.t, self.z = t, z
        self.steps += 1
        is_edge = t == self._piece.end != self._plan.until
        if (t != self._stop or is_edge) and self.recorder.is_next(t):
            self._write(np.array([t]), z[None])
        self._progress.at(t)
