"""Is an RBM a Hopfield network? The two distributions of a small one, each computed by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.hopfield_rbm.exact import (
    RbmDistribution,
    StateDistribution,
    hopfield_distribution,
    rbm_distribution,
)
from neurodyn.analysis.verdict import Verdict

EQUAL = 1e-12  # probabilities that differ by less are equal but for rounding,
ROUNDING = 16 * float(np.finfo(float).eps)  # or by less than so large a share of ln Z


@dataclass(frozen=True, eq=False, repr=False)
class SameDistribution(AsText):
    """How the visible units of an RBM and the units of a Hopfield network are distributed.

    Attributes:
        network: of the Hopfield network, by enumeration.
        machine: of the RBM, by enumeration and quadrature.
    """

    network: StateDistribution
    machine: RbmDistribution

    @property
    def difference(self) -> float:
        """The largest between the probabilities of a state."""
        return float(np.abs(self.network.probabilities - self.machine.probabilities).max())

    @property
    def rounding(self) -> float:
        """Up to which probabilities count as equal: 1e-12, and more where energies are large."""
        return max(EQUAL, ROUNDING * max(abs(self.network.log_partition), abs(self.machine.log_partition)))

    @property
    def worst(self) -> tuple[int, ...]:
        """A state where they differ most."""
        k, units = int(np.abs(self.network.probabilities - self.machine.probabilities).argmax()), self.network.units
        return tuple(2 * (k >> place & 1) - 1 for place in reversed(range(units)))

    @property
    def verdict(self) -> Verdict:
        """Verified, or refuted by the state `worst`."""
        return Verdict.VERIFIED if self.difference < self.rounding else Verdict.REFUTED

    @property
    def offset(self) -> float:
        """ln Z of the RBM, less that of the network and of free hidden units, (k/2) ln(2 pi/beta)."""
        hidden = len(self.machine.offset)
        free = hidden / 2 * np.log(2 * np.pi / self.machine.beta)
        return float(self.machine.log_partition - self.network.log_partition - free)

    def __str__(self) -> str:
        units, hidden = self.network.units, len(self.machine.offset)
        lines = [
            f"RBM, {units} visible and {hidden} hidden units, and Hopfield network at beta = {self.network.beta:g}",
            f"  equal probabilities of all {len(self.network.probabilities)} states    {str(self.verdict).upper()}",
            f"  largest difference {self.difference:.2g} (rounding {self.rounding:.2g}), at {self.worst}",
            f"  ln Z: network {self.network.log_partition:.12g}, RBM {self.machine.log_partition:.12g};"
            f" beyond (k/2) ln(2 pi/beta) they differ by {self.offset:.2g}",
        ]
        return "\n".join(lines)

    def plot(self) -> Any:
        """The probabilities of all states under both, and their differences: a matplotlib figure."""
        from neurodyn.results.display import drawn

        return drawn("hopfield_rbm", self)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data, without the probabilities."""
        return {
            "units": self.network.units,
            "hidden": len(self.machine.offset),
            "beta": self.network.beta,
            "verdict": str(self.verdict),
            "difference": self.difference,
            "rounding": self.rounding,
            "worst": list(self.worst),
            "log_partition": {"network": self.network.log_partition, "rbm": self.machine.log_partition},
            "offset": self.offset,
        }


def same_distribution(
    weights: ArrayLike,
    *,
    beta: float,
    bias: ArrayLike = 0.0,
    offset: ArrayLike = 0.0,
    couplings: ArrayLike | None = None,
    field: ArrayLike | None = None,
) -> SameDistribution:
    """Compare an RBM with a Hopfield network, state by state.

    Args:
        weights, bias, offset: W, b and c of the RBM, H = |h - c|**2/2 - b.s - s'W h.
        beta: inverse temperature of both.
        couplings: J of the network; by default W W'.
        field: of the network; by default b + W c.
    """
    machine = rbm_distribution(weights, beta=beta, bias=bias, offset=offset)
    w = machine.weights
    if field is None:
        field = np.broadcast_to(np.asarray(bias, dtype=np.float64), (len(w),)) + w @ machine.offset
    network = hopfield_distribution(w @ w.T if couplings is None else couplings, beta=beta, field=field)
    return SameDistribution(network, machine)
