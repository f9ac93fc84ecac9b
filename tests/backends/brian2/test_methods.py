"""Methods on the brian2 backend: as those of the backend fixed, whose code is another."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from neurodyn import InputError, Model, build, simulate
from neurodyn.backends.brian2.text import repeated

# What is held is seen by others of the unit; scales differ by many powers of ten; units differ.
HELD = Model(
    ["dv[i]/dt = (I[i] + g[i] - v[i])/tau[i]", "dw[i]/dt = 1e-9*v[i] - 200*w[i]",
     "dg[i]/dt = -g[i]/0.005 + 0.2*spike[i](t - 0.003)", "ds/dt = 1 - 3*s"],
    indices={"N": {"letters": "i", "size": 3}},
    states={"v[i]": 0.0, "w[i]": {"start": 0.0, "scale": 1e-11}, "g[i]": 0.0, "s": 0.0},
    parameters={"I[i]": [0.9, 1.5, 2.0], "tau[i]": "0.01 + i/999"},
    events={"spike[i]": {"when": "v[i] > 1", "set": "v[i] = 0.4", "refractory": 4e-3, "hold": "v[i]"}},
)  # fmt: skip


@pytest.mark.parametrize("method", ["exact", "exponential_euler"])
def test_linear_flows_as_in_fixed_steps_of_our_own(method: str) -> None:
    asked = {"until": 0.1, "dt": 1e-4, "method": method, "save_at": 1e-4 * np.arange(1001)}
    found, other = (simulate(build(HELD), backend=name, **asked) for name in ("brian2", "fixed"))
    np.testing.assert_array_equal(found.events("spike").time, other.events("spike").time)
    assert len(found.events("spike")) > 10
    for state in HELD.states:
        largest = float(np.abs(other[state].values).max())
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=0, atol=1e-12 * largest)


def test_exact_is_exact_between_edges_that_lie_on_steps() -> None:
    """Two states that turn round one another, in a fifth of a turn for each step."""
    model = Model(["dx/dt = 12*y - x + u", "dy/dt = -12*x"], states={"x": 1.0, "y": 0.0}, inputs={"u": "step(0.5, 7)"})
    exact = simulate(build(model), until=2, every=0.5, rtol=1e-12, atol=1e-13)
    found = simulate(build(model), until=2, every=0.5, dt=0.1, backend="brian2")
    for state in "xy":
        np.testing.assert_allclose(found[state].values[-4:], exact[state].values[-4:], rtol=1e-9)
    assert (found.recipe["method"], found.recipe["scheme"]["accuracy"]) == ("exact", "exact")


@pytest.mark.parametrize("u", ["sin(3*t)", "step(0.503, 2)"])
def test_what_changes_within_a_step_lowers_the_order(u: str) -> None:
    system = build(Model(["dx/dt = u - x*exp(-c)"], states={"x": 1.0}, inputs={"u": u}, parameters={"c": 0.5}))
    exact = simulate(system, until=2, save_at=[2.0], rtol=1e-12, atol=1e-13)["x"].values
    found = [simulate(system, until=2, save_at=[2.0], dt=dt, backend="brian2") for dt in (0.1, 0.05)]
    coarse, fine = (float(np.abs(one["x"].values - exact).max()) for one in found)
    assert found[0].recipe["scheme"]["accuracy"] == "order 2"
    assert coarse < 5e-3 and (u.startswith("step") or math.log2(coarse / fine) == pytest.approx(2, abs=0.1))


N = {"N": {"letters": "i j", "size": 3}}
REFUSED: dict[str, tuple[Model, str]] = {
    "the flow of x is not linear in the states of its own unit alone": (
        Model(["dx[i]/dt = sum(x[j], j) - x[i]"], indices=N, states={"x[i]": 1.0}),
        "exact",
    ),
    "the flow of x is not linear in itself": (Model("dx/dt = -x**3", states={"x": 1.0}), "exponential_euler"),
    "two events hold states that others of their unit read": (
        Model(
            ["dx/dt = 1 - z", "dy/dt = 1 - z", "dz/dt = x + y - z"],
            states={"x": 0.0, "y": 0.0, "z": 0.0},
            events={
                "one": {"when": "x > 1", "set": "x = 0", "refractory": 1, "hold": "x"},
                "two": {"when": "y > 2", "set": "y = 0", "refractory": 1, "hold": "y"},
            },
        ),
        "exact",
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_a_method_cannot_follow_is_refused(reason: str) -> None:
    model, method = REFUSED[reason]
    with pytest.raises(InputError) as caught:
        simulate(build(model), backend="brian2", dt=0.01, until=1, method=method)
    assert reason in str(caught.value)


@pytest.mark.parametrize("name", ["lif", "lif_cond", "adex", "lorenz", "hodgkin_huxley", "hopfield", "ei_network"])
def test_the_method_is_that_of_fixed_steps(name: str) -> None:
    asked: dict[str, Any] = {"until": 0.002, "dt": 1e-4, "save_at": [0.002]}
    found = [simulate(build(name), backend=backend, **asked).recipe["method"] for backend in ("brian2", "fixed")]
    assert found[0] == found[1]


def test_calls_that_are_repeated_are_found() -> None:
    texts = ["a*exprel(x + (y)) + my_exprel(z)", "exprel(x + (y))*exprel(z)", "exprel(1 + exprel(v)) + exprel(v)"]
    assert repeated("exprel", texts) == ["exprel(x + (y))", "exprel(v)"]
