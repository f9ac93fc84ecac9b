"""Which of many found states are the same, and how much was likely missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# States closer than this, in scales, are one.
SAME = 1e-6


@dataclass(frozen=True, eq=False)
class Distinct:
    """Different states, and how often each was found.

    Attributes:
        first: the row of each among what was given.
        counts: how many rows are it.
    """

    first: NDArray[np.intp]
    counts: NDArray[np.intp]

    @property
    def unseen(self) -> float:
        """The share of starts that would lead to a new one (Good 1953, after Turing): of those that led to one, the
        share that nothing else led to."""
        total = int(self.counts.sum())
        return float((self.counts == 1).sum() / total) if total else 1.0


def distinct(states: Array) -> Distinct:
    """States in units of their scales, one row each."""
    first: list[int] = []
    counts: list[int] = []
    by_key: dict[int, list[int]] = {}
    size = 1 + np.abs(states).max(axis=1, initial=0.0)
    # A projection tells most apart: only rows whose projections are close are compared.
    way = np.random.default_rng(0).standard_normal(states.shape[1])
    way /= np.abs(way).sum() or 1.0
    for k, (state, at) in enumerate(zip(states, states @ way, strict=True)):
        cell = int(np.floor(at / (4 * SAME * size[k])))
        near = [p for c in (cell - 1, cell, cell + 1) for p in by_key.get(c, ())]
        same = next((p for p in near if np.abs(states[first[p]] - state).max() <= SAME * size[k]), None)
        if same is None:
            by_key.setdefault(cell, []).append(len(first))
            first.append(k)
            counts.append(1)
        else:
            counts[same] += 1
    return Distinct(np.array(first, dtype=np.intp), np.array(counts, dtype=np.intp))
