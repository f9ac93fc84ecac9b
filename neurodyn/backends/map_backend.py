"""The `map` backend: the steps of a map, one after the other."""

from __future__ import annotations

import numpy as np

from neurodyn.backends.given import Given
from neurodyn.backends.outcome import bad_step, interrupted, joined
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.recorder import recorder
from neurodyn.backends.threads import few_threads
from neurodyn.backends.trajectory import DONE, Outcome, Stop, Trajectory
from neurodyn.errors import InputError

# A buffer holds so many windows of the past; the last of them is copied to its far end each time it is full.
ROOM = 8


class Map:
    """One run, or many trials side by side, in steps; random, asynchronous, with history."""

    name = "map"
    abilities = frozenset({"map", "map:random", "map:async", "trials"})

    def run(self, plan: Plan) -> Trajectory:
        """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
        method = plan.system.model.update or "synchronous"
        if plan.method not in (None, method):
            raise InputError(
                f"The map backend has no method {plan.method}.",
                code="unknown-method",
                remedy=f"Leave it out: {plan.system.name} says itself how it is updated ({method}).",
            )
        with np.errstate(all="ignore"), Progress(plan) as progress, few_threads(plan):
            walk, now = Walk(plan, progress), DONE
            try:
                walk.go()
            except KeyboardInterrupt:
                now = interrupted(walk.step)
        return _trajectory(plan, method, walk, now)


def _trajectory(plan: Plan, method: str, walk: Walk, now: Outcome) -> Trajectory:
    """What a walk came to, which ended as `now` says for the trials that were in it to the last."""
    window, recorder = walk.buffer.window, walk.recorder
    last = Stop(now, float(walk.step), recorder.count)
    return Trajectory(
        time=recorder.time,
        y=recorder.y,
        outcome=joined(plan, {number: stop.outcome for number, stop in walk.stops.items()}, now),
        method=method,
        counts={"steps": walk.step - int(plan.t0)},
        end_time=float(walk.step),
        end=window[..., 0, :].copy(),
        stops=[walk.stops.get(k, last) for k in range(plan.trials or 0)],
        history=None if plan.history is None else window[..., 1:, :].copy(),
        past=None if walk.past is None else walk.past[: recorder.count],
    )


class Buffer:
    """The last states of a run in one array, newest first, so that a window of them is a view.

    Each new state is written before the others. What is read changes in one assignment, at the end of a step, so
    that a run that is interrupted anywhere stands after its last whole step.
    """

    def __init__(self, start: Floats, history: Floats | None, step: int) -> None:
        first = start[..., None, :]
        window = first if history is None else np.concatenate([first, history], axis=-2)
        self._depth = window.shape[-2]
        rows = (ROOM + 1) * self._depth
        self._states = np.empty((*start.shape[:-1], rows, start.shape[-1]))
        self._place = rows - self._depth, step
        self._states[..., self._place[0] :, :] = window

    @property
    def step(self) -> int:
        """How far the run has come."""
        return self._place[1]

    @property
    def window(self) -> Floats:
        """The state at this step in row 0, and those before it."""
        row = self._place[0]
        return self._states[..., row : row + self._depth, :]

    def add(self, state: Floats) -> None:
        """Go on to the next step."""
        row, step = self._place
        if row == 0:
            row = self._states.shape[-2] - self._depth
            self._states[..., row:, :] = self.window
        self._states[..., row - 1, :] = state
        self._place = row - 1, step + 1


class Walk:
    """One run in progress: where it is, and what has been written.

    Attributes:
        stops: how trials ended that came to numbers that are not finite; a run without trials counts as number 0.
    """

    def __init__(self, plan: Plan, progress: Progress) -> None:
        assert plan.save_at is not None
        self.recorder = recorder(plan)
        self.recorder.enter(0)
        self.buffer = Buffer(plan.start, plan.history, int(plan.t0))
        self.past = np.empty((plan.save_at.size, *self.buffer.window.shape)) if plan.keep_past else None
        self.stops: dict[int, Stop] = {}
        self._plan, self._progress = plan, progress

    @property
    def step(self) -> int:
        """The number of the step that was reached."""
        return self.buffer.step

    def go(self) -> None:
        """Run to the end, or until every trial has failed."""
        take, given = self._plan.system.step(trials=self._plan.trials is not None), Given(self._plan)
        self._record()
        for step in range(self.step, int(self._plan.until)):
            window = self.buffer.window
            state = take(float(step), window[..., 0, :], given.at(step, window))
            if not np.isfinite(state).all():
                self._stop(step, state, window[..., 0, :])
                if len(self.stops) == (self._plan.trials or 1):
                    return
            self.buffer.add(state)
            self._record()
            self._progress.at(step + 1)

    def _stop(self, step: int, state: Floats, before: Floats) -> None:
        """End the trials whose state is not finite; they stand where they were from now on."""
        rows, old = np.atleast_2d(state), np.atleast_2d(before)
        for trial in np.flatnonzero(~np.isfinite(rows).all(axis=1)).tolist():
            if trial not in self.stops:
                ended = bad_step(self._plan, trial, step, rows[trial])
                self.stops[trial] = Stop(ended, float(step), self.recorder.count)
            rows[trial] = old[trial]

    def _record(self) -> None:
        if not self.recorder.is_next(self.step):
            return
        window = self.buffer.window
        if self.past is not None:
            self.past[self.recorder.count] = window
        saved = window[None, ..., 0, :].copy()
        if self.stops:
            saved[0, list(self.stops)] = np.nan
        self.recorder.write(np.array([float(self.step)]), saved)
