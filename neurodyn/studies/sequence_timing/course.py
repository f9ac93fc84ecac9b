"""What a recall went through: patterns in their order, and for how long each of them lasted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
RECALLED = 0.75  # overlap above which a pattern counts as recalled: mixtures, in transitions too, stay below


@dataclass(frozen=True, eq=False)
class Course:
    """Patterns that were reached, one after the other, after the first.

    Attributes:
        times: when each was reached.
        patterns: their numbers.
        count: patterns of the ring.
    """

    times: Array
    patterns: NDArray[np.int64]
    count: int

    @property
    def dwells(self) -> Array:
        """For how long each lasted until the next was reached; the last is cut short, and left out."""
        return np.diff(self.times)

    @property
    def in_order(self) -> int:
        """Patterns that came next in the ring, before the first that did not."""
        steps = np.diff(self.patterns, prepend=0) % self.count == 1
        return int(len(steps) if steps.all() else np.argmin(steps))


def course_of(times: ArrayLike, overlap: Array) -> Course:
    """The course of a run that began with pattern 0.

    Args:
        times: shape (times,).
        overlap: with each pattern, shape (times, patterns).
    """
    best = overlap.argmax(axis=1)
    known = np.flatnonzero(overlap.max(axis=1) > RECALLED)
    changed = known[np.flatnonzero(np.diff(best[known], prepend=0))]
    return Course(np.asarray(times)[changed], best[changed], overlap.shape[1])


def factorial_patterns(count: int, copies: int) -> Array:
    """Orthogonal patterns: each combination of their signs `copies` times; shape (count, copies*2**count)."""
    units = np.arange(copies * 2**count)
    return np.array([1.0 - 2.0 * (units >> m & 1) for m in range(count)])


def random_patterns(rng: np.random.Generator, count: int, size: int) -> Array:
    """Independent signs, shape (count, size)."""
    return np.where(rng.random((count, size)) < 0.5, -1.0, 1.0)
