"""The loop that steps a solver over the pieces of a run, and all that is looked after on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from neurodyn.backends import stuck
from neurodyn.backends.goals import Goals
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.problem import NoJacobian, Problem
from neurodyn.backends.progress import Progress
from neurodyn.backends.recorder import recorder
from neurodyn.backends.reduced_march import Reducer
from neurodyn.backends.solvers import set_going, stepped
from neurodyn.backends.stuck import Way
from neurodyn.backends.trajectory import SETTLED, Outcome, Stop

# LSODA goes on for ever with steps that do not move the clock.
MOST_IDLE_STEPS = 50
# A run that in so many steps has not come this part of its way would take 10^7 steps in all. Jumps of the flow are the
# usual cause: where two sides push against each other, a solver crosses back and forth for ever.
WATCHED_STEPS, LEAST_ADVANCE = 100_000, 1e-2
# Pieces up to so many times the spacing of doubles at the run's ends are crossed at once: no solver starts on them.
LEAST_PIECE = 20

Failed = Mapping[int, Outcome]  # by the place of a trial in the problem
NONE: Failed = {}


class March:
    """One run in progress: where it is, and what has been written and counted.

    All trials go in one stack with a common step. One that cannot go on leaves the stack, and the others go on.

    Attributes:
        t, z: the last good time, and the states there of the trials that are still in the stack.
        stops: how trials ended that left the stack, by number; a run without trials counts as number 0.
    """

    def __init__(self, plan: Plan, method: str, progress: Progress) -> None:
        self.problem = Problem(plan)
        self.recorder = recorder(plan)
        self.t: float = plan.t0
        self.z: Floats = (plan.start / plan.system.layout.scales).ravel()
        self.steps = 0
        self.restarts = -1
        self.stops: dict[int, Stop] = {}
        self._plan, self._method, self._progress = plan, method, progress
        self._least_piece = LEAST_PIECE * np.spacing(max(abs(plan.t0), abs(plan.until)))
        self._idle = 0
        self._watched = (0, plan.t0)  # when progress was last looked at: after which step, at which time
        self._ends = np.array(plan.start)
        self.goals = None if plan.stop_at is None else Goals(plan, plan.stop_at)
        self.reducer = Reducer(plan, method) if plan.reduce else None

    def go(self) -> None:
        """Run to the end, or until no trial is left."""
        for number, piece in enumerate(self._plan.pieces()):
            self.restarts += 1
            self.problem.enter(piece)
            self.recorder.enter(number)
            while failed := self._cross(replace(piece, begin=self.t)):
                self._drop(failed)
                if len(self.stops) == (self._plan.trials or 1):
                    return

    def end(self) -> Floats:
        """The last good state, of each trial at its own time."""
        if self._plan.trials is None:
            return self.problem.state(self.z)
        self._ends[self.problem.trials] = self.problem.state(self.z)
        return self._ends

    def _drop(self, failed: Failed) -> None:
        """Go on without some trials."""
        for row, ended in failed.items():
            self.stops[self.problem.trials[row]] = Stop(ended, self.t, self.recorder.count)
        if self._plan.trials is None:
            return
        self._ends = self.end()
        kept = [row for row in range(len(self.problem.trials)) if row not in failed]
        self.z = self.problem.each(self.z)[kept].ravel()
        self.problem = self.problem.select(kept)

    def _cross(self, piece: Piece) -> Failed:
        """Come to the end of a piece, or to where some trials cannot go on."""
        if self.recorder.is_next(self.t):
            self._write(np.array([self.t]), self.z[None])
        self.problem.bad = None
        rate = self.problem.rate(self.t, self.z)
        if self.problem.bad:
            return stuck.bad_rates(self._plan, self.problem, *self.problem.bad)
        if abs(piece.end - piece.begin) <= self._least_piece:
            self._hop(piece.end, rate)
            return NONE
        try:
            solver = self._solver(piece, rate)
            while self._is_under_way(solver):
                failed = self._step(solver, piece)
                if failed:
                    return failed
        except NoJacobian as error:
            return stuck.bad_jacobians(self._plan, self.problem, error.t, error.rows, self._method)
        return NONE

    def _solver(self, piece: Piece, rate: Floats) -> Any:
        """A solver at the last good time, on its way to the end of the piece."""
        return set_going(self._method, self.problem, piece, self.z, rate, self._plan)

    def _hop(self, end: float, rate: Floats) -> None:
        """Cross a piece so short that the rate stays what it is."""
        times = np.append(self.recorder.inside(end), end)
        path = self.z + (times - self.t)[:, None] * rate
        if self.reducer is not None and end != self.t:
            begin, first = self.t, self.z
            self.reducer.step(self.problem, begin, end, lambda t: (first + (t - begin)[:, None] * rate).T)
        self._write(times[:-1], path[:-1])
        self._arrive(end, path[-1])

    def _step(self, solver: Any, piece: Piece) -> Failed:
        self.problem.bad = None
        if not stepped(solver) or not np.isfinite(solver.y).all():
            return self._stuck(piece, solver.y)
        self.problem.bad = None
        t, z = self._reached(solver)
        times = self.recorder.inside(t)
        if times.size:
            states = self._path(solver)(times).T
            good = np.isfinite(states).all(axis=1)
            if not good.all():
                return self._stuck(piece, states[int(np.argmin(good))])
            self._write(times, states)
        if self.reducer is not None and t != self.t:
            self.reducer.step(self.problem, self.t, t, self._path(solver))
        self._idle = self._idle + 1 if solver.t == self.t else 0
        self._arrive(t, z)
        if there := self._settled():
            return there
        return self._watch(piece) if self._idle < MOST_IDLE_STEPS else self._stuck(piece, self.z)

    def _settled(self) -> Failed:
        """The trials that have come to a known attractor."""
        if self.goals is None:
            return NONE
        states = self.problem.state(self.z).reshape(len(self.problem.trials), -1)
        there = self.goals.reached(np.array(self.problem.trials), states)
        return dict.fromkeys(np.flatnonzero(there).tolist(), SETTLED)

    def _is_under_way(self, solver: Any) -> bool:
        return bool(solver.status == "running")

    def _reached(self, solver: Any) -> tuple[float, Floats]:
        """How far the step counts, and the state there."""
        return float(solver.t), solver.y

    def _path(self, solver: Any) -> Any:
        """The states along the last step."""
        return solver.dense_output()

    def _watch(self, piece: Piece) -> Failed:
        """Look from time to time whether the run gets on."""
        step, t = self._watched
        if self.steps - step < WATCHED_STEPS or self._plan.dt is not None:
            return NONE
        self._watched = (self.steps, self.t)
        if abs(self.t - t) >= LEAST_ADVANCE * abs(self._plan.until - self._plan.t0):
            return NONE
        way = Way(self._plan, self._method, self.problem, replace(piece, begin=self.t), self.z)
        return stuck.stalled(way, t, WATCHED_STEPS)

    def _arrive(self, t: float, z: Floats) -> None:
        self.t, self.z = t, z
        self.steps += 1
        if self.recorder.is_next(t):
            self._write(np.array([t]), z[None])
        self._progress.at(t)

    def _write(self, times: Floats, z: Floats) -> None:
        if self.problem.past is not None:
            self.problem.past.sample(times)
        states = self.problem.state(z)
        if self.stops:
            every = np.full((len(states), *self._plan.start.shape), np.nan)
            every[:, self.problem.trials] = states
            states = every
        self.recorder.write(times, states)

    def _stuck(self, piece: Piece, z: Floats) -> Failed:
        """Which trials could not go on from the last good state, or came to `z`, which is not finite; and why."""
        self._idle = 0
        way = Way(self._plan, self._method, self.problem, replace(piece, begin=self.t), self.z)
        return stuck.reasons(way, z)
