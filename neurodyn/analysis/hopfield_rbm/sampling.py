"""Both layers of an RBM, drawn in turn: the chains behind estimates of ln Z and of gradients."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from neurodyn.analysis.hopfield_rbm.given import Array, check_signs, matrix_of, temperature_of, vector_of, weights_of
from neurodyn.errors import InputError


@dataclass(frozen=True, eq=False)
class Machine:
    """The RBM of H = |h - offset|**2/2 - bias.s - s'W h.

    Attributes:
        weights: W, visible by hidden units.
        bias: on each visible unit.
        offset: the mean of each hidden unit without the visible ones.
        beta: inverse temperature.
    """

    weights: Array
    bias: Array
    offset: Array
    beta: float

    def scaled(self, share: float) -> Machine:
        """The machine with couplings W W' that are a share of these."""
        return replace(self, weights=np.sqrt(share) * self.weights)

    def hidden_mean(self, states: Array) -> Array:
        """E[h | s] = c + W's, a row for each state."""
        return self.offset + states @ self.weights

    def log_weight(self, states: Array) -> Array:
        """Of each state, beta*(b.s + c.W's + |W's|**2/2): ln of the integral over h, but for free hidden units."""
        drive = states @ self.weights
        return np.asarray(self.beta * (states @ self.bias + drive @ self.offset + (drive**2).sum(axis=1) / 2))

    def free_hidden(self) -> float:
        """Ln Z of the hidden units by themselves."""
        return float(len(self.offset) / 2 * np.log(2 * np.pi / self.beta))

    def next_states(self, states: Array, rng: np.random.Generator) -> Array:
        """One step of `hopfield_rbm_gibbs` in each row: hidden units given these states, then states given those."""
        noise = rng.standard_normal((len(states), len(self.offset)))
        hidden = self.hidden_mean(states) + noise / np.sqrt(self.beta)
        mean = np.tanh(self.beta * (self.bias + hidden @ self.weights.T))
        return np.where(rng.uniform(-1.0, 1.0, mean.shape) < mean, 1.0, -1.0)


def machine_of(weights: ArrayLike, beta: float, bias: ArrayLike, offset: ArrayLike) -> Machine:
    """The machine that was given, checked."""
    w = weights_of(weights)
    b, c = vector_of(bias, w.shape[0], "The bias"), vector_of(offset, w.shape[1], "The offset")
    return Machine(w, b, c, temperature_of(beta))


def states_of(given: ArrayLike, units: int) -> Array:
    """States of +1 and -1, one per row."""
    found = matrix_of(given, "States", "states by units, one state per row")
    if found.shape[1] != units:
        turned = " They seem to stand in columns: give the transpose." if found.shape[0] == units else ""
        raise InputError(
            f"The states have {found.shape[1]} units each, but the weights {units}.",
            code="bad-shape",
            remedy=f"Give one state per row.{turned}",
        )
    check_signs(found, "state", units=1)
    return found


def whole(value: int, what: str, least: int = 1) -> int:
    """A count of so many at least."""
    if int(value) != value or value < least:
        raise InputError(f"{what} is {value}.", code="bad-count", remedy=f"Give a whole number from {least} on.")
    return int(value)
