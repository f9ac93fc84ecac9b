"""Which zeros are images of one another: what is shown of one of them holds of all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.symmetries import Symmetry

Array = NDArray[np.float64]


def orbits(low: Array, high: Array, regions: Array, maps: Sequence[Symmetry]) -> list[list[tuple[int, Symmetry]]]:
    """The zeros by orbits: in each, the first by its number, and by which map each comes from the first.

    Args:
        low, high: boxes that hold one zero each, (zeros, size).
        regions: larger boxes in which it is the only one, (zeros, 2, size): an image is a zero, so one that lies in the
            region of a zero is that zero.
    """
    images = [_images(low, high, regions, s) for s in maps]
    size = low.shape[1]
    found, seen = list[list[tuple[int, Symmetry]]](), set[int]()
    for start in range(len(low)):
        if start in seen:
            continue
        seen.add(start)
        own = [(start, Symmetry(np.arange(size), np.ones(size)))]
        for k, way in own:  # it grows as it is gone through
            for s, image in zip(maps, images, strict=True):
                j = int(image[k])
                if j >= 0 and j not in seen:
                    seen.add(j)
                    own.append((j, Symmetry(way.place[s.place], s.sign * way.sign[s.place])))
        found.append(own)
    return found


def _images(low: Array, high: Array, regions: Array, s: Symmetry) -> NDArray[np.intp]:
    """The number of the zero that each becomes; -1 for those whose image is none of these."""
    from scipy.spatial import cKDTree

    if not len(low):
        return np.empty(0, np.intp)
    first, second = s(low), s(high)
    new_low, new_high = np.minimum(first, second), np.maximum(first, second)
    nearest = np.asarray(cKDTree((low + high) / 2).query((new_low + new_high) / 2)[1], dtype=np.intp)
    inside = ((new_low >= regions[nearest, 0]) & (new_high <= regions[nearest, 1])).all(axis=1)
    return np.where(inside, nearest, -1)
