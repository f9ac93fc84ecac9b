"""Writing down the states that a plan asks for, while a solver passes them."""

from __future__ import annotations

import numpy as np

from neurodyn.backends.plan import Floats, Plan


class Recorder:
    """The saved states of one run.

    Attributes:
        count: how many of the plan's times have been passed and written.
    """

    def __init__(self, plan: Plan) -> None:
        self.count = 0
        self._time = plan.save_at
        self._sign = 1.0 if plan.forward else -1.0
        self._clock = self._sign * plan.save_at
        self._places = plan.places()
        self._y = np.empty((plan.save_at.size, *plan.start.shape))
        self._limit = 0

    def enter(self, piece: int) -> None:
        """Only times up to the end of this piece may be passed now."""
        self._limit = int(np.searchsorted(self._places, piece, side="right"))

    def inside(self, t: float) -> Floats:
        """The times not yet written that come before t."""
        ahead = self._clock[self.count : self._limit]
        return self._time[self.count : self.count + int(np.searchsorted(ahead, self._sign * t, side="left"))]

    def write(self, states: Floats) -> None:
        """The states at the next times."""
        self._y[self.count : self.count + len(states)] = states
        self.count += len(states)

    def is_next(self, t: float) -> bool:
        """Whether the state at t is to be written now."""
        return self.count < self._limit and bool(self._time[self.count] == t)

    @property
    def time(self) -> Floats:
        return self._time[: self.count]

    @property
    def y(self) -> Floats:
        return self._y[: self.count]
