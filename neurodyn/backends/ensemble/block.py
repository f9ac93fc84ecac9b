"""The runs of a block of arrays, a row for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.readings import Numbers
from neurodyn.backends.plan import Floats

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Block:
    """The runs that are under way on a piece.

    Attributes:
        trials: their numbers.
        t, h, y, rate: of each the time, the next step, the state and its rate.
        mark: of each the time when it was last looked at.
        tried: the steps that were tried on this piece.
    """

    trials: Numbers
    t: Floats
    h: Floats
    y: Floats
    rate: Floats
    mark: Floats
    tried: int = 0

    def keep(self, kept: Flags) -> Block:
        """Some of them."""
        if kept.all():
            return self
        t, h, y, rate, mark = (row[kept] for row in (self.t, self.h, self.y, self.rate, self.mark))
        return Block(self.trials[kept], t, h, y, rate, mark, self.tried)
