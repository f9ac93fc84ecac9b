"""Where runs come back: space is cut into cells, and a run that meets but cells it has been in goes round in a set.

Datseris and Wagemakers 2022 (Chaos 32:023104) find attractors so. Here many runs go side by side, each looks at its own
cells only, and what it found is looked at again: a slow passage by a saddle meets the same cell many times too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Cells = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells of a box: `low` is its first corner and `size` the length of the sides of a cell; it goes on outside."""

    low: Array
    size: Array

    @classmethod
    def of(cls, low: Array, high: Array, cells: int) -> Grid:
        """So many cells along each side."""
        return cls(low, np.where(high > low, high - low, 1.0) / cells)

    def cells(self, states: Array) -> Cells:
        """A number for the cell of each state (..., size): equal for states of one cell, else different.

        Two cells have the same number with a chance of 2**-64.
        """
        odd = np.random.Generator(np.random.PCG64(len(self.low))).integers(1, 2**63, len(self.low), dtype=np.int64) | 1
        with np.errstate(all="ignore"):
            place = np.nan_to_num(np.floor((states - self.low) / self.size), posinf=0, neginf=0)
            found: Cells = (np.clip(place, -1e15, 1e15).astype(np.int64) * odd).sum(axis=-1)
        return found


@dataclass(eq=False)
class Visits:
    """The cells that each run has been in, as it goes on."""

    wanted: int
    _seen: list[set[int]] = field(default_factory=list)
    _row: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, runs: int, wanted: int) -> Visits:
        """None yet; a run has come back when so many cells in a row were known to it."""
        return cls(wanted, [set() for _ in range(runs)], [0] * runs)

    def add(self, run: int, cells: Cells) -> bool:
        """Whether a run has come back within cells that follow in time."""
        seen, row = self._seen[run], self._row[run]
        for cell in cells.tolist():
            if cell in seen:
                row += 1
                if row >= self.wanted:
                    self._row[run] = row
                    return True
            else:
                seen.add(cell)
                row = 0
        self._row[run] = row
        return False
