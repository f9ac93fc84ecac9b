"""The `map` backend: the steps of a map, one after the other."""

from __future__ import annotations

import numpy as np

from neurodyn.backends.given import Given
from neurodyn.backends.outcome import bad_step, interrupted, out_of_memory
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.recorder import Recorder
from neurodyn.backends.threads import few_threads
from neurodyn.backends.trajectory import DONE, Outcome, Trajectory
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
            walk = Walk(plan, progress)
            try:
                ended = walk.go()
            except KeyboardInterrupt:
                ended = interrupted(walk.step)
            except MemoryError as error:
                ended = out_of_memory(error, method)
        counts, recorder, window = {"steps": walk.step - int(plan.t0)}, walk.recorder, walk.buffer.window
        history = None if plan.history is None else window[..., 1:, :].copy()
        end = window[..., 0, :].copy()
        past = None if walk.past is None else walk.past[: recorder.count]
        return Trajectory(recorder.time, recorder.y, ended, method, counts, float(walk.step), end, history, past)


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
    """One run in progress: where it is, and what has been written."""

    def __init__(self, plan: Plan, progress: Progress) -> None:
        self.recorder = Recorder(plan)
        self.recorder.enter(0)
        self.buffer = Buffer(plan.start, plan.history, int(plan.t0))
        window = self.buffer.window
        self.past = np.empty((plan.save_at.size, *window.shape)) if plan.keep_past else None
        self._plan, self._progress = plan, progress

    @property
    def step(self) -> int:
        """The number of the step that was reached."""
        return self.buffer.step

    def go(self) -> Outcome:
        """Run to the end, or to the reason why not."""
        take, given = self._plan.system.step(trials=self._plan.trials is not None), Given(self._plan)
        self._record()
        for step in range(self.step, int(self._plan.until)):
            window = self.buffer.window
            state = take(float(step), window[..., 0, :], given.at(step, window))
            if not np.isfinite(state).all():
                return bad_step(self._plan, step, state)
            self.buffer.add(state)
            self._record()
            self._progress.at(step + 1)
        return DONE

    def _record(self) -> None:
        if self.recorder.is_next(self.step):
            window = self.buffer.window
            if self.past is not None:
                self.past[self.recorder.count] = window
            self.recorder.write(window[None, ..., 0, :])
