"""How a state drifts while activations stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# How many numbers of a rate are printed.
NUMBERS = 6


@dataclass(frozen=True, eq=False)
class Drift:
    """A rate that stays the same along the states that it leads to.

    Attributes:
        flat: the rate of each number of state, in SI units.
        names: those of the numbers of state.
        stays: the definitions that stay as they are on the way, with their values.
        moves: those that do not.
        lasting: whether all this holds from the point on; else in the limit of long times.
    """

    flat: Array
    names: tuple[str, ...]
    stays: Mapping[str, Any]
    moves: tuple[str, ...]
    lasting: bool

    @property
    def is_still(self) -> bool:
        """Whether the state stays too."""
        return not self.flat.any()

    def __str__(self) -> str:
        if self.is_still:
            return "the state stays too"
        moving = np.flatnonzero(self.flat)
        rates = [f"{self.flat[k]:.6g} of {self.names[k]}" for k in moving[:NUMBERS].tolist()]
        more = f", and {len(moving) - NUMBERS} more" if len(moving) > NUMBERS else ""
        held = f"; {', '.join(self.stays)} stay" if self.stays else ""
        gone = f", {', '.join(self.moves)} move" if self.moves else ""
        return (
            f"the state drifts at rates {', '.join(rates)}{more}{'' if self.lasting else ' in the limit'}{held}{gone}"
        )

    def to_json(self) -> dict[str, Any]:
        """The drift as plain data."""
        return {
            "rate": self.flat.tolist(), "stays": {n: np.asarray(v).tolist() for n, v in self.stays.items()},
            "moves": list(self.moves), "lasting": self.lasting,
        }  # fmt: skip
