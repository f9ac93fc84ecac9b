"""The loop that steps a solver over the pieces of a run, and all that is looked after on the way."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurodyn.backends import outcome
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.problem import NoJacobian, Problem
from neurodyn.backends.progress import Progress
from neurodyn.backends.recorder import Recorder
from neurodyn.backends.solvers import EXPLICIT, REMEDY_EXPLICIT, REMEDY_IMPLICIT, set_going
from neurodyn.backends.trajectory import DONE, Outcome

# LSODA goes on for ever with steps that do not move the clock.
MOST_IDLE_STEPS = 50
# A run that in so many steps has not come this part of its way would take 10^7 steps in all. Jumps of the flow are the
# usual cause: where two sides push against each other, a solver crosses back and forth for ever.
WATCHED_STEPS, LEAST_ADVANCE = 100_000, 1e-2
# Pieces up to so many times the spacing of doubles at the run's ends are crossed at once: no solver starts on them.
LEAST_PIECE = 20


class March:
    """One run in progress: where it is, and what has been written and counted."""

    def __init__(self, plan: Plan, method: str, progress: Progress) -> None:
        self.problem = Problem(plan)
        self.recorder = Recorder(plan)
        self.t: float = plan.t0
        self.z: Floats = (plan.start / plan.system.layout.scales).ravel()
        self.steps = 0
        self.restarts = -1
        self._plan, self._method, self._progress = plan, method, progress
        self._least_piece = LEAST_PIECE * np.spacing(max(abs(plan.t0), abs(plan.until)))
        self._idle = 0
        self._watched = (0, plan.t0)  # when progress was last looked at: after which step, at which time

    def go(self) -> Outcome:
        """Run to the end, or to the reason why not."""
        for number, piece in enumerate(self._plan.pieces()):
            self.restarts += 1
            self.problem.enter(piece)
            self.recorder.enter(number)
            try:
                ended = self._cross(piece)
            except NoJacobian as error:
                ended = outcome.bad_jacobian(self._plan, error.t, error.rows, self._method)
            if ended is not DONE:
                return ended
        return DONE

    def _cross(self, piece: Piece) -> Outcome:
        if self.recorder.is_next(self.t):
            self._write(self.z[None])
        self.problem.bad = None
        rate = self.problem.rate(self.t, self.z)
        if self.problem.bad:
            return outcome.bad_rate(self._plan, *self.problem.bad)
        if abs(piece.end - piece.begin) <= self._least_piece:
            self._hop(piece.end, rate)
            return DONE
        solver = set_going(self._method, self.problem, piece, self.z, rate, self._plan)
        while solver.status == "running":
            ended = self._step(solver)
            if ended is not DONE:
                return ended
        return DONE

    def _hop(self, end: float, rate: Floats) -> None:
        """Cross a piece so short that the rate stays what it is."""
        times = np.append(self.recorder.inside(end), end)
        path = self.z + (times - self.t)[:, None] * rate
        self._write(path[:-1])
        self._arrive(end, path[-1])

    def _step(self, solver: Any) -> Outcome:
        self.problem.bad = None
        if not _stepped(solver) or not np.isfinite(solver.y).all():
            return self._stuck(solver.y)
        self.problem.bad = None
        times = self.recorder.inside(solver.t)
        if times.size:
            states = solver.dense_output()(times).T
            if not np.isfinite(states).all():
                return self._stuck(states)
            self._write(states)
        self._idle = self._idle + 1 if solver.t == self.t else 0
        self._arrive(float(solver.t), solver.y)
        if self._idle >= MOST_IDLE_STEPS:
            return self._stuck(self.z)
        return self._watch()

    def _watch(self) -> Outcome:
        """Look from time to time whether the run gets on."""
        step, t = self._watched
        if self.steps - step < WATCHED_STEPS:
            return DONE
        self._watched = (self.steps, self.t)
        if abs(self.t - t) >= LEAST_ADVANCE * abs(self._plan.until - self._plan.t0):
            return DONE
        rate = self.problem.rate(self.t, self.z)
        return outcome.stalled(self._plan, t, self.t, WATCHED_STEPS, rate)

    def _arrive(self, t: float, z: Floats) -> None:
        self.t, self.z = t, z
        self.steps += 1
        if self.recorder.is_next(t):
            self._write(z[None])
        self._progress.at(t)

    def _write(self, states: Floats) -> None:
        self.recorder.write(self.problem.state(states))

    def _stuck(self, z: Floats) -> Outcome:
        """Why the solver could not go on from the last good state, or came to `z`, which is not finite."""
        bad = self.problem.bad
        rate = self.problem.rate(self.t, self.z)
        runaway = outcome.runaway(self._plan, self.t, self.z, rate, self.problem.rate(self.t, 2 * self.z))
        if runaway is not None:
            return runaway
        if bad is not None:
            return outcome.bad_rate(self._plan, *bad)
        if not np.isfinite(z).all():
            return outcome.bad_state(self._plan, self.t, z[-1] if z.ndim > 1 else z)
        remedy = REMEDY_EXPLICIT if self._method in EXPLICIT else REMEDY_IMPLICIT
        return outcome.too_small(self._plan, self.t, rate, self._method, remedy)


def _stepped(solver: Any) -> bool:
    """Take one step. SciPy reports some numerical troubles by raising: numbers that overflow, a singular matrix."""
    try:
        solver.step()
    except (ValueError, RuntimeError) as error:
        if "infs or NaNs" in str(error) or "singular" in str(error):
            return False
        raise
    return bool(solver.status != "failed")
