"""How are the states of a small Hopfield network, and of an RBM, distributed? By enumeration and by quadrature.

All 2**N states of the visible units are visited. The hidden units of the RBM are integrated by the trapezoidal rule,
each by itself, and not in closed form: so the two distributions are computed independently of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from neurodyn.analysis.hopfield_rbm.given import Array, couplings_of, temperature_of, vector_of, weights_of
from neurodyn.analysis.hopfield_rbm.states import blocks_of_states
from neurodyn.errors import InputError

UNITS = 20  # states of so many units can be enumerated
BLOCK = 1 << 12  # of them at a time
# Between nodes, and beyond the last mean, in deviations of a hidden unit: errors are exp(-2*(pi/STEP)**2) and
# exp(-TAIL**2/2), both below the rounding.
STEP, TAIL = 0.6, 9.0
TERMS = 1e9  # that a quadrature over all hidden units together may have


@dataclass(frozen=True, eq=False)
class StateDistribution:
    """Probabilities of all states of units of +1 and -1 under exp(-beta*H)/Z.

    Attributes:
        units: how many there are.
        beta: inverse temperature.
        probabilities: of the states, in the order of `states`.
        log_partition: ln Z.
    """

    units: int
    beta: float
    probabilities: Array
    log_partition: float

    @property
    def states(self) -> Array:
        """All states, one per row, in the order of counting with -1 for 0, the first unit being the highest digit."""
        return np.concatenate(list(blocks_of_states(self.units, BLOCK)))

    @cached_property
    def mean(self) -> Array:
        """E[s]."""
        return sum((p @ s for p, s in self._pairs()), np.zeros(self.units))

    @cached_property
    def second(self) -> Array:
        """E[s s']."""
        return sum(((s * p[:, None]).T @ s for p, s in self._pairs()), np.zeros((self.units, self.units)))

    def _pairs(self) -> Iterator[tuple[Array, Array]]:
        pieces = np.array_split(self.probabilities, max(1, len(self.probabilities) // BLOCK))
        return zip(pieces, blocks_of_states(self.units, BLOCK), strict=True)


@dataclass(frozen=True, eq=False)
class RbmDistribution(StateDistribution):
    """Probabilities of the visible units of an RBM; `log_partition` is that of both layers.

    Attributes:
        weights: visible by hidden units.
        offset: c, the mean of each hidden unit without the visible ones.
    """

    weights: Array
    offset: Array

    @property
    def hidden_mean(self) -> Array:
        """E[h] = c + W'E[s]."""
        return self.offset + self.weights.T @ self.mean

    @property
    def hidden_second(self) -> Array:
        """E[h h'] = E[(c + W's)(c + W's)'] + 1/beta: the thermal noise adds to each unit by itself."""
        drive = self.weights.T @ self.mean
        mixed = np.outer(self.offset, drive)
        means = self.weights.T @ self.second @ self.weights + mixed + mixed.T + np.outer(self.offset, self.offset)
        return np.asarray(means + np.eye(len(drive)) / self.beta)


def hopfield_distribution(couplings: ArrayLike, *, beta: float, field: ArrayLike = 0.0) -> StateDistribution:
    """Of the network with H = -s'J s/2 - field.s, whose diagonal adds the constant -tr(J)/2 and nothing else."""
    j, cold = couplings_of(couplings), temperature_of(beta)
    drive = vector_of(field, len(j), "The field")
    logs = _enumerated(len(j), lambda s: cold * (((s @ j) * s).sum(axis=1) / 2 + s @ drive))
    return StateDistribution(len(j), cold, *_normalised(logs))


def rbm_distribution(
    weights: ArrayLike, *, beta: float, bias: ArrayLike = 0.0, offset: ArrayLike = 0.0
) -> RbmDistribution:
    """Of the machine with H = |h - offset|**2/2 - bias.s - s'W h, the hidden units by quadrature."""
    w, cold = weights_of(weights), temperature_of(beta)
    b, c = vector_of(bias, w.shape[0], "The bias"), vector_of(offset, w.shape[1], "The offset")

    def log_weight(s: Array) -> Array:
        total: Array = cold * (s @ (b + w @ c)) + w.shape[1] * (np.log(STEP) - np.log(cold) / 2)
        for drive in (np.sqrt(cold) * (s @ w)).T:
            nodes = STEP * np.round(drive / STEP)[:, None] + _nodes(0.0)  # those at which the integrand is not 0
            total += _log_sum_exp(drive[:, None] * nodes - nodes**2 / 2)
        return total

    logs = _enumerated(len(w), log_weight)
    return RbmDistribution(len(w), cold, *_normalised(logs), w, c)


def rbm_log_partition(weights: ArrayLike, *, beta: float, bias: ArrayLike = 0.0, offset: ArrayLike = 0.0) -> float:
    """ln Z of an RBM of many visible and few hidden units, by quadrature over the hidden units together.

    Raises:
        InputError: where that has more than 1e9 terms, units times nodes: from four hidden units on, mostly.
    """
    from neurodyn.program.runtime import logcosh

    w, cold = weights_of(weights), temperature_of(beta)
    units, hidden = w.shape
    b, c = vector_of(bias, units, "The bias"), vector_of(offset, hidden, "The offset")
    axes = [_nodes(float(reach)) for reach in np.sqrt(cold) * np.abs(w).sum(axis=0)]
    terms = units * float(np.prod([len(axis) for axis in axes], dtype=float))
    if terms > TERMS:
        raise InputError(
            f"The quadrature over {hidden} hidden units has {terms:.1e} terms; {TERMS:.0e} are the limit.",
            code="too-many-units",
            remedy=f"Up to {UNITS} visible units, rbm_distribution(...).log_partition knows it.",
        )
    rest = np.stack(np.meshgrid(*axes[1:], [0.0], indexing="ij"), axis=-1).reshape(-1, hidden)[:, :-1]
    parts = []
    for first in axes[0]:
        for x in np.array_split(rest, 1 + len(rest) * units // (1 << 22)):
            grid = np.column_stack([np.full(len(x), first), x])
            field = cold * (b + (c + grid / np.sqrt(cold)) @ w.T)
            parts.append(_log_sum_exp(logcosh(field).sum(axis=1) - (grid**2).sum(axis=1) / 2))
    return float(_log_sum_exp(np.array(parts)) + units * np.log(2) + hidden * (np.log(STEP) - np.log(cold) / 2))


def _enumerated(units: int, log_weight: Callable[[Array], Array]) -> Array:
    if units > UNITS:
        raise InputError(
            f"{units} units have too many states to enumerate.",
            code="too-many-units",
            remedy=f"Up to {UNITS} units can be; sample larger ones with hopfield_rbm_gibbs.",
        )
    return np.concatenate([log_weight(s) for s in blocks_of_states(units, BLOCK)])


def _normalised(logs: Array) -> tuple[Array, float]:
    total = float(_log_sum_exp(logs))
    return np.exp(logs - total), total


def _nodes(reach: float) -> Array:
    """Where a Gaussian of deviation 1 and a mean up to `reach` is read."""
    count = int(np.ceil((reach + TAIL) / STEP))
    return STEP * np.arange(-count, count + 1, dtype=np.float64)


def _log_sum_exp(exponents: Array) -> Array:
    """ln of the sum of exponentials over the last axis."""
    top = exponents.max(axis=-1, keepdims=True)
    return np.asarray(np.log(np.exp(exponents - top).sum(axis=-1)) + top[..., 0])
