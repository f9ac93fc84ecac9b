"""The `map` backend: the steps of a map, one after the other."""

from __future__ import annotations

import numpy as np

from neurodyn.backends.given import Given
from neurodyn.backends.outcome import bad_step, interrupted, joined, out_of_memory
from neurodyn.backends.plan import OWN_VALUES, REDUCE, Floats, Plan
from neurodyn.backends.products.signs import SignProducts
from neurodyn.backends.progress import Progress
from neurodyn.backends.recorder import recorder
from neurodyn.backends.reduced_steps import Points
from neurodyn.backends.reducing import Rows
from neurodyn.backends.threads import few_threads
from neurodyn.backends.trajectory import DONE, Stop, Trajectory
from neurodyn.errors import InputError

# A buffer holds so many windows of the past; the last of them is copied to its far end each time it is full.
ROOM = 8


class Map:
    """One run, or many trials side by side, in steps; random, asynchronous, with history."""

    name = "map"
    abilities = frozenset({"map", "map:random", "map:async", "sparse", "trials", OWN_VALUES, REDUCE})

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
            except MemoryError as error:
                now = out_of_memory(error, method)
        recorded, window, last = walk.recorder, walk.window, Stop(now, float(walk.step), walk.recorder.count)
        return Trajectory(
            recorded.time,
            recorded.y,
            joined(plan, {number: stop.outcome for number, stop in walk.stops.items()}, now),
            method,
            {"steps": walk.step - int(plan.t0)},
            float(walk.step),
            window[..., 0, :].copy(),
            [walk.stops.get(k, last) for k in range(plan.trials or 0)],
            history=None if plan.history is None else window[..., 1:, :].copy(),
            past=walk.past,
            scheme=walk.products.scheme(),
            reduced=walk.reducer.found() if walk.reducer else {},
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

    Trials do not know of each other, so one that cannot go on stays in the stack, and what becomes of it is ignored.

    Attributes:
        past: the window at each saved step, if the plan keeps them.
        stops: how trials ended that could not go on, by number; a run without trials counts as number 0.
        products: what multiplies matrices of signs.
    """

    def __init__(self, plan: Plan, progress: Progress) -> None:
        self.recorder = recorder(plan)
        self.recorder.enter(0)
        self.buffer = Buffer(plan.start, plan.history, int(plan.t0))
        self.past: list[Floats] | None = [] if plan.keep_past else None
        self.stops: dict[int, Stop] = {}
        self.products = SignProducts()
        self.reducer = Points(plan) if plan.reduce else None
        self._plan, self._progress = plan, progress
        self._last: dict[int, Floats] = {}  # the last good windows of trials that have stopped

    @property
    def step(self) -> int:
        """The number of the step that was reached."""
        return self.buffer.step

    @property
    def window(self) -> Floats:
        """The last good states, newest first, of each trial at its own time."""
        window = self.buffer.window.copy()
        for trial, last in self._last.items():
            window[trial] = last
        return window

    def go(self) -> None:
        """Run to the end, or until no trial is left."""
        take, given = self._plan.system.step(self._plan.trials is not None, self.products), Given(self._plan)
        self._record()
        for step in range(self.step, int(self._plan.until)):
            window = self.buffer.window
            state = take(float(step), window[..., 0, :], given.at(step, window))
            if self.reducer is not None:
                self.reducer.point(step, window[..., 0, :], state, self._alive())
            if not np.isfinite(state).all() and not self._drop(step, state):
                return
            self.buffer.add(state)
            self._record()
            self._progress.at(step + 1)
        if self.reducer is not None:
            self.reducer.point(self.step, self.buffer.window[..., 0, :], None, self._alive())

    def _alive(self) -> Rows:
        """The numbers of the trials that go on."""
        return np.array([k for k in range(self._plan.trials or 1) if k not in self.stops], np.intp)

    def _drop(self, step: int, state: Floats) -> bool:
        """Let those trials stop that came to numbers that are not finite; whether any is left."""
        window, rows = self.buffer.window, np.atleast_2d(state)
        bad = np.flatnonzero(~np.isfinite(rows).all(axis=1)).tolist()
        for trial in bad:
            if trial not in self.stops:
                ended = bad_step(self._plan, trial, step, rows[trial])
                self.stops[trial] = Stop(ended, float(step), self.recorder.count)
                if self._plan.trials is not None:
                    self._last[trial] = window[trial].copy()
        # From finite numbers on, so that what is ignored warns of nothing and is cast to no number.
        rows[bad] = np.atleast_2d(window[..., 0, :])[bad]
        return len(self.stops) < (self._plan.trials or 1)

    def _record(self) -> None:
        if self.recorder.is_next(self.step):
            window = self.buffer.window
            if self.past is not None:
                self.past.append(window.copy())
            states = window[None, ..., 0, :].copy()
            states[:, list(self.stops)] = np.nan
            self.recorder.write(np.array([float(self.step)]), states)
