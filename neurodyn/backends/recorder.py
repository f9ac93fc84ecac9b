"""Writing down the states that a plan asks for, while a solver passes them."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from neurodyn.backends.plan import Floats, Plan


class Recorder(Protocol):
    """The saved states of one run.

    Attributes:
        count: how many times have been passed and written.
        time, y: those times, and the states there.
    """

    count: int

    @property
    def time(self) -> Floats: ...

    @property
    def y(self) -> Floats: ...

    def enter(self, piece: int) -> None:
        """Only times up to the end of this piece may be passed now."""

    def inside(self, t: float) -> Floats:
        """The times not yet written that come before t."""

    def is_next(self, t: float) -> bool:
        """Whether the state at t is to be written now."""

    def write(self, times: Floats, states: Floats) -> None:
        """The states at the next times."""

    def jump(self, t: float, before: Floats, after: Floats) -> None:
        """The states on both sides of a jump."""


def recorder(plan: Plan) -> Recorder:
    """A recorder of the times of a plan, or of every step."""
    if plan.save_at is None:
        return StepRecorder(plan.start.shape)
    return JumpRecorder(plan, plan.save_at) if plan.jumps else TimeRecorder(plan, plan.save_at)


class TimeRecorder:
    """Records at given times."""

    def __init__(self, plan: Plan, save_at: Floats) -> None:
        self.count = 0
        self._time = save_at
        self._sign = 1.0 if plan.forward else -1.0
        self._clock = self._sign * save_at
        self._places = plan.places(save_at)
        self._y = np.empty((save_at.size, *plan.start.shape))
        self._limit = 0

    def enter(self, piece: int) -> None:
        self._limit = int(np.searchsorted(self._places, piece, side="right"))

    def inside(self, t: float) -> Floats:
        ahead = self._clock[self.count : self._limit]
        return self._time[self.count : self.count + int(np.searchsorted(ahead, self._sign * t, side="left"))]

    def is_next(self, t: float) -> bool:
        return self.count < self._limit and bool(self._time[self.count] == t)

    def write(self, times: Floats, states: Floats) -> None:
        self._y[self.count : self.count + len(states)] = states
        self.count += len(states)

    def jump(self, t: float, before: Floats, after: Floats) -> None:
        """What was asked for is saved as it is after the jump."""

    @property
    def time(self) -> Floats:
        return self._time[: self.count]

    @property
    def y(self) -> Floats:
        return self._y[: self.count]


class JumpRecorder(TimeRecorder):
    """Records at given times, and on both sides of each jump."""

    def __init__(self, plan: Plan, save_at: Floats) -> None:
        super().__init__(plan, save_at)
        self._after: list[int] = []  # after how many of the given times
        self._extra: list[tuple[float, Floats]] = []

    def jump(self, t: float, before: Floats, after: Floats) -> None:
        if not (self.count and self._time[self.count - 1] == t):
            self._add(t, before)
        if not self.is_next(t):
            self._add(t, after)

    def _add(self, t: float, state: Floats) -> None:
        self._after.append(self.count)
        self._extra.append((t, state))

    @property
    def time(self) -> Floats:
        return np.insert(super().time, self._after, [t for t, _ in self._extra])

    @property
    def y(self) -> Floats:
        return (
            np.insert(super().y, self._after, [state for _, state in self._extra], axis=0) if self._extra else super().y
        )


class StepRecorder:
    """Records wherever a solver comes to; at an edge of an input twice, as one piece ends and the next begins."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.count = 0
        self._shape = shape
        self._times: list[Floats] = []
        self._states: list[Floats] = []
        self._entered = True

    def enter(self, piece: int) -> None:
        self._entered = True

    def inside(self, t: float) -> Floats:
        return np.empty(0)

    def is_next(self, t: float) -> bool:
        return self._entered or bool(self._times[-1][-1] != t)

    def write(self, times: Floats, states: Floats) -> None:
        self._entered = False
        if not times.size:
            return
        self._times.append(times)
        self._states.append(states)
        self.count += len(states)

    def jump(self, t: float, before: Floats, after: Floats) -> None:
        if self.is_next(t):
            self.write(np.array([t]), before[None])
        self.write(np.array([t]), after[None])

    @property
    def time(self) -> Floats:
        return np.concatenate([np.empty(0), *self._times])

    @property
    def y(self) -> Floats:
        return np.concatenate([np.empty((0, *self._shape)), *self._states])
