"""The edges of a support at run time: gathering values at their ends, and adding up what they carry.

Edges are sorted by their first end, then by their second, so that those of one row are a slice. No array over all
pairs is made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = Any  # an array of doubles
Positions = NDArray[np.intp]

NEUTRAL = {"sum": 0.0, "count": 0.0, "product": 1.0, "largest": -np.inf, "smallest": np.inf}
REDUCE: dict[str, np.ufunc] = {
    "sum": np.add,
    "count": np.add,
    "product": np.multiply,
    "largest": np.maximum,
    "smallest": np.minimum,
}


@dataclass(frozen=True, eq=False)
class Wiring:
    """Pairs of positions: edge e stands at `(first[e], second[e])`.

    Attributes:
        first, second: the ends, sorted by the first, then by the second; no pair is there twice.
        shape: how many positions each end may take.
    """

    first: Positions
    second: Positions
    shape: tuple[int, int]

    @classmethod
    def of(cls, first: Array, second: Array, shape: tuple[int, int]) -> Wiring:
        """The wiring of pairs in any order."""
        places = np.sort(np.asarray(first, dtype=np.intp) * shape[1] + np.asarray(second, dtype=np.intp))
        ends = np.divmod(places, shape[1])
        return cls(ends[0], ends[1], shape)

    def __len__(self) -> int:
        return len(self.first)

    @property
    def ends(self) -> tuple[Positions, Positions]:
        """Both ends."""
        return self.first, self.second

    @cached_property
    def by_second(self) -> Positions:
        """The edges in the order of their second ends, then of their first."""
        # Numbers of 16 bits are sorted by their digits, several times as fast.
        return np.argsort(self.second.astype(np.uint16) if self.shape[1] <= 2**16 else self.second, kind="stable")

    @cached_property
    def pointers(self) -> tuple[Positions, Positions]:
        """Where the edges of each position begin, for either end; one more says where the last ones stop."""
        counts = (np.bincount(end, minlength=size) for end, size in zip(self.ends, self.shape, strict=True))
        first, second = (np.concatenate(([0], np.cumsum(c))) for c in counts)
        return first, second

    @cached_property
    def _segments(self) -> tuple[tuple[Positions, Positions], ...]:
        """For either end: the positions that have edges, and where these begin."""
        used = [np.flatnonzero(np.diff(p)) for p in self.pointers]
        return tuple((at, p[at]) for at, p in zip(used, self.pointers, strict=True))

    def gathered(self, x: Array, side: int, axis: int) -> Array:
        """Values at positions, read at one end of each edge."""
        return np.take(x, self.ends[side], axis=axis)

    def reduced(self, op: str, x: Array, side: int, axis: int) -> Array:
        """Values of edges, reduced over the edges of each position of one end; a neutral value where it has none."""
        x = np.moveaxis(x, axis, -1)
        if side == 1:
            x = np.take(x, self.by_second, axis=-1)
        used, starts = self._segments[side]
        size = self.shape[side]
        dtype = float if op == "count" else x.dtype
        found = np.full((*x.shape[:-1], size), NEUTRAL[op], dtype=float) if len(used) < size else None
        if len(used):
            sums = REDUCE[op].reduceat(x, starts, axis=-1, dtype=dtype)
            if found is None:
                found = sums
            else:
                found[..., used] = sums
        assert found is not None
        return np.moveaxis(found, -1, axis)

    @cached_property
    def _matrix(self) -> tuple[Array, Array]:
        """The columns and row pointers of the matrix, in the least whole numbers that fit."""
        return self._fitted(self.second, self.pointers[0])

    @cached_property
    def _transpose(self) -> tuple[Array, Array]:
        """The same of its transpose."""
        return self._fitted(self.first[self.by_second], self.pointers[1])

    def _fitted(self, *positions: Positions) -> tuple[Array, ...]:
        kind = np.int32 if max(len(self), *self.shape) < 2**31 else np.int64
        return tuple(p.astype(kind) for p in positions)

    def matrix(self, weights: Array, side: int) -> Array:
        """The sparse matrix with these weights on the edges; its rows are the positions of one end."""
        from scipy.sparse import csr_array

        columns, pointers = self._transpose if side else self._matrix
        data = weights if side == 0 else np.take(weights, self.by_second)
        return csr_array((data, columns, pointers), shape=(self.shape[side], self.shape[1 - side]), copy=False)

    def places(self, first: Positions, second: Positions) -> Positions:
        """The edge at each pair of positions, -1 where there is none."""
        if not len(self):
            return np.full(np.shape(first), -1)
        keys, wanted = (a * self.shape[1] + b for a, b in (self.ends, (first, second)))
        inside = (first >= 0) & (first < self.shape[0]) & (second >= 0) & (second < self.shape[1])
        found = np.minimum(np.searchsorted(keys, wanted), len(self) - 1)
        return np.where(inside & (keys[found] == wanted), found, -1)

    def found_in(self, other: Wiring, swapped: bool) -> Positions:
        """For each edge the place of the same pair (or of the pair the other way round) in another wiring, else -1."""
        return other.places(*(reversed(self.ends) if swapped else self.ends))


def taken(x: Array, places: Positions, axis: int) -> Array:
    """Values of edges at places, 0 at place -1; the places may be a single one."""
    x = np.moveaxis(x, axis, -1)
    if x.shape[-1]:
        found = np.where(places < 0, 0.0, np.take(x, np.maximum(places, 0), axis=-1))
    else:
        found = np.zeros((*x.shape[:-1], *np.shape(places)))
    return np.moveaxis(found, -1, axis) if np.ndim(places) else found[()]


def product(matrix: Array, x: Array, axis: int) -> Array:
    """A sparse matrix times an axis of an array."""
    if x.ndim == 1:
        return matrix @ x
    x = np.moveaxis(x, axis, 0)
    found = matrix @ x.reshape(len(x), -1)
    return np.moveaxis(found.reshape(-1, *x.shape[1:]), 0, axis)
