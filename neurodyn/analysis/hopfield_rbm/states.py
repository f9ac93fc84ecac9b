"""All states of units of +1 and -1."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from neurodyn.analysis.hopfield_rbm.given import Array


def blocks_of_states(units: int, rows: int) -> Iterator[Array]:
    """All 2**units states, one per row, at most so many rows at a time.

    Their order is that of counting, with -1 for 0 and the first unit as the highest digit.
    """
    places = np.arange(units - 1, -1, -1)
    for start in range(0, 1 << units, rows):
        numbers = np.arange(start, min(start + rows, 1 << units))
        yield (numbers[:, None] >> places & 1).astype(np.float64) * 2 - 1
