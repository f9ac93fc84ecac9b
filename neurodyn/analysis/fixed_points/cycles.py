"""Which zeros of a map's p-th iterate belong to one cycle, and after how many steps each returns for the first time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.program.intervals import Interval

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cycle:
    """A cycle by the zero that stands for it: its number, after how many steps it returns, all its states.

    `is_first` says whether it surely does not return earlier.
    """

    number: int
    period: int
    states: Array
    is_first: bool


def cycles(of: Enclosure, low: Array, high: Array, regions: Array) -> list[Cycle]:
    """Each cycle once.

    An image of a zero is a zero; so an image that lies in the region of a zero, where there is no other, is that zero.

    Args:
        low, high: boxes that hold one zero each, (zeros, size).
        regions: larger ones in which it is the only one, (zeros, 2, size).
    """
    images = [Interval(low, high)] if len(low) else []
    for _ in range(of.period - 1 if len(low) else 0):
        images.append(of.step(images[-1]))
    found, seen = list[Cycle](), set[int]()
    for k in range(len(low)):
        if k in seen:
            continue
        period = next((d for d in range(1, of.period) if _holds(regions[k : k + 1], images[d], k)[0]), of.period)
        for image in images[:period]:
            seen.update(np.flatnonzero(_holds(regions, image, k)).tolist())
        seen.add(k)
        states = np.stack([(image.low[k] + image.high[k]) / 2 for image in images[:period]])
        apart = [_is_apart(images[0], image, k) for image in images[1:period]]
        found.append(Cycle(k, period, states, all(apart)))
    return found


def _is_apart(own: Interval, image: Interval, k: int) -> bool:
    return bool(((image.low[k] > own.high[k]) | (image.high[k] < own.low[k])).any())


def _holds(regions: Array, image: Interval, k: int) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = np.all((image.low[k] >= regions[:, 0]) & (image.high[k] <= regions[:, 1]), axis=1)
    return inside
