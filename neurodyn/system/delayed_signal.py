"""An input as it was some time ago: a signal made of another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.system.signals import Piece, Signal, inside

# Beyond so many edges in a run they are left to the error control of the solver.
MOST_CUTS = 10_000


@dataclass(frozen=True, eq=False)
class DelayedSignal:
    """Elements of a signal at delays, which jumps a delay after the signal does.

    Attributes:
        places: which elements of the flat signal are read.
        delays: as many, or one number for all.
        shape: of the result.
    """

    signal: Signal
    places: NDArray[np.intp]
    delays: NDArray[np.float64]
    shape: tuple[int, ...]

    def edges(self, t0: float, t1: float) -> NDArray[np.float64]:
        """The edges of the signal, each delay later; none at all where they are too many."""
        distinct = np.unique(self.delays)
        found: list[NDArray[np.float64]] = []
        for delay in distinct.tolist():
            found.append(np.asarray(self.signal.edges(t0 - delay, t1 - delay)) + delay)
            if sum(times.size for times in found) > MOST_CUTS:
                return np.empty(0)
        return inside(np.concatenate([np.empty(0), *found]), t0, t1)

    def on(self, a: float, b: float) -> Piece:
        """The elements on a piece; where edges had to be left out, each by the side of them that its time is on."""
        distinct, which = np.unique(self.delays, return_inverse=True)
        pieces = [self._piece(a - delay, b - delay) for delay in distinct.tolist()]
        if not self.delays.ndim:
            delay = float(self.delays)
            return lambda t: self._taken(pieces[0](t - delay))

        def value(t: float) -> Any:
            found = np.empty(self.places.size)
            for k, (delay, piece) in enumerate(zip(distinct.tolist(), pieces, strict=True)):
                own = which.ravel() == k
                found[own] = self._flat(piece(t - delay))[self.places[own]]
            return found.reshape(self.shape)

        return value

    def _piece(self, a: float, b: float) -> Piece:
        # Edges within rounding of the ends are the ends.
        near = 1e-9 * (b - a)
        if not self.signal.edges(a + near, b - near).size:
            return self.signal.on(a, b)
        return lambda t: self.signal.on(t, t)(t)

    def _flat(self, value: Any) -> NDArray[np.float64]:
        """All elements of the signal; a number stands for each of them."""
        found = np.ravel(np.asarray(value, dtype=float))
        return found if found.size > 1 else np.broadcast_to(found, (int(self.places.max()) + 1,))

    def _taken(self, value: Any) -> Any:
        return self._flat(value)[self.places].reshape(self.shape)[()]
