"""What is ln Z of an RBM with many units? Annealed importance sampling, and the log-likelihood that follows.

Chains start where visible units know nothing of each other, and W W' grows to its size in equal steps. The product of
what each step does to the weight of a state has the mean Z / Z_0, however few steps there are (Neal 2001,
doi:10.1023/A:1008923215028); many steps make it vary little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.hopfield_rbm.given import Array
from neurodyn.analysis.hopfield_rbm.sampling import machine_of, states_of, whole


@dataclass(frozen=True, eq=False, repr=False)
class AnnealedPartition(AsText):
    """An estimate of ln Z.

    Attributes:
        log_partition: ln Z of both layers, the ln of the mean over chains.
        log_weights: ln Z by each chain alone.
        steps: of the annealing.
    """

    log_partition: float
    log_weights: Array
    steps: int

    @property
    def standard_error(self) -> float:
        """Of ln Z, by the spread of the chains; it tells nothing of modes that no chain has met."""
        shares = np.exp(self.log_weights - self.log_partition)
        return float(shares.std(ddof=1) / np.sqrt(len(shares)))

    @property
    def effective(self) -> float:
        """How many chains of equal weight would be worth as much: (sum w)**2 / sum w**2."""
        shares = np.exp(self.log_weights - self.log_partition)
        return float(shares.sum() ** 2 / (shares**2).sum())

    def __str__(self) -> str:
        return (
            f"ln Z = {self.log_partition:.6g} +- {self.standard_error:.2g}"
            f" by {len(self.log_weights)} chains of {self.steps} steps, {self.effective:.3g} of which count"
        )

    def to_json(self) -> dict[str, Any]:
        """The estimate as plain data."""
        names = ("log_partition", "standard_error", "effective", "steps")
        return {name: getattr(self, name) for name in names} | {"chains": len(self.log_weights)}


def annealed_log_partition(
    weights: ArrayLike,
    *,
    beta: float,
    bias: ArrayLike = 0.0,
    offset: ArrayLike = 0.0,
    steps: int = 1000,
    chains: int = 100,
    seed: int = 0,
) -> AnnealedPartition:
    """Ln Z of an RBM of any size, with its standard error.

    Args:
        weights, bias, offset: W, b and c of H = |h - c|**2/2 - b.s - s'W h.
        beta: inverse temperature.
        steps: from no couplings to all of W W'.
        chains: that do so side by side; two at least, for an error.
        seed: of their draws.

    Raises:
        InputError: for what is no such machine, or no counts of steps and chains.
    """
    from neurodyn.program.runtime import logcosh

    end = machine_of(weights, beta, bias, offset)
    steps, chains = whole(steps, "steps"), whole(chains, "chains", least=2)
    rng, units = np.random.default_rng(seed), len(end.bias)
    states = np.where(rng.uniform(-1.0, 1.0, (chains, units)) < np.tanh(end.beta * end.bias), 1.0, -1.0)
    logs = np.full(chains, units * np.log(2) + logcosh(end.beta * end.bias).sum() + end.free_hidden())
    now = end.scaled(0.0)
    for k in range(1, steps + 1):
        after = end.scaled(k / steps)
        logs += after.log_weight(states) - now.log_weight(states)
        now = after
        states = now.next_states(states, rng)
    top = logs.max()
    return AnnealedPartition(float(np.log(np.exp(logs - top).mean()) + top), logs, steps)


def rbm_log_likelihood(
    states: ArrayLike,
    weights: ArrayLike,
    *,
    beta: float,
    log_partition: float,
    bias: ArrayLike = 0.0,
    offset: ArrayLike = 0.0,
) -> Array:
    """Ln p(s) of each state of the visible units, the hidden ones being integrated.

    Args:
        states: of +1 and -1, one per row.
        weights, bias, offset: of the machine.
        beta: inverse temperature.
        log_partition: ln Z of both layers: of `rbm_log_partition`, `rbm_distribution`, or `annealed_log_partition`.

    Raises:
        InputError: for what are no such states.
    """
    machine = machine_of(weights, beta, bias, offset)
    return machine.log_weight(states_of(states, len(machine.bias))) + machine.free_hidden() - float(log_partition)
