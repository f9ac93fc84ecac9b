"""Sparse Jacobians equal the dense ones and differences; stiff lines and graphs are solved with them."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

import neurodyn
from tests.models.test_laws import SLOW_JACOBIAN, WITH_JACOBIAN, difference, inputs_of, system_of

ENDS = ("cyclic", "zero", "clamp")
NETWORK = """
dw[i,j]/dt = x[i]*x[j] - w[i,j]**3 + 0.1*w[j,i]*x[i]
dx[i]/dt   = -x[i] + sum(w[i,j]*tanh(x[j] - x[i]), j) + mean(w[i,j]**2, j) + sum(w[j,i]*z[j,a], j, a)
dz[i,a]/dt = -z[i,a]*z[i,a+1] + sum(k[i,j]*z[j,a], j)*x[i] + m
m          = mean(x[i]**2, i)
"""


def compared(system: neurodyn.System, tolerance: float = 1e-9) -> sparse.csc_array:
    """The sparse Jacobian at a state near the start."""
    y = system.start() + 0.1 * np.random.default_rng(1).standard_normal(system.layout.size)
    inputs = {name: signal.on(0.3, 0.301)(0.3) for name, signal in system.signals.items()}
    found = system.jacobian(sparse=True)(0.3, y, inputs)
    flow = system.flow()
    measured = difference(lambda z: flow(0.3, z, inputs), y)
    assert sparse.issparse(found) and found.has_canonical_format
    assert np.abs(found.toarray() - measured).max() < tolerance * (1 + np.abs(measured).max())
    np.testing.assert_allclose(system.jacobian(sparse=False)(0.3, y, inputs), found.toarray(), rtol=1e-12, atol=1e-12)
    return found


@pytest.mark.parametrize("p", [0.0, 0.4, 1.0])
def test_states_on_nodes_and_edges(p: float) -> None:
    network = neurodyn.Model(
        NETWORK,
        indices={"N": {"letters": "i j", "size": 5}, "A": {"letters": "a", "size": 2, "ends": "cyclic"}},
        states={"w[i,j]": {"start": "uniform(0, 1)", "on": "C[i,j]"}, "x[i]": "0.1*i", "z[i,a]": "normal(0, 1)"},
        parameters={"C[i,j]": f"sparse({p})", "k[i,j]": {"value": "normal(0, 1)", "on": "C[i,j]"}},
    )
    system = neurodyn.build(network)
    compared(system)
    assert sparse.issparse(system.jacobian()(0.0, system.start(), {}))


def test_two_supports() -> None:
    network = neurodyn.Model(
        "dv[i,j]/dt = w[i,j] - v[i,j]\ndw[i,j]/dt = v[j,i]*x[j] - w[i,j]\ndx[i]/dt = sum(v[j,i]*w[j,i], j) - x[i]",
        indices={"N": {"letters": "i j", "size": 6}},
        states={
            "v[i,j]": {"start": "normal(0, 1)", "on": "C[i,j]"},
            "w[i,j]": {"start": "normal(0, 1)", "on": "D[i,j]"},
            "x[i]": "normal(0, 1)",
        },
        parameters={"C[i,j]": "sparse(0.5)", "D[i,j]": "sparse(0.5)"},
    )
    compared(neurodyn.build(network))


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_shifts(ends: str, size: int) -> None:
    line = neurodyn.Model(
        "dx[i]/dt = x[i-1]**2 - 2*x[i]*x[i+1] + sin(x[i+2]) + y[i]\ndy[i]/dt = x[N - 1 - i] - y[i]**2*x[i-1]",
        indices={"N": {"letters": "i", "size": size, "ends": ends}},
        states={"x[i]": "normal(0, 1)", "y[i]": "normal(0, 1)"},
    )
    found = compared(neurodyn.build(line))
    assert found.nnz <= 8 * size


def test_what_passes_through_two_edges_is_refused_by_name() -> None:
    """The flow is lowered; its Jacobian has an entry for each path of two edges, which no support holds."""
    layers = neurodyn.Model(
        "dx[i]/dt = -x[i] + sum(D[k,i]*y[k], k)\ny[k] = tanh(sum(D[k,i]*x[i], i))",
        indices={"N": {"letters": "i j", "size": 8}, "M": {"letters": "k", "size": 5}},
        states={"x[i]": "normal(0, 1)"},
        parameters={"D[k,i]": "sparse(0.5)"},
    )
    assert neurodyn.simulate(layers, until=1).status == "done"
    with pytest.raises(neurodyn.InputError, match="no sparse Jacobian: it has entries beyond single edges") as caught:
        neurodyn.simulate(layers, until=1, method="BDF")
    assert caught.value.code == "no-jacobian"


QUICK = ("convolution_memory", "krotov_hopfield", "fhn_ring", "hodgkin_huxley", "habituation_row")
NAMES = [n for n in WITH_JACOBIAN if n not in SLOW_JACOBIAN]


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in NAMES])
def test_term_by_term_as_block_by_block(name: str) -> None:
    system = system_of(name)
    y = system.start() + 0.1 * system.layout.scales * np.random.default_rng(1).standard_normal(system.layout.size)
    one, other = (system.jacobian(sparse=s)(0.3, y, inputs_of(system)) for s in (True, False))
    np.testing.assert_allclose(one.toarray(), other, rtol=1e-9, atol=1e-12 * (1 + np.abs(other).max()))


def test_where_a_sparse_matrix_is_worth_its_while() -> None:
    for size, wanted in ((50, False), (150, True)):
        system = neurodyn.build("fhn_ring", sizes={"L": size})
        inputs = {name: signal.on(0.0, 1.0)(0.5) for name, signal in system.signals.items()}
        assert sparse.issparse(system.jacobian()(0.5, system.start(), inputs)) == wanted
    dense = neurodyn.build("kuramoto", sizes={"N": 300})
    assert isinstance(dense.jacobian()(0.0, dense.start(), {}), np.ndarray)


@pytest.mark.parametrize("method", ["BDF", "Radau", "LSODA"])
def test_a_stiff_line_is_solved_as_by_a_dense_matrix(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    system = neurodyn.build("brusselator_line", sizes={"N": 110})
    times = [0.0, 1.0, 2.0]
    options = {"until": 2.0, "method": method, "save_at": times, "rtol": 1e-8, "atol": 1e-10}
    mine = neurodyn.simulate(system, **options)
    assert sparse.issparse(system.jacobian()(0.0, system.start(), {}))
    jacobian = neurodyn.System.jacobian
    monkeypatch.setattr(neurodyn.System, "jacobian", lambda self, sparse=None: jacobian(self, False))
    theirs = neurodyn.simulate(system, **options)
    for name in ("x", "y"):
        np.testing.assert_allclose(mine[name].values, theirs[name].values, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("method", ["BDF", pytest.param("Radau", marks=pytest.mark.slow)])
def test_a_long_line_needs_no_dense_matrix(method: str) -> None:
    system = neurodyn.build("brusselator_line", sizes={"N": 2000})
    neurodyn.simulate(system, until=1e-4, method=method, save_at=[0.0, 1e-4])  # loads what is loaded once
    tracemalloc.start()
    try:
        result = neurodyn.simulate(system, until=2.0, method=method, save_at=[0.0, 2.0])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40e6  # one dense matrix of 4,000 x 4,000 has 128e6
    assert result.counts["steps"] < 400  # explicit methods need 100,000: the fastest decay is 3e5
    assert result["x"].values[-1].min() > 0


def test_trials_of_a_graph() -> None:
    system = neurodyn.build("kuramoto_graph", sizes={"N": 30})
    options = {"until": 3.0, "save_at": [0.0, 3.0], "rtol": 1e-8, "atol": 1e-10}
    stiff = neurodyn.simulate(system, method="BDF", trials=3, record=["theta"], **options)
    other = neurodyn.simulate(system, method="DOP853", trials=3, record=["theta"], **options)
    np.testing.assert_allclose(stiff["theta"].values, other["theta"].values, atol=1e-5)


def test_a_large_graph_needs_no_dense_matrix() -> None:
    system = neurodyn.build("kuramoto_graph", sizes={"N": 20_000})
    y = system.start()
    system.jacobian()  # derived once
    tracemalloc.start()
    try:
        found = system.jacobian()(0.0, y, {})
        assert tracemalloc.get_traced_memory()[1] < 100e6  # a dense matrix has 3.2e9
    finally:
        tracemalloc.stop()
    assert found.nnz == 20_000 * 11
    np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-12)  # a common phase changes nothing
