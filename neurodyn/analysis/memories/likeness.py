"""How much states resemble patterns, how patterns are corrupted, and what a state is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# An entry of a state this near to 0, in units of the largest entry of patterns, has no sign.
NOTHING = 1e-9
# Mixtures are of so many patterns, those that the state resembles most and so many beside.
MIXED, BESIDE = (3, 5, 7), 3


@dataclass(frozen=True, eq=False)
class Patterns:
    """Stored patterns.

    Attributes:
        name: the parameter with one in each row.
        state: the state that they are patterns of.
        rows: the patterns, (patterns, units).
    """

    name: str
    state: str
    rows: Array

    @property
    def binary(self) -> bool:
        """Whether all entries are +a or -a."""
        sizes = np.abs(self.rows)
        return bool(sizes[0, 0] > 0 and (sizes == sizes[0, 0]).all())

    def overlaps(self, states: Array) -> Array:
        """Of states, (states, units), with each pattern: -1 to 1.

        Of binary patterns, agreement of signs: (agreeing - differing) / units. Of others, the cosine between the two.
        """
        rows = self.rows
        if self.binary:
            states, rows = self.signs(states), np.sign(rows)
        norms = np.linalg.norm(states, axis=1)[:, None] * np.linalg.norm(rows, axis=1)
        units = rows.shape[1]
        sizes = np.full(norms.shape, units) if self.binary else np.where(norms > 0, norms, 1.0)
        found: Array = states @ rows.T / sizes
        return found

    def signs(self, states: Array) -> Array:
        """+1, -1, or 0 for what is nothing but rounding."""
        found: Array = np.where(np.abs(states) > NOTHING * np.abs(self.rows).max(), np.sign(states), 0.0)
        return found

    def corrupted(self, row: int, levels: Sequence[float], trials: int, rng: np.random.Generator) -> Array:
        """A pattern in which k entries are flipped, or with noise of so many of its root mean squares.

        Each trial keeps its order of units, or its noise, at all levels: (levels, trials, units).
        """
        pattern = self.rows[row]
        drawn = rng.random((trials, pattern.size)) if self.binary else rng.normal(size=(trials, pattern.size))
        if self.binary:
            order = drawn.argsort(axis=1).argsort(axis=1)
            return np.stack([np.where(order < k, -pattern, pattern) for k in levels])
        size = float(np.sqrt((pattern**2).mean()))
        return np.stack([pattern + level * size * drawn for level in levels])

    def random(self, count: int, rng: np.random.Generator) -> Array:
        """States that resemble no pattern: random signs, or normal numbers with the spread of all entries."""
        shape = (count, self.rows.shape[1])
        if self.binary:
            return float(np.abs(self.rows[0, 0])) * rng.choice([-1.0, 1.0], shape)
        return rng.normal(self.rows.mean(), self.rows.std(), shape)

    def called(self, state: Array, least: float) -> str:
        """A pattern, the inverse of one, a mixture of an odd number of them, `zero` for no state at all, or `unnamed`.

        A mixture is the sign of a sum of patterns, each with a sign; the smallest that has the overlap is named.
        """
        if not self.signs(state).any():
            return "zero"
        overlaps = self.overlaps(state[None])[0]
        best = int(np.abs(overlaps).argmax())
        if abs(overlaps[best]) >= least:
            return f"pattern {best}" if overlaps[best] > 0 else f"inverse of pattern {best}"
        return (self._mixture(state, overlaps, least) if self.binary else None) or "unnamed"

    def _mixture(self, state: Array, overlaps: Array, least: float) -> str | None:
        """The signs and numbers of the patterns whose majority a state is."""
        order, given = np.argsort(-np.abs(overlaps), kind="stable"), self.signs(state)
        signed = np.where(overlaps < 0, -1.0, 1.0)[:, None] * np.sign(self.rows)
        for n in (k for k in MIXED if k <= len(order)):
            sets = np.array([*combinations(np.sort(order[: n + BESIDE]).tolist(), n)])
            found = np.sign(signed[sets].sum(axis=1)) @ given / given.size
            if found.max() >= least:
                own = sets[int(found.argmax())].tolist()
                return "mixture " + " ".join(f"{'+' if overlaps[k] >= 0 else '-'}{k}" for k in own)
        return None
