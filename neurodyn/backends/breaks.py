"""Where a solution with delays is not smooth: a jump of a rate comes again a delay later, one derivative higher."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.plan import Floats

# A method of order 8 keeps it where the first 9 derivatives are smooth, so jumps of those are stepped on: they come at
# sums of up to 9 delays.
HIGHEST = 9
# So many sums of delays are stepped on for each place where a rate jumps; others are left to the error control.
MOST_SUMS = 200
# With more places than these ahead, only those where a first derivative jumps are added.
CROWDED = 500


class Breaks:
    """The breaking points ahead.

    Args:
        delays: the different delays.
        near: times that differ by less are the same.
    """

    def __init__(self, delays: Floats, near: float) -> None:
        self.delays, self.near = delays.tolist(), near
        count = len(self.delays)
        fitting = (k for k in range(HIGHEST, 0, -1) if math.comb(count + k, k) <= MOST_SUMS)
        self.levels = next(fitting, 1 if count < MOST_SUMS else 0)
        self.ahead: list[tuple[float, int]] = []

    def start(self, t: float) -> None:
        """A rate jumps at t."""
        self._spread(t, 0)

    def _spread(self, t: float, level: int) -> None:
        if level < (self.levels if len(self.ahead) < CROWDED else min(1, self.levels)):
            for delay in self.delays:
                heapq.heappush(self.ahead, (t + delay, level + 1))

    def passed(self, t: float) -> bool:
        """A step begins at t; whether that is a breaking point."""
        here = False
        while self.ahead and self.ahead[0][0] <= t + self.near:
            time, level = heapq.heappop(self.ahead)
            while self.ahead and self.ahead[0][0] <= time + self.near:
                level = min(level, heapq.heappop(self.ahead)[1])
            here = here or time > t - self.near
            self._spread(time, level)
        return here

    def before(self, end: float) -> float:
        """The next breaking point before the end, else the end."""
        return self.ahead[0][0] if self.ahead and self.ahead[0][0] < end - self.near else end

    def copy(self) -> Breaks:
        """The same, to go on by itself."""
        found = Breaks(np.array(self.delays), self.near)
        found.ahead = list(self.ahead)
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Those ahead: `break`, their times, and `level`."""
        times, levels = zip(*sorted(self.ahead), strict=True) if self.ahead else ((), ())
        return {"break": np.array(times, dtype=float), "level": np.array(levels, dtype=int)}

    def recall(self, arrays: Mapping[str, Any]) -> None:
        """Those ahead are what `arrays` told."""
        self.ahead = list(zip(np.asarray(arrays["break"]).tolist(), np.asarray(arrays["level"]).tolist(), strict=True))
