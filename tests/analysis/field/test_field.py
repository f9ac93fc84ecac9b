"""A field is the flow or step of its system, and its derivatives are those of differences, on every shipped model."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.field.field import Field
from tests.models.test_laws import SLOW_JACOBIAN, WITH_JACOBIAN, difference, system_of
from tests.models.test_map_laws import SMOOTH
from tests.models.test_map_laws import system_of as map_system
from tests.sweeps import each
from tests.system.test_sparse_jacobian import NETWORK

DERIVED = [*WITH_JACOBIAN, *SMOOTH]
# Where deriving takes longest; relatives of each are tested always.
LONG = {"convolution_memory",
        *(f"dense_memory_features_{kind}" for kind in ("writing", "exp", "expexp", "cos", "sum"))}  # fmt: skip


@pytest.mark.parametrize("name", each(DERIVED, *LONG))
def test_derivatives_along_a_direction(name: str) -> None:
    """For one state and for many, against differences of the values; in units of the scales."""
    field = Field.of(system_of(name), at=0.3)
    rng, scale = np.random.default_rng(1), field.scales
    x = field.system.start(trials=3, seed=5) + 0.1 * scale * rng.standard_normal((3, field.size))
    v = scale * rng.standard_normal((3, field.size)) / np.sqrt(field.size)
    exact = field.jvp(x, v) / scale
    measured = difference(lambda s: field.values(x + s * v) / scale, np.zeros(1))[..., 0]
    assert np.abs(exact - measured).max() < 1e-8 * (1 + np.abs(exact).max())
    np.testing.assert_allclose(field.jvp(x[0], v[0]) / scale, exact[0], rtol=1e-10, atol=1e-12 * np.abs(exact).max())
    np.testing.assert_allclose(field.values(x)[2], field.values(x[2]), rtol=1e-12, atol=1e-12)


MATRICES = ["fhn_ring", "habituation_row", "hodgkin_huxley", "kuramoto_graph", "dense_memory_step", "hopfield"]
REST = sorted(set(DERIVED) - {*MATRICES, *SLOW_JACOBIAN})


@pytest.mark.parametrize("name", [*MATRICES, *(pytest.param(n, marks=pytest.mark.slow) for n in REST)])
def test_the_matrix_times_a_direction(name: str) -> None:
    field = Field.of(system_of(name), at=0.3)
    rng, scale = np.random.default_rng(2), field.scales
    x = field.system.start(trials=2, seed=5) + 0.1 * scale * rng.standard_normal((2, field.size))
    v = scale * rng.standard_normal(field.size)
    matrices, along = field.jacobian(x), field.jvp(x, v)
    size = np.abs(along / scale).max()
    np.testing.assert_allclose(matrices @ v / scale, along / scale, rtol=1e-10, atol=1e-12 * size)
    np.testing.assert_allclose(field.jacobian(x[1]), matrices[1], rtol=1e-12, atol=1e-12 * np.abs(matrices).max())


@pytest.mark.parametrize("p", [0.0, 0.4, 1.0])
def test_states_on_edges(p: float) -> None:
    """Where the states are on nodes, on edges and on pairs of sets."""
    network = neurodyn.Model(
        NETWORK,
        indices={"N": {"letters": "i j", "size": 5}, "A": {"letters": "a", "size": 2, "ends": "cyclic"}},
        states={"w[i,j]": {"start": "uniform(0, 1)", "on": "C[i,j]"}, "x[i]": "0.1*i", "z[i,a]": "normal(0, 1)"},
        parameters={"C[i,j]": f"sparse({p})", "k[i,j]": {"value": "normal(0, 1)", "on": "C[i,j]"}},
    )
    field = Field.of(neurodyn.build(network))
    x = field.system.start(trials=3, seed=1)
    v = np.random.default_rng(1).standard_normal(x.shape)
    np.testing.assert_allclose(
        field.jvp(x, v), np.einsum("kij,kj->ki", field.jacobian(x), v), rtol=1e-12, atol=1e-12 * np.abs(v).max()
    )
    measured = difference(lambda s: field.values(x + s * v), np.zeros(1))[..., 0]
    np.testing.assert_allclose(field.jvp(x, v), measured, atol=1e-9 * (1 + np.abs(measured).max()))


def test_the_chain_rule_of_a_map() -> None:
    """The derivative of two steps is the product of those of each."""
    field = Field.of(map_system("dense_memory_step"))
    rng = np.random.default_rng(3)
    x, v = rng.standard_normal((4, field.size)), rng.standard_normal((4, field.size))
    after = field.values(x)
    two = field.jvp(after, field.jvp(x, v))
    measured = difference(lambda s: field.values(field.values(x + s * v)), np.zeros(1))[..., 0]
    np.testing.assert_allclose(two, measured, atol=1e-8 * np.abs(measured).max())
    np.testing.assert_array_equal(field.defect(x), after - x)
    np.testing.assert_array_equal(field.defect_jacobian(x), field.jacobian(x) - np.eye(field.size))


def test_a_field_is_held_still_at_a_time() -> None:
    system = neurodyn.build(neurodyn.Model("dx/dt = t - x + u", states={"x": 0.0}, inputs={"u": "step(2, 3)"}))
    with pytest.raises(neurodyn.InputError, match="depends on time, through t, u") as told:
        Field.of(system)
    assert told.value.code == "not-autonomous"
    field = Field.of(system, at=1)
    assert field.values(np.array([0.5])) == 0.5
    assert field.held_at(2.0).values(np.array([0.5])) == 4.5  # at an edge: just after it
    assert field.notes == ("It is held at t = 1: t, u would change it.",)
    assert not Field.of(system.with_values(u=1.0), at=0).moving[1:]  # an input that does not vary is none


def test_what_is_left_out_is_told() -> None:
    assert Field.of(neurodyn.build("double_well")).notes == ("White noise is left out: this is the drift.",)
    assert "Events (spike) are left out" in Field.of(neurodyn.build("lif_delta"), at=0).notes[1]
    parallel = Field.of(neurodyn.build("hopfield_binary", sizes={"N": 12, "P": 2}))
    stored = parallel.system.values["xi"][0]
    np.testing.assert_array_equal(parallel.values(stored), stored)  # a memory, to which no unit objects
    assert "Units are updated one after the other" in parallel.notes[0]


@pytest.mark.parametrize(
    ("name", "why"),
    [("mackey_glass", "it reads earlier states"), ("hopfield_rbm_gibbs", "its steps draw random numbers"),
     ("hopfield_binary_parallel", "it reads earlier states")],
)  # fmt: skip
def test_what_is_no_function_of_the_present_states(name: str, why: str) -> None:
    with pytest.raises(neurodyn.InputError, match=f"{name} has no field of its present states: {why}") as told:
        Field.of(neurodyn.build(name), at=0)
    assert told.value.code == "no-field"
    with pytest.raises(neurodyn.InputError, match="it has constraints"):
        Field.of(neurodyn.build("habituation_analog").constrained, at=0)


def test_values_are_rebound_without_a_new_derivation() -> None:
    system = neurodyn.build("van_der_pol")
    known = len(system.compiled)
    Field.of(system).jvp(np.ones(2), np.ones(2))
    more = len(system.compiled)
    other = Field.of(system.with_values(mu=3.0))
    assert other.jacobian(np.array([0.5, 0.2])).shape == (2, 2) and known < more
    before = len(system.compiled)
    Field.of(system.with_values(mu=4.0)).jacobian(np.array([0.5, 0.2]))
    assert len(system.compiled) == before
