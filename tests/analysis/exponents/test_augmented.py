"""Directions that the equations carry along, against the Jacobian of the system."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn import build
from neurodyn.analysis.energy.search import inputs_at
from neurodyn.analysis.exponents.augmented import augmented
from tests.analysis.exponents.systems import henon

# Sums, recursions, softmax, energies by name, removable singularities, units, parts.
MODELS = [
    "lorenz", "hopfield", "dense_memory", "hierarchical_memory", "spherical_memory", "habituation_row",
    "kuramoto", "hodgkin_huxley", "wilson_cowan", "two_cells", "krotov_hopfield", "henon",
    pytest.param("energy_transformer", marks=pytest.mark.slow),
]  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_directions_move_by_the_jacobian(name: str) -> None:
    system = build(henon() if name == "henon" else name)
    size, scales = system.layout.size, system.layout.scales
    count = size if size < 6 else 3
    whole, rng = augmented(system, count), np.random.default_rng(1)
    y = system.start() + 0.1 * scales * rng.normal(size=size)
    directions = rng.normal(size=(size, count))
    inputs = inputs_at(system, 0.3)
    move = whole.system.step() if system.model.discrete else whole.system.flow()
    given = {n: v for n, v in inputs.items() if n in whole.system.signals}
    found = move(0.3, whole.pack(y[None], directions[None])[0], given)
    states, moved, trace = whole.unpack(found[None])
    jacobian = system.jacobian(sparse=False)(0.3, y, inputs) * scales / scales[:, None]
    assert moved[0] == pytest.approx(jacobian @ directions, rel=1e-10, abs=1e-12 * np.abs(jacobian).max())
    own = system.step() if system.model.discrete else system.flow()
    assert states[0] == pytest.approx(own(0.3, y, inputs), rel=1e-12)
    # A recursion has companions for its derivatives, and no trace in one expression.
    assert whole.traced == (count == size and name not in ("henon", "habituation_row"))
    if whole.traced:
        assert trace[0] == pytest.approx(np.trace(jacobian), rel=1e-10)


def test_what_is_packed_comes_out_again() -> None:
    system = build("hodgkin_huxley")
    whole, rng = augmented(system, 2), np.random.default_rng(0)
    states, directions = rng.normal(size=(3, 4)), rng.normal(size=(3, 4, 2))
    one, two, _ = whole.unpack(whole.pack(states, directions))
    assert (one == states).all()
    assert two == pytest.approx(directions, rel=1e-15)


def test_a_network_stays_in_index_notation() -> None:
    text = augmented(build("hopfield"), 3).system.model.text
    assert len(text) < 400 and "sum(" in text
