"""Impulses of Poisson processes that are counted in each step, because they are too many to be dated one by one.

How often each unit happens in a step is a draw from the Poisson distribution, which depends on seed, name, trial, and
number and length of the step alone: all backends in fixed steps have the same counts, and so has a run that goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.plan import Plan
from neurodyn.system.happenings import Acting

Units = NDArray[np.intp]


class Counts:
    """The counted events of a run.

    Attributes:
        names: their names.
    """

    def __init__(self, events: Mapping[str, Acting], plan: Plan, dt: float) -> None:
        counted = {name: event.rate for name, event in events.items() if event.counted and event.rate is not None}
        self.names = tuple(counted)
        self._means = {name: rate * dt for name, rate in counted.items()}
        self._keys = {name: _key(f"{plan.seed}/{name}/{plan.trial}") for name in counted}

    def at(self, name: str, step: int) -> NDArray[np.int64]:
        """How often each unit happens in the step from step*dt on."""
        rng = np.random.Generator(np.random.Philox(key=self._keys[name], counter=[0, 0, 0, step]))
        return rng.poisson(self._means[name])

    def units(self, name: str, step: int) -> Units:
        """The units that happen in a step, each as often as it does."""
        counts = self.at(name, step)
        return np.repeat(np.arange(counts.size), counts)


def _key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")
