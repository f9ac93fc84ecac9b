"""Runs of one system with other values of its components, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.tolerance.measures import Asked, Runs
from neurodyn.analysis.tolerance.variations import Variations
from neurodyn.simulation import simulate
from neurodyn.system.system import System

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Runner:
    """How each run is made.

    Attributes:
        outputs: what is recorded.
        options: of `simulate`.
    """

    system: System
    variations: Variations
    asked: Sequence[Asked]
    outputs: tuple[str, ...]
    options: Mapping[str, Any]

    def runs(self, offsets: Array) -> Runs:
        """The runs of some draws."""
        values = self.variations.values(offsets)
        result = simulate(self.system, values=values, record=list(self.outputs), on_failure="return", **self.options)
        count = len(offsets)
        outputs = {name: self._by_run(result[name].values, count) for name in self.outputs}
        return Runs(values, np.asarray(result.time), outputs)

    def measured(self, runs: Runs) -> list[Array]:
        """Each measure of each run; NaN where there is none."""
        with np.errstate(invalid="ignore"):
            return [np.asarray(one.measure(runs), dtype=float) for one in self.asked]

    @staticmethod
    def _by_run(values: Any, count: int) -> Array:
        """What does not differ between runs is the same in all."""
        found = np.asarray(values, dtype=float)
        return found if found.ndim == 2 else np.broadcast_to(found[:, None], (len(found), count))
