"""How does an RBM learn data? Contrastive divergence (Hinton 2002, doi:10.1162/089976602760128018), CD-k.

The mean log-likelihood of data has the gradient beta*(E[s h'] in the data - E[s h'] in the machine) for W, and
likewise with s for the bias and h for the offset. CD-k puts chains of k steps that start at the data in place of the
machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from neurodyn.analysis.hopfield_rbm.given import Array
from neurodyn.analysis.hopfield_rbm.sampling import Machine, machine_of, states_of, whole
from neurodyn.errors import InputError

PARAMETERS = ("weights", "bias", "offset")


@dataclass(frozen=True, eq=False)
class Gradient:
    """Of the mean log-likelihood of data.

    Attributes:
        weights: by W, visible by hidden units.
        bias: by b.
        offset: by c.
    """

    weights: Array
    bias: Array
    offset: Array


@dataclass(frozen=True, eq=False)
class TrainedRbm:
    """The machine after each epoch.

    Attributes:
        weights: epochs by visible by hidden units, those at the start first.
        bias, offset: likewise, epochs by units.
        beta: inverse temperature.
        updates: steps of an epoch.
    """

    weights: Array
    bias: Array
    offset: Array
    beta: float
    updates: int


def cd_gradient(
    states: ArrayLike,
    weights: ArrayLike,
    *,
    beta: float,
    k: int = 1,
    bias: ArrayLike = 0.0,
    offset: ArrayLike = 0.0,
    seed: int = 0,
) -> Gradient:
    """What CD-k takes for the gradient of the mean log-likelihood; the larger k, the less it is off.

    Args:
        states: the data, of +1 and -1, one per row.
        weights, bias, offset: W, b and c of H = |h - c|**2/2 - b.s - s'W h.
        beta: inverse temperature.
        k: steps of the chains, each a draw of the hidden and one of the visible units.
        seed: of the draws.

    Raises:
        InputError: for what are no such states or machine.
    """
    machine = machine_of(weights, beta, bias, offset)
    return _gradient(machine, states_of(states, len(machine.bias)), whole(k, "k"), np.random.default_rng(seed))


def train_rbm(
    states: ArrayLike,
    weights: ArrayLike,
    *,
    beta: float,
    rate: float,
    epochs: int,
    k: int = 20,
    batch: int = 100,
    updates: int | None = None,
    learn: Sequence[str] = ("weights",),
    bias: ArrayLike = 0.0,
    offset: ArrayLike = 0.0,
    seed: int = 0,
) -> TrainedRbm:
    """Follow the gradient of CD-k, a batch of the data at a time.

    Args:
        states: the data, of +1 and -1, one per row.
        weights, bias, offset: where it starts.
        beta: inverse temperature.
        rate: by which a gradient is added.
        epochs: after which the machine is kept.
        k: steps of the chains.
        batch: data of an update; passes through the data are each in a new random order, what is left over after
            whole batches waits for another pass. A batch never has more than all data.
        updates: of an epoch; by default those of one pass.
        learn: what changes, of `weights`, `bias` and `offset`.
        seed: of orders and chains.

    Raises:
        InputError: for what are no such states or machine, and for other names in `learn`.
    """
    machine = machine_of(weights, beta, bias, offset)
    data, k = states_of(states, len(machine.bias)), whole(k, "k")
    size = min(whole(batch, "batch"), len(data))
    steps = len(data) // size if updates is None else whole(updates, "updates")
    _check(rate, learn)
    rng = np.random.default_rng(seed)
    kept, waiting = [machine], np.empty(0, dtype=np.intp)
    for _ in range(whole(epochs, "epochs")):
        for _ in range(steps):
            if len(waiting) < size:
                waiting = rng.permutation(len(data))
            found = _gradient(machine, data[waiting[:size]], k, rng)
            waiting = waiting[size:]
            machine = replace(machine, **{x: getattr(machine, x) + rate * getattr(found, x) for x in learn})
        kept.append(machine)
    along = {x: np.stack([getattr(m, x) for m in kept]) for x in PARAMETERS}
    return TrainedRbm(**along, beta=machine.beta, updates=steps)


def _gradient(machine: Machine, data: Array, k: int, rng: np.random.Generator) -> Gradient:
    states = data
    for _ in range(k):
        states = machine.next_states(states, rng)
    # Means of the hidden units, not draws: the same expectation, and less noise.
    there, here, share = machine.hidden_mean(data), machine.hidden_mean(states), machine.beta / len(data)
    return Gradient(
        share * (data.T @ there - states.T @ here),
        share * (data - states).sum(axis=0),
        share * (there - here).sum(axis=0),
    )


def _check(rate: float, learn: Sequence[str]) -> None:
    if not 0 < rate < np.inf:
        raise InputError(f"The rate is {rate:g}.", code="bad-rate", remedy="Give a finite number above 0.")
    strange = [name for name in learn if name not in PARAMETERS]
    if strange or not learn:
        raise InputError(
            f"An RBM cannot learn {strange[0] if strange else 'nothing'}.",
            code="unknown-name",
            remedy=f"learn is some of {', '.join(PARAMETERS)}.",
        )
