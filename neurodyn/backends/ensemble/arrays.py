"""Many runs of a system of any size as whole arrays: a row for each run, with a time and a step of its own.

What is a product of a matrix and a vector for one run is a product of matrices for all of them. Runs that have come to
their end leave the array, so that the others do not pay for them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from neurodyn.backends.ensemble.answer import trajectory
from neurodyn.backends.ensemble.block import Block, Flags
from neurodyn.backends.ensemble.choice import ARRAYS, chosen_method
from neurodyn.backends.ensemble.combined import finite, moved, path_weights
from neurodyn.backends.ensemble.control import allowed, factor, first_step, squared_error
from neurodyn.backends.ensemble.driver import Found
from neurodyn.backends.ensemble.frame import BAD_RATE, DONE, SETTLED, STALLED, STOPPED, TOLD, TOO_SMALL
from neurodyn.backends.ensemble.methods import Tableau, tableau
from neurodyn.backends.ensemble.readings import Numbers, Readings
from neurodyn.backends.ensemble.reduced_arrays import Reducer, Step
from neurodyn.backends.ensemble.stepping import ROUNDINGS
from neurodyn.backends.goals import Goals
from neurodyn.backends.march import LEAST_ADVANCE, WATCHED_STEPS
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.threads import few_threads
from neurodyn.backends.trajectory import Trajectory

# The rates of all stages of a block stay in a cache of the second level; but products of fewer rows are slow.
BLOCK_BYTES, LEAST_ROWS = 2**20, 256


def run(plan: Plan) -> Trajectory:
    """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
    method = tableau(chosen_method(plan))
    with np.errstate(all="ignore"), Progress(plan) as progress, few_threads(plan):
        found, march = _carried_out(plan, method, progress)
    done = trajectory(plan, method.name, found, {"mode": ARRAYS, **march.scheme()})
    return replace(done, reduced=march.reduced())


def _carried_out(plan: Plan, method: Tableau, progress: Progress) -> tuple[Found, March]:
    """All trials, in blocks, as far as the user lets them go."""
    start = np.atleast_2d(plan.start)
    trials, size = start.shape
    sign = 1.0 if plan.forward else -1.0
    times = np.array([plan.until]) if plan.save_at is None else plan.save_at
    found = Found(
        np.full((times.size, trials, size), np.nan),
        start.copy(),
        np.full(trials, sign * plan.t0),
        np.zeros((trials, TOLD), np.int64),
        np.empty((trials, 0)),
        np.full(trials, -1.0),
    )
    rows = max(LEAST_ROWS, BLOCK_BYTES // (8 * size * (method.stages + 3)))
    march = March(plan, method, sign * times, found)
    try:
        for first in range(0, trials, rows):
            march.block(np.arange(first, min(first + rows, trials)), progress)
    except KeyboardInterrupt:
        found.told[found.told[:, 0] == 0, 0] = STOPPED
    return found, march


class March:
    """Steps blocks of runs over the pieces of a plan, and writes what they come to."""

    def __init__(self, plan: Plan, method: Tableau, times: Floats, found: Found) -> None:
        self._plan, self._method, self._times, self._found = plan, method, times, found
        self._goals = None if plan.stop_at is None else Goals(plan, plan.stop_at)
        self._reducer = Reducer(plan, method) if plan.reduce else None
        self._readings = Readings(plan, self._reducer.observed if self._reducer else ())
        self._sign = 1.0 if plan.forward else -1.0
        self._atol = plan.atol * plan.system.layout.scales
        self._advance = LEAST_ADVANCE * abs(plan.until - plan.t0)
        self._work = np.empty(0)

    def block(self, trials: Numbers, progress: Progress) -> None:
        """Some of the runs, from the beginning to the end."""
        if self._times.size and self._times[0] <= self._sign * self._plan.t0:
            self._found.saved[0, trials] = self._found.final[trials]
            self._found.told[trials, 3] = 1
        for piece in self._plan.pieces():
            self._readings.enter(piece)
            going = trials[self._found.told[trials, 0] == 0]
            if going.size:
                self._cross(going, self._sign * piece.begin, self._sign * piece.end, progress)
        done = self._found.told[trials, 0] == 0
        self._found.told[trials[done], 0] = DONE

    def _cross(self, trials: Numbers, begin: float, end: float, progress: Progress) -> None:
        """One piece, from which every run comes to its end or stops on the way."""
        y, t = self._found.final[trials], np.full(trials.size, begin)
        rate = self._readings.rates(t, y, trials).copy()
        block = Block(trials, t, self._first(y, rate, end - begin), y, rate, t)
        block = self._leave(block, ~finite(rate), BAD_RATE)
        try:
            while block.trials.size:
                block = self._watch(self._step(block, end), progress)
        except KeyboardInterrupt:
            self._leave(block, np.ones(block.trials.size, bool), STOPPED)
            raise

    def _watch(self, block: Block, progress: Progress) -> Block:
        """Look from time to time whether the runs get on."""
        if block.trials.size:
            progress.at(self._sign * float(block.t.min()))
        if block.tried % WATCHED_STEPS:
            return block
        return replace(self._leave(block, block.t - block.mark < self._advance, STALLED), mark=block.t)

    def _first(self, y: Floats, rate: Floats, span: float) -> Floats:
        if not self._method.error:
            return np.full(len(y), self._plan.dt or span)
        return first_step(y, rate, allowed(y, y, self._plan.rtol, self._atol), span)

    def _step(self, block: Block, end: float) -> Block:
        """One step of all runs of a block; those whose error is too large stay, and try a shorter one."""
        least, left = ROUNDINGS * np.abs(block.t), end - block.t
        h = np.maximum(block.h, least)
        last = h >= left
        h = np.where(last, left, h)
        after = np.where(last, end, block.t + h)
        rates, u = self._stages(block, h, after, self._is_over(block, last, after))
        good, longer = self._judged(block, h, u, rates)
        self._save(block, good, h, after, u, rates)
        if self._reducer is not None and good.any():
            self._reduce(self._reducer, block, np.flatnonzero(good), h, after, u, rates)
        failed = ~good & ((longer < least) | (not self._method.error))
        self._found.told[block.trials, 1] += good
        self._found.told[block.trials, 2] += 1
        rate = rates[-1].copy()
        if not good.all():
            u, rate = np.where(good[:, None], u, block.y), np.where(good[:, None], rate, block.rate)
        now = Block(block.trials, np.where(good, after, block.t), longer, u, rate, block.mark, block.tried + 1)
        if self._goals is not None:
            own = np.flatnonzero(good)
            there = np.zeros(len(good), bool)
            there[own] = self._goals.reached(block.trials[own], u[own])
            self._found.goals[block.trials[there]] = self._goals.attractor[block.trials[there]]
            now, kept = self._leave(now, there, SETTLED), ~there
            failed, good, last = failed[kept], good[kept], last[kept]
        return self._leave(now, failed, TOO_SMALL, good & last)

    def _judged(self, block: Block, h: Floats, u: Floats, rates: Floats) -> tuple[Flags, Floats]:
        """Which steps are good enough, and how long the next ones are."""
        if not self._method.error:
            return finite(u), block.h
        error = squared_error(self._method, rates, h, allowed(block.y, u, self._plan.rtol, self._atol))
        good = error <= 1.0
        return good, h * factor(self._method, error, good)

    def _is_over(self, block: Block, last: Flags, after: Floats) -> bool:
        """Whether nobody asks for the rates at the end of a step: no next one, no estimate, no path, no reduction."""
        if self._method.error or not last.all():
            return False
        return self._reducer is None and bool(
            (np.searchsorted(self._times, after) <= self._found.told[block.trials, 3]).all()
        )

    def _stages(self, block: Block, h: Floats, after: Floats, over: bool) -> tuple[Floats, Floats]:
        """The rates of all stages, (stages, runs, states), and the state at the end of the step.

        If it is over with the step, the rates at its end are not computed.
        """
        method = self._method
        rates = self._room(method.stages, block.y)
        rates[0] = block.rate
        u = block.y
        for j in range(1, method.stages):
            u = moved(block.y, h, method.a[j], rates)
            if over and j == method.stages - 1:
                break
            t = after if method.c[j] == 1.0 else block.t + method.c[j] * h
            rates[j] = self._readings.rates(t, u, block.trials)
        return rates, u

    def _room(self, count: int, y: Floats) -> Floats:
        """Room for so many rates, which is used again and again."""
        if self._work.size < count * y.size:
            self._work = np.empty(count * y.size)
        return self._work[: count * y.size].reshape(count, *y.shape)

    def _save(self, block: Block, good: Flags, h: Floats, after: Floats, u: Floats, rates: Floats) -> None:
        """Write the states at the times that the steps have passed."""
        counts = self._found.told[block.trials, 3]
        until = np.searchsorted(self._times, after, side="right")
        due = np.flatnonzero(good & (until > counts))
        if not due.size:
            return
        rows = np.repeat(due, until[due] - counts[due])
        places = np.concatenate([np.arange(counts[k], until[k]) for k in due])
        part = (self._times[places] - block.t[rows]) / h[rows]
        ends = self._times[places] >= after[rows]
        states = u[rows]
        inner = np.flatnonzero(~ends)
        if inner.size:
            own, place = np.unique(rows[inner], return_inverse=True)
            paths = self._with_further(block, own, h, rates)
            weights = path_weights(self._method, part[inner])
            slopes = np.einsum("js,jsn->sn", weights, paths[:, place])
            states[inner] = block.y[rows[inner]] + h[rows[inner], None] * slopes
        self._found.saved[places, block.trials[rows]] = states
        self._found.told[block.trials[due], 3] = until[due]

    def _reduce(
        self, reducer: Reducer, block: Block, own: Numbers, h: Floats, after: Floats, u: Floats, rates: Floats
    ) -> None:
        """Hand on good steps."""
        step = Step(block.trials[own], block.t[own], after[own] - block.t[own], block.y[own], u[own])
        reducer.step(step, h[own], self._with_further(block, own, h, rates), self._readings.observed)

    def scheme(self) -> dict[str, object]:
        """What is to be told of products."""
        return self._readings.products.scheme()

    def reduced(self) -> dict[str, Floats]:
        """What the reductions have come to."""
        return {} if self._reducer is None else self._reducer.found()

    def _with_further(self, block: Block, own: Numbers, h: Floats, rates: Floats) -> Floats:
        """The rates of some of the runs, with those of further stages, which the path needs."""
        method, y, t, step = self._method, block.y[own], block.t[own], h[own]
        found = np.empty((len(method.path), *y.shape))
        found[: method.stages] = rates[:, own]
        for j, (part, row) in enumerate(zip(method.more_c, method.more_a, strict=True), method.stages):
            found[j] = self._readings.rates(t + part * step, moved(y, step, row, found), block.trials[own])
        return found

    def _leave(self, block: Block, stopped: Flags, code: int, arrived: Flags | None = None) -> Block:
        """Runs that stop for a reason leave the block, and so do those at the end of the piece."""
        gone = stopped if arrived is None else stopped | arrived
        if not gone.any():
            return block
        numbers = block.trials[gone]
        self._found.final[numbers], self._found.ended[numbers] = block.y[gone], block.t[gone]
        self._found.told[block.trials[stopped], 0] = code
        return block.keep(~gone)
