"""What tests of every shipped model take: of models that are built alike the quick suite takes one of each kind.

`make slow` takes all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

import neurodyn

# Close relatives of a model that the quick suite takes: the same terms in another mixture, or more parts of the same.
RELATIVES = {
    "dense_memory_features": ("cos", "exp", "expexp", "step", "stream", "sum"),
    "dense_memory": ("exponential", "rectified", "step"),
    "diffusion": ("ve", "vp", "backward"),
    "energy_transformer": ("leak", "softmax"),
    "habituation": ("chain_relu", "diode", "inverter", "lifted", "loaded", "output_feedback", "relu", "tanh_gate"),
    "hopfield_rbm": ("basis", "clamped"),
    "sequence": ("memory_exponential", "pseudoinverse", "spiking", "trace"),
    "camelot": ("hybrid", "stream"),
    "kuramoto": ("delay", "graph"),
    "lif": ("cond", "delta"),
    "digit_recall": ("spiking",),
    "tsodyks_markram": ("mean_field",),
}
ALONE = (
    "axon_hillock", "cobahh", "concatenated_feedforward", "ei_network", "exponential_if", "fhn_ring",
    "habituation_chain_analog", "hopfield_analog", "inverter", "linear_if", "quadratic_if", "reward_stdp",
    "ring_two_populations", "rossler", "traub_miles", "triplet_stdp",
)  # fmt: skip
SLOW = {f"{kind}_{one}" for kind, ones in RELATIVES.items() for one in ones} | {*ALONE}


def each(names: Iterable[str], *more: str) -> list[Any]:
    """The names as parameters of a test: relatives and those in `more` are marked slow.

    Raises:
        ValueError: for a relative or a further name that is no shipped model.
    """
    unknown = ({*more} | SLOW) - {entry.name for entry in neurodyn.library()}
    if unknown:
        raise ValueError(f"no shipped models: {', '.join(sorted(unknown))}")
    return [pytest.param(name, marks=pytest.mark.slow) if name in SLOW | {*more} else name for name in names]
