"""Impulses on their way: sent, and due later."""

from __future__ import annotations

import heapq
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.plan import Floats
from neurodyn.system.happenings import Delay

Units = NDArray[np.intp]


class Deliveries:
    """A queue of impulses by the time at which they arrive, for each delayed train.

    Args:
        delays: by train. Times are in their unit, be that seconds or steps.
    """

    def __init__(self, delays: Mapping[str, Delay]) -> None:
        self._delays = delays
        self._queue: list[tuple[float, int, str, Units]] = []
        self._count = 0  # entries of one time come out in the order in which they went in

    @property
    def due(self) -> float:
        """The next time at which an impulse arrives."""
        return self._queue[0][0] if self._queue else np.inf

    def send(self, t: float, event: str, units: Units) -> dict[str, Units]:
        """The impulses of some units go on their way.

        Returns:
            Those that arrive at once: places in their trains.
        """
        now: dict[str, Units] = {}
        for train, delay in self._delays.items():
            if delay.event != event:
                continue
            places = delay.members.of(units)
            times = t + delay.delay[places]
            for time in np.unique(times):
                if time == t:
                    now[train] = places[times == time]
                else:
                    self._push(float(time), train, places[times == time])
        return now

    def _push(self, time: float, train: str, places: Units) -> None:
        heapq.heappush(self._queue, (time, self._count, train, places))
        self._count += 1

    def arrived(self, t: float) -> list[tuple[str, Units]]:
        """The impulses whose time has come: places in their trains."""
        found = []
        while self._queue and self._queue[0][0] <= t:
            _, _, train, places = heapq.heappop(self._queue)
            found.append((train, places))
        return found

    def kept(self) -> dict[str, Floats]:
        """All that is on its way, by train: rows of time and place."""
        found: dict[str, list[Floats]] = {train: [np.empty((0, 2))] for train in self._delays}
        for time, _, train, places in sorted(self._queue, key=lambda entry: entry[:2]):
            found[train].append(np.stack([np.full(places.size, time), places.astype(float)], axis=1))
        return {train: np.concatenate(rows) for train, rows in found.items()}

    def restore(self, kept: Mapping[str, Floats]) -> None:
        """Go on with what was on its way."""
        for train, rows in kept.items():
            times = rows[:, 0]
            for time in np.unique(times):
                self._push(float(time), train, rows[times == time, 1].astype(np.intp))
