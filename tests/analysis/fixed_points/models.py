"""Systems whose fixed points are known."""

from __future__ import annotations

from typing import Any

import numpy as np

import neurodyn
from neurodyn.system.system import System


def flow(text: str, states: str, **parameters: Any) -> System:
    """A system of a few equations; all states start at 0.1."""
    return neurodyn.build(neurodyn.Model(text, states=dict.fromkeys(states.split(), 0.1), parameters=parameters))


def network(weights: Any) -> System:
    """x' = -x + W tanh(x)."""
    size = len(weights)
    return neurodyn.build(
        neurodyn.Model(
            "dx[i]/dt = -x[i] + sum(W[i,j]*tanh(x[j]), j)", states={"x[i]": 0.1},
            indices={"N": {"letters": "i j", "size": size}}, parameters={"W[i,j]": np.asarray(weights, dtype=float)},
        )
    )  # fmt: skip


def all_to_all(size: int) -> System:
    """W = 2 I + 0.05 (1 1' - I): 3**size fixed points."""
    return network(2 * np.eye(size) + 0.05 * (np.ones((size, size)) - np.eye(size)))
