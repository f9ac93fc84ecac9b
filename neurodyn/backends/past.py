"""What a run with delays keeps of its past, and reads of it."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.breaks import Breaks
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.ring import Ring, coefficients
from neurodyn.system.delayed import Reading

Values = dict[str, NDArray[np.float64]]


class Past:
    """The states before now: the pieces of a solution, and before the start what the model says.

    Attributes:
        least: the shortest delay, which no step may exceed.
        samples: what was read at the saved times, if the plan wants it.
    """

    def __init__(self, plan: Plan) -> None:
        system, self._plan = plan.system, plan
        earlier = system.earlier
        self.least, self._most = float(earlier.distinct[0]), float(earlier.distinct[-1])
        self._near = 16 * float(np.spacing(max(abs(plan.t0), abs(plan.until), self._most)))
        self.breaks = Breaks(earlier.distinct, self._near)
        self.samples: list[Values] = []
        self._draws: Mapping[str, Any]
        if plan.memory is None:
            start = np.atleast_2d(earlier.base(plan.start))
            self._ring = Ring(*start.shape)
            self._ring.add(-np.inf, plan.t0, np.inf, start[None])
            self._draws = earlier.draws(plan.trials, plan.seed)
        else:
            self._ring, self._draws = Ring.of(plan.memory), plan.memory
            self.breaks.recall(plan.memory)
        self._told = {r.name: earlier.before(r, self._draws) for r in earlier.readings}
        self._use(list(range(plan.trials or 1)))
        self._window = (plan.t0, plan.until)

    def _use(self, trials: list[int]) -> None:
        self._trials = trials
        self._scale = np.tile(self._plan.system.layout.scales, len(trials))

    def enter(self, t: float) -> None:
        """A solver starts at t: an input may jump there, or a state was set."""
        self.breaks.start(t)

    def open(self, begin: float, end: float) -> None:
        """Steps from `begin` up to `end` at most come next: at both, the past is read on the side of the step."""
        self._window = begin, end

    def add(self, path: Any) -> None:
        """A step was taken, with this dense output."""
        rows = coefficients(path) * self._scale
        self._ring.add(path.t_old, path.t_old, path.t - path.t_old, rows.reshape(len(rows), len(self._trials), -1))
        self._ring.drop_before(path.t_old - self._most - self._near)

    def read(self, t: float, only: Collection[str] | None = None) -> Values:
        """The hidden variables at time t, or some of them."""
        found = {}
        for r in self._plan.system.earlier.readings:
            if only is None or r.name in only:
                values = self._read_one(r, t)
                found[r.name] = values.reshape(r.shape if self._plan.trials is None else (-1, *r.shape))[()]
        return found

    def _read_one(self, r: Reading, t: float) -> Floats:
        """The elements of a reading, one row for each trial."""
        begin, end = self._window
        # Moved off the ends of the window, so that a piece that begins or ends there is read on the right side.
        side, ring = min(max(t, begin + self._near), end - self._near), self._ring
        if isinstance(r.delay, float):
            values = ring.at_once(t - r.delay, side - r.delay, r.slot)
        else:
            late, places, back = r.latest_first
            values = ring.at_each(t - late, side - late, places)[:, back]
        told = self._told[r.name]
        if told is None or ring.begin[0] > -np.inf:
            return values
        early = side - r.delay < (ring.begin[1] if len(ring.begin) > 1 else np.inf)
        if not np.any(early):
            return values
        before = told(t)
        found: Floats = np.where(early, before[self._trials] if before.ndim > 1 else before, values)
        return found

    def sample(self, times: Floats) -> None:
        """Keep what is read at saved times for the observables that want it."""
        if self._plan.kept:
            self.samples.extend(self.read(t, self._plan.kept) for t in times.tolist())

    def select(self, rows: Sequence[int]) -> Past:
        """The same of some of the trials, to go on by itself; samples stay those of the whole run."""
        chosen = copy.copy(self)
        chosen._ring, chosen.breaks = self._ring.select(list(rows)), self.breaks.copy()
        chosen._use([self._trials[k] for k in rows])
        return chosen

    def arrays(self) -> Values:
        """All that it takes to go on."""
        return {**self._draws, **self._ring.arrays(), **self.breaks.arrays()}
