"""How the trials of a run ended, in arrays: most ended well, and only of the others there is more to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.trajectory import DONE, SETTLED, Outcome, Stop
from neurodyn.results.trials import Ended


@dataclass(frozen=True, eq=False)
class Stops(Sequence[Stop]):
    """How each trial ended.

    Attributes:
        time: the last time that each reached.
        valid: how many of the saved times each has a state at.
        ends: how those ended, by number, that did not end well.
        settled: which ended well at a known attractor; None if there are none.
    """

    time: NDArray[np.float64]
    valid: NDArray[np.intp]
    ends: Mapping[int, Outcome]
    settled: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, stops: Sequence[Stop]) -> Stops:
        """The same as arrays."""
        if isinstance(stops, Stops):
            return stops
        ends = {k: stop.outcome for k, stop in enumerate(stops) if stop.outcome.status != "done"}
        time, valid = np.array([stop.time for stop in stops], float), np.array([stop.valid for stop in stops], np.intp)
        return cls(time, valid, ends)

    def __len__(self) -> int:
        return len(self.time)

    @overload
    def __getitem__(self, k: int) -> Stop: ...
    @overload
    def __getitem__(self, k: slice) -> Sequence[Stop]: ...
    def __getitem__(self, k: int | slice) -> Stop | Sequence[Stop]:
        if isinstance(k, slice):
            return [self[one] for one in range(*k.indices(len(self)))]
        number = range(len(self))[k]
        well = DONE if self.settled is None or not self.settled[number] else SETTLED
        return Stop(self.ends.get(number, well), float(self.time[number]), int(self.valid[number]))

    def cut(self, count: int, t: float, outcome: Outcome) -> Stops:
        """Those that had more than so many samples, or just as many, end with the last of these, at t."""
        late = self.valid >= count
        ends = {**self.ends, **dict.fromkeys(np.flatnonzero(late).tolist(), outcome)}
        return replace(self, time=np.where(late, t, self.time), valid=np.minimum(self.valid, count), ends=ends)

    def spoilt(self, bad: Mapping[int, Outcome]) -> Stops:
        """Some that ended well have these outcomes after all."""
        return replace(self, ends={**bad, **self.ends}) if bad and len(self) else self

    def told(self) -> Ended:
        """The same in words."""
        return Ended(self._words("status"), self._words("message"), self.time, self.valid)

    def _words(self, what: Literal["status", "message"]) -> NDArray[np.str_]:
        usual = np.full(len(self), getattr(DONE, what))
        if self.settled is not None:
            usual = np.where(self.settled, getattr(SETTLED, what), usual)
        if not self.ends:
            return usual
        return np.array([getattr(self.ends[k], what) if k in self.ends else word for k, word in enumerate(usual)])
