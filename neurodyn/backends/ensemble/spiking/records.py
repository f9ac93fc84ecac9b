"""What a run writes down: states at the times that are saved, and which units of which events happened when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.spiking.event_text import LOGGED, TOTAL
from neurodyn.backends.ensemble.spiking.loop_text import MOST, RECORD, ROOM, SAVED, SAVES
from neurodyn.backends.ensemble.spiking.memory import aligned
from neurodyn.backends.event_log import Fired
from neurodyn.backends.plan import Floats, Plan

if TYPE_CHECKING:
    from neurodyn.backends.ensemble.spiking.arrays import Arrays

LEAST_ROOM = 2**16
COLUMNS = ("step", "unit", "event")


class Saves:
    """The saved states of a run."""

    def __init__(self, arrays: Arrays, first: int) -> None:
        plan, self._dt = arrays.network.plan, arrays.network.dt
        self._arrays, self._size = arrays, plan.system.layout.size
        numbers, self._times = self._asked(plan)
        told = [plan.t0, plan.until, *self._times.tolist()]
        self._written: dict[int, float] = {
            round(t / self._dt): t for t in told
        }  # as the plan writes the times of steps
        arrays.memory.put(SAVES, np.append(numbers - first, -1).astype(np.int64))
        arrays.memory.put(RECORD, aligned(max(1, numbers.size * self._size), np.float64))

    def _asked(self, plan: Plan) -> tuple[NDArray[np.int64], Floats]:
        """Numbers of steps, and their times; all of them where no times are given, at an edge of an input twice."""
        if plan.save_at is not None:
            return np.rint(plan.save_at / self._dt).astype(np.int64), plan.save_at
        ends = [(round(p.begin / self._dt), round(p.end / self._dt), p) for p in plan.pieces()]
        numbers = np.concatenate([np.arange(a, b + 1) for a, b, _ in ends])
        times = np.concatenate([[p.begin, *(np.arange(a + 1, b) * self._dt), p.end] for a, b, p in ends])
        return numbers, times

    def time(self, number: int) -> float:
        """The time of a step, as the plan writes it."""
        return self._written.get(number, number * self._dt)

    def here(self, step: int, state: Floats) -> None:
        """Save the state of the step that comes next, as often as it is asked for and not yet saved."""
        steps, memory = self._arrays.memory.of(SAVES), self._arrays.memory
        while steps[self.count] == step:
            memory.of(RECORD)[self._size * self.count :][: self._size] = state
            self._arrays.put(SAVED, self.count + 1)

    @property
    def count(self) -> int:
        """How many were passed."""
        return self._arrays.one(SAVED)

    @property
    def times(self) -> Floats:
        return self._times[: self.count]

    @property
    def states(self) -> Floats:
        found: Floats = self._arrays.memory.of(RECORD)[: self.count * self._size]
        return found.reshape(self.count, self._size)


class Log:
    """The events of a run that are recorded."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays, memory = arrays, arrays.memory
        network = arrays.network
        self._names = list(network.events.acting)
        self._recorded = network.plan.recorded_events
        most = sum(memory.of(("fired", name)).size for name in self._names if name in self._recorded)
        room = max(LEAST_ROOM, 4 * most)
        arrays.put(MOST, most)
        arrays.put(ROOM, room)
        for column in COLUMNS:
            memory.put(("log", column), aligned(room, np.int32))
        self._parts: dict[int, list[NDArray[Any]]] = {}

    def take(self, step: int) -> None:
        """Take away what was written until a step; doing it again changes nothing."""
        count = self._arrays.one(LOGGED)
        if count:
            self._parts[step] = [self._arrays.memory.of(("log", column))[:count].copy() for column in COLUMNS]
            self._arrays.put(LOGGED, 0)

    @property
    def count(self) -> int:
        """How many events there were, recorded or not."""
        return self._arrays.one(TOTAL)

    def fired(self, first: int, dt: float) -> dict[str, Fired]:
        """All of them; times are those of the beginnings of steps."""
        columns = [np.concatenate([np.empty(0, np.int32), *part]) for part in zip(*self._parts.values(), strict=True)]
        steps, units, events = columns or [np.empty(0, np.int32)] * 3
        found = {}
        for name in self._names:
            if name in self._recorded:
                here = events == self._names.index(name)
                found[name] = Fired((steps[here].astype(np.int64) + first) * dt, units[here].astype(np.intp))
        return found
