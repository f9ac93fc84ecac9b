"""Which units of which events happened when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.plan import Floats
from neurodyn.system.happenings import Acting

Units = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Fired:
    """The record of one event: times in order, and the number of the unit of each.

    Attributes:
        trial: of each, with trials; they stand one after the other.
    """

    time: Floats
    unit: Units
    trial: Units | None = None


class EventLog:
    """Writes down the events that are recorded."""

    def __init__(self, events: Mapping[str, Acting], recorded: Collection[str]) -> None:
        self._times: dict[str, list[float]] = {name: [] for name in events if name in recorded}
        self._units: dict[str, list[Units]] = {name: [] for name in self._times}
        self.count = 0

    def add(self, name: str, t: float, units: Units) -> None:
        """Some units of an event happen."""
        self.count += units.size
        if name in self._times:
            self._times[name].append(t)
            self._units[name].append(units)

    def fired(self) -> dict[str, Fired]:
        """All of it."""
        found = {}
        for name, times in self._times.items():
            units = self._units[name]
            counts = [u.size for u in units]
            unit = np.concatenate([np.empty(0, np.intp), *units])
            found[name] = Fired(np.repeat(np.array(times, dtype=float), counts), unit)
        return found


def joined(trials: list[Mapping[str, Fired]]) -> dict[str, Fired]:
    """The records of several trials, one after the other."""
    found = {}
    for name in trials[0] if trials else ():
        own = [fired[name] for fired in trials]
        numbers = [np.full(f.time.size, k) for k, f in enumerate(own)]
        found[name] = Fired(
            np.concatenate([f.time for f in own]), np.concatenate([f.unit for f in own]), np.concatenate(numbers)
        )
    return found
