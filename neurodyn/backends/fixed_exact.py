"""Steps of linear flows dy/dt = J*y + b, by the exponential of J: units that do not touch each other one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from neurodyn.backends.exponentials import exponentials
from neurodyn.backends.plan import Floats
from neurodyn.errors import InputError

Places = NDArray[np.intp]
# The exponential of a matrix of more rows takes seconds, and every step a product with it.
LARGEST = 500


@dataclass(frozen=True, eq=False)
class Blocks:
    """All blocks of one size: a row of places in the state for each, and what a step makes of the state and of b."""

    places: Places
    kept: Floats
    added: Floats

    def put(self, y: Floats, b: Floats, after: Floats) -> None:
        """Write the state after a step."""
        own, drive = y[self.places], b[self.places]
        after[self.places] = np.einsum("nij,nj->ni", self.kept, own) + np.einsum("nij,nj->ni", self.added, drive)


class Propagator:
    """A step of length dt.

    Args:
        jacobian: J, dense or sparse.
        scale: of each element of the state; the exponential is taken of states in these units, which are balanced.
    """

    def __init__(self, jacobian: Any, scale: Floats, dt: float) -> None:
        self._entries, self._scale, self._dt = coo_array(jacobian), scale, dt
        self._free = self._blocks(np.ones(self._entries.shape[0]))
        self._held: dict[bytes, list[Blocks]] = {}

    def moved(self, y: Floats, b: Floats, held: NDArray[np.bool_] | None) -> Floats:
        """The state after a step; what is held stands still, and the others see it stand still."""
        after, blocks = np.empty_like(y), self._free
        if held is not None and (held[self._entries.col] & ~held[self._entries.row]).any():
            blocks, b = self._with(held), np.where(held, 0.0, b)
        for block in blocks:
            block.put(y, b, after)
        return after if held is None else np.where(held, y, after)

    def _with(self, held: NDArray[np.bool_]) -> list[Blocks]:
        """The blocks while some elements are held that others depend on."""
        key = held.tobytes()
        if key not in self._held:
            self._held = {key: self._blocks((~held).astype(float))}
        return self._held[key]

    def _blocks(self, moves: Floats) -> list[Blocks]:
        """One array of blocks for each size; rows that do not move are 0."""
        entries = self._entries
        ratio = self._scale[entries.col] / self._scale[entries.row]
        data = entries.data * moves[entries.row] * ratio
        whole = csr_array((data, (entries.row, entries.col)), shape=entries.shape)
        _, label = connected_components(entries, directed=False)
        order, sizes = np.argsort(label, kind="stable"), np.bincount(label)
        if sizes.max(initial=0) > LARGEST:
            raise InputError(
                f"exact takes the exponential of a matrix of {sizes.max()} rows, as so many states are coupled.",
                code="method-size",
                remedy=f"Take rk4, or exponential_euler; exact is for up to {LARGEST} states that are coupled.",
            )
        starts = np.cumsum(sizes) - sizes
        found = []
        for size in np.unique(sizes):
            places = order[starts[sizes == size][:, None] + np.arange(size)]
            rows, columns = np.broadcast_arrays(places[:, :, None], places[:, None, :])
            dense = np.asarray(whole[rows.ravel(), columns.ravel()]).reshape(rows.shape)
            found.append(self._block(places, dense))
        return found

    def _block(self, places: Places, dense: Floats) -> Blocks:
        """What a step makes of each block."""
        kept, added = exponentials(dense, self._dt)
        ratio = self._scale[places][:, :, None] / self._scale[places][:, None, :]
        return Blocks(places, kept * ratio, added * ratio)
