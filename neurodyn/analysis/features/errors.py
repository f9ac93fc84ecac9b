"""What random features lose at given states: errors of energy and gradient, expected and met, and plateaus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.features.given import plain, points
from neurodyn.analysis.features.memory import FeatureMemory
from neurodyn.analysis.features.variances import Moments, moments
from neurodyn.errors import InputError
from neurodyn.system.system import System

Array = NDArray[np.float64]
# Up to this relative deviation of S the first order is taken for a fair estimate.
FAIR = 1 / 3


@dataclass(frozen=True, eq=False, repr=False)
class FeatureErrors(AsText):
    """Errors at queries. Those of the energy are absolute values, those of the gradient 2-norms, one for each query.

    Attributes:
        expected: mean, deviation and what follows from them, over draws of the frequencies.
        energy, gradient: how far these features are off.
        clipped: where S is below the floor: the energy is flat there, and the flow stands still.
        target: the error for which the number of features is told.
    """

    memory: FeatureMemory
    expected: Moments
    energy: Array
    gradient: Array
    clipped: NDArray[np.bool_]
    target: float

    @property
    def needed(self) -> Array:
        """How many frequencies make the mean error of the energy equal to the target, at each query."""
        return self.expected.needed(self.target)

    @property
    def fair(self) -> NDArray[np.bool_]:
        """Where S deviates by less than a third, so that the first order says something."""
        return np.asarray(self.expected.relative < FAIR)

    def __str__(self) -> str:
        m, needed, expected = self.memory, self.needed, self.expected
        rows, size = m.memories.shape
        few = "fewer" if m.trace.size < m.memories.size else "no fewer"
        lines = [
            f"{m.kind} features of {m.count} frequencies at beta = {m.beta:g}, for {rows} memories of {size} numbers",
            f"errors at {len(self.energy)} queries",
            f"  energy               {_met(self.energy)}; expected {expected.energy_error.mean():.3g}",
            f"  gradient (2-norm)    {_met(self.gradient)}",
            f"  on the plateau       {self.clipped.mean():.1%} of the queries; expected {expected.clipped.mean():.1%}",
            f"frequencies for an error of {self.target:g}: {np.median(needed):.3g} at the median query, "
            f"{needed.max():.3g} at the worst",
            f"numbers that are kept: {m.trace.size}, {few} than the {m.memories.size} of the memories",
        ]
        if not self.fair.all():
            lines.append(
                f"WARNING: at {1 - self.fair.mean():.1%} of the queries S deviates by more than a third of its"
            )
            lines.append("  mean: what is expected of the energy there is no more than a hint")
        if self.clipped.any():
            lines.append("WARNING: on the plateau the gradient is exactly 0, and nothing is recalled")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        m = self.memory
        return {
            "kind": m.kind, "count": m.count, "beta": m.beta, "memories": list(m.memories.shape),
            "numbers": m.trace.size, "target": self.target, "energy": plain(self.energy),
            "gradient": plain(self.gradient), "expected": plain(self.expected.energy_error),
            "relative": plain(self.expected.relative), "clipped": self.clipped.tolist(),
            "expected_clipped": plain(self.expected.clipped), "needed": plain(self.needed),
        }  # fmt: skip


def _met(errors: Array) -> str:
    return f"{errors.mean():.3g} on average, {errors.max():.3g} at most"


def feature_errors(memory: FeatureMemory | System, queries: ArrayLike, *, target: float = 0.01) -> FeatureErrors:
    """How far the energy and the gradient of random features are off at queries.

    Args:
        memory: as arrays, or a system of the family `random_features`.
        queries: states, one per row.
        target: the mean error of the energy for which the number of features is told.
    """
    memory = FeatureMemory.of(memory) if isinstance(memory, System) else memory
    if not (np.isfinite(target) and target > 0):
        raise InputError(f"The target is {target:g}.", code="bad-target", remedy="Give an error above 0.")
    z = points("queries", queries, memory.memories)
    energy = np.abs(memory.energy(z) - memory.exact_energy(z))
    gradient = np.linalg.norm(memory.gradient(z) - memory.exact_gradient(z), axis=1)
    flat = memory.closeness(z) <= memory.floor if memory.log else np.zeros(len(z), dtype=bool)
    return FeatureErrors(memory, moments(memory, z), energy, gradient, flat, target)
