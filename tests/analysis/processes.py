"""Point processes of which everything is known, and plain loops."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from neurodyn.analysis import Trains, spike_trains

Array = Any


def renewal(units: int, rate: float, stop: float, *, shape: float = 1.0, seed: int = 0) -> Trains:
    """Independent gamma processes, which begin long before 0; of shape 1 they are Poisson processes."""
    draw = np.random.default_rng(seed)
    size = int(1.5 * rate * (stop + 20 / rate)) + 100
    times = np.cumsum(draw.gamma(shape, 1 / (rate * shape), (units, size)), axis=1) - 10 / rate
    assert times[:, -1].min() > stop
    return spike_trains([row[(row >= 0) & (row < stop)] for row in times], stop=stop)


def thinned(units: int, rate: float, stop: float, share: float, seed: int = 0) -> Trains:
    """Each unit keeps each spike of one mother process with the probability `share`: counts correlate by `share`."""
    draw = np.random.default_rng(seed)
    mother = np.sort(draw.uniform(0, stop, draw.poisson(rate / share * stop)))
    return spike_trains([mother[draw.random(mother.size) < share] for _ in range(units)], stop=stop)


def lists(trains: Trains) -> list[list[Array]]:
    """The times of each unit of each trial."""
    return [
        [np.sort(trains.time[(trains.unit == i) & (trains.trial == k)]) for i in range(trains.units)]
        for k in range(trains.trials)
    ]


def table(trains: Trains, width: float) -> list[Array]:
    """For each trial the counts over (unit, bin)."""
    found = []
    for k, units in enumerate(lists(trains)):
        edges = trains.start[k] + width * np.arange(int(trains.duration[k] / width + 1e-6) + 1)
        found.append(np.array([[np.sum((t >= a) & (t < b)) for a, b in pairwise(edges)] for t in units]))
    return found
