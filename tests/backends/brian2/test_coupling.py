"""How units of a Brian2 network read one another: the order of accuracy is what the recipe says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from neurodyn import InputError, Model, build, rerun, simulate

RATES = Model(
    ["dx[i]/dt = -x[i] + sum(W[i,j]*tanh(x[j]), j)"],
    indices={"N": {"letters": "i j", "size": 12}},
    states={"x[i]": "normal(0, 1)"},
    parameters={"W[i,j]": "normal(0, 2)/sqrt(N)"},
)
SLOW = pytest.mark.slow


def slope(system: Any, name: str, exact: Any, **asked: Any) -> float:
    """The order of accuracy at the end of a run, from the error in steps and in half steps."""
    errors = [
        np.abs(simulate(system, until=2, save_at=[2.0], dt=dt, backend="brian2", **asked)[name].values - exact).max()
        for dt in (0.05, 0.025)
    ]
    return math.log2(errors[0] / errors[1])


@pytest.mark.parametrize(
    ("coupling", "method", "order"),
    [
        ("function", "rk4", 4),
        ("function", "rk2", 2),
        ("function", "euler", 1),
        ("function", "exponential_euler", 1),
        ("summed", "rk4", 1),
        pytest.param("summed", "rk2", 1, marks=SLOW),
        pytest.param("summed", "euler", 1, marks=SLOW),
        ("unrolled", "rk4", 4),
        ("unrolled", "rk2", 2),
        ("unrolled", "euler", 1),
    ],
)
def test_order_of_accuracy(coupling: str, method: str, order: int) -> None:
    system = build(RATES, sizes={"N": 8} if coupling == "unrolled" else {})
    exact = simulate(system, until=2, save_at=[2.0], rtol=1e-12, atol=1e-14)["x"].values
    assert slope(system, "x", exact, coupling=coupling, method=method) == pytest.approx(order, abs=0.1)
    scheme = simulate(
        system, until=0.1, dt=0.05, save_at=[0.1], backend="brian2", coupling=coupling, method=method
    ).recipe["scheme"]
    assert (scheme["coupling"], scheme["accuracy"]) == (coupling, f"order {order}")


READING = {
    "groups of several sizes": Model(
        [
            "dx[i]/dt = -x[i] + tanh(sum(A[i,k]*y[k], k) + z*x[i])",
            "dy[k]/dt = -y[k] + sum(x[i]*y[k], i) - z",
            "dz/dt = mean(x[i], i) - z*y[0]",
        ],
        indices={"N": {"letters": "i", "size": 5}, "K": {"letters": "k", "size": 3}},
        states={"x[i]": "i/5", "y[k]": "1 - k/3", "z": 0.3},
        parameters={"A[i,k]": "sin(i + 2*k)"},
    ),
    "reductions that are no sums": Model(
        ["dx[i]/dt = max(x[j], j != i) - x[i] + softmax(3*x[i], i) + logsumexp(x[j] - x[i], j)/9 + x[0]*x[i]"],
        indices={"N": {"letters": "i j", "size": 4}},
        states={"x[i]": "i/7"},
    ),
    "a sum in a sum, and two units at once": Model(
        ["dx[i]/dt = sum(tanh(sum(B[i,j,k]*x[k], k) + x[j] - x[i]), j) - x[i] + sum(x[j]*x[k], j, k)/9"],
        indices={"N": {"letters": "i j k", "size": 4}},
        states={"x[i]": "(i - 1)/7"},
        parameters={"B[i,j,k]": "cos(i + 2*j*k)"},
    ),
    "shifted positions, time and inputs": Model(
        ["dx[i,a]/dt = x[i+1,a] - 2*x[i,a] + x[i-1,a] + sum(sin(t)*u[j]*x[j,a], j)/9 + u[i+1]*v"],
        indices={"N": {"letters": "i j", "size": 4, "ends": "cyclic"}, "A": {"letters": "a", "size": 2}},
        states={"x[i,a]": "i*(a + 1)/7"},
        inputs={"u[i]": "step(0.5, 1)*(i + 1)", "v": "step(1, 1)"},
    ),
    "edges": Model(
        ["dx[i]/dt = sum(k[i,j]*sin(x[j] - x[i]), j) + i/9"],
        indices={"N": {"letters": "i j", "size": 9}},
        states={"x[i]": "normal(0, 1)"},
        parameters={"C[i,j]": "sparse(0.3)", "k[i,j]": {"value": "uniform(1, 2)", "on": "C[i,j]"}},
    ),
}


@pytest.mark.parametrize("method", ["rk4", "rk2"])
@pytest.mark.parametrize("what", READING)
def test_stages_see_other_units_as_in_fixed_steps_of_our_own(what: str, method: str) -> None:
    asked = {"until": 1.5, "dt": 0.125, "method": method, "save_at": 0.125 * np.arange(13)}
    found, other = (simulate(build(READING[what]), backend=name, **asked) for name in ("brian2", "fixed"))
    for state in READING[what].states:
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=1e-11, atol=1e-13)
    assert found.recipe["scheme"]["coupling"] == "function"


CIRCUIT = Model(
    ["dv[i]/dt = u - v[i] + sum(w[i,j]*s[j], j)", "ds[i]/dt = -s[i] + spike[i]", "du/dt = 2 - u - mean(v[i], i)",
     "dn/dt = 0"],
    indices={"N": {"letters": "i j", "size": 6}},
    states={"v[i]": "i/6", "s[i]": 0.0, "u": 1.2, "n": 0.0},
    parameters={"w[i,j]": "sin(3*i + j)/4"},
    events={
        "spike[i]": {"when": "v[i] > 0.6 + 0.1*u", "set": "v[i] = 0", "refractory": 0.2, "hold": "v[i]"},
        "high": {"when": "u > 1.1", "set": "n = n + 1"},
    },
)  # fmt: skip


def test_spikes_in_a_network_with_several_groups() -> None:
    """Units that fill a group up neither spike nor send; states that are held stand still in all stages."""
    asked = {"until": 4, "dt": 0.01, "method": "rk4", "save_at": 0.01 * np.arange(401)}
    found, other = (simulate(build(CIRCUIT), backend=name, **asked) for name in ("brian2", "fixed"))
    for event in CIRCUIT.events:
        np.testing.assert_array_equal(found.events(event).time, other.events(event).time)
    assert len(found.events("spike")) > 10 and len(found.events("high")) > 0
    for state in CIRCUIT.states:
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=1e-10, atol=1e-12)
    assert found.recipe["scheme"]["accuracy"] == "order 1"


@pytest.mark.parametrize(("coupling", "close"), [("function", 1e-5), ("summed", 0.03)])
def test_a_mean_of_many_units_takes_no_synapse_for_each_pair(coupling: str, close: float) -> None:
    model = Model("dx[i]/dt = -x[i] + mean(x[j]**2, j)", indices={"N": {"letters": "i j", "size": 100_000}},
                  states={"x[i]": "i/N"})  # fmt: skip
    asked = {"dt": 0.05, "until": 1, "save_at": [1.0], "method": "rk4"}
    found = simulate(build(model), backend="brian2", coupling=coupling, **asked)["x"].values
    np.testing.assert_allclose(found, simulate(build(model), backend="fixed", **asked)["x"].values, atol=close)


def test_the_mode_is_repeated() -> None:
    first = simulate(build(RATES), until=0.5, dt=0.1, backend="brian2", coupling="summed")
    assert rerun(first).second.recipe["scheme"] == first.recipe["scheme"]
    assert rerun(first).same


def test_modes_are_those_of_brian2() -> None:
    with pytest.raises(InputError, match=r"it needs coupling:summed\. Able to run it: brian2"):
        simulate(build(RATES), until=0.5, coupling="summed", backend="scipy")
    with pytest.raises(InputError, match="it needs coupling:dense"):
        simulate(build(RATES), until=0.5, dt=0.1, coupling="dense", backend="brian2")
    with pytest.raises(InputError, match="The target cython has no coupling function"):
        simulate(build(RATES), until=0.5, dt=0.1, coupling="function", target="cython", backend="brian2")
