"""A trial with parameters of its own is that trial of a system with these parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.errors import InputError, RunFailed

DRIVEN = """
format = 1
equations = '''
c = 2*a
drive = c*u
tau*dx[i]/dt = -x[i] + sum(W[i,j]*tanh(x[j]), j) + drive
'''
[indices]
N = { letters = "i j", size = 3 }
[states]
"x[i]" = { start = "a + normal(0, 1)" }
[parameters]
a = 0.5
tau = { value = 1.0, given = "tau > 0" }
"W[i,j]" = { value = "a*normal(0, 1)" }
[inputs]
u = { value = "window(a, 2)" }
"""
NOISY = """
format = 1
equations = "dx/dt = -k*x + s*eta"
[states]
x = 1.0
[parameters]
k = 1.0
s = 0.3
[noise]
eta = { kind = "white" }
[bench]
dt = 0.01
"""
SPIKING = """
format = 1
equations = "dv/dt = (drive - v)/0.02"
[states]
v = { start = "0.1*drive + uniform(0, 0.1)" }
[parameters]
drive = 1.5
[events.spike]
when = "v > 1"
set = "v = 0"
refractory = 0.002
"""
COUNTED = """
format = 1
equations = "x(t+1) = r*x*(1 - x) + s*xi"
[states]
x = { start = "r/8" }
[parameters]
r = 3.2
s = 0.001
[noise]
xi = { kind = "normal" }
"""


def system(text: str) -> neurodyn.System:
    return neurodyn.build(neurodyn.Model.from_text(text, name="varied"))


def alone(built: neurodyn.System, values: dict[str, Any], trials: int, k: int, **how: Any) -> neurodyn.Result:
    """Trial k among so many, all of which have its values."""
    return neurodyn.simulate(built.with_values({n: v[k] for n, v in values.items()}), trials=trials, **how).trial(k)


TIGHT = {"until": 3.0, "save_at": [0.5, 1.5, 3.0], "rtol": 1e-10, "atol": 1e-12}


@pytest.mark.parametrize("method", ["DOP853", "Radau"])
def test_all_that_follows_from_a_parameter_differs_too(method: str) -> None:
    """Other parameters, drawn weights, starts, and the edges of an input."""
    built, values = system(DRIVEN), {"a": np.array([0.2, 0.9, 0.2, 0.5]), "tau": np.array([1.0, 0.5, 2.0, 1.0])}
    found = neurodyn.simulate(built, values=values, method=method, record=["x", "drive", "u"], **TIGHT)
    for k in range(4):
        own = alone(built, values, 4, k, method=method, record=["x", "drive", "u"], **TIGHT)
        np.testing.assert_allclose(found.trial(k)["x"], own["x"], atol=1e-8)
        np.testing.assert_array_equal(found["u"].isel(trial=k), own["u"])
        np.testing.assert_allclose(found.trial(k)["drive"], 2 * values["a"][k] * own["u"], rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "values", "how"),
    [
        (NOISY, {"s": [0.0, 0.3, 1.0], "k": [1.0, 2.0, 0.5]}, {"until": 1.0}),
        (NOISY, {"s": [0.0, 0.3, 1.0]}, {"until": 1.0, "backend": "fixed"}),
        (SPIKING, {"drive": [0.5, 1.5, 3.0]}, {"until": 0.1, "save_at": np.linspace(0, 0.1, 5)}),
        (SPIKING, {"drive": [0.5, 1.5, 3.0]}, {"until": 0.1, "backend": "fixed", "dt": 1e-4}),
        (SPIKING, {"drive": [0.5, 1.5]}, {"until": 0.1, "backend": "brian2", "dt": 1e-4}),
        (COUNTED, {"r": [2.8, 3.2, 3.9]}, {"steps": 20}),
    ],
)
def test_draws_events_and_steps_are_those_of_the_trial_by_itself(
    text: str, values: dict[str, Any], how: dict[str, Any]
) -> None:
    built, given = system(text), {name: np.array(rows) for name, rows in values.items()}
    found = neurodyn.simulate(built, values=given, **how)
    trials = found.dataset.sizes["trial"]
    for k in range(trials):
        own = alone(built, given, trials, k, **how)
        [name] = built.layout.names
        np.testing.assert_allclose(found.trial(k)[name], own[name], rtol=1e-10)


def test_what_is_the_same_for_all_is_no_row() -> None:
    built = system(DRIVEN)
    given = neurodyn.simulate(built, values={"tau": 0.5}, **TIGHT)
    np.testing.assert_array_equal(given["x"], neurodyn.simulate(built.with_values(tau=0.5), **TIGHT)["x"])
    w = np.eye(3)
    both = neurodyn.simulate(built, values={"W": w, "tau": [0.5, 1.0]}, **TIGHT)
    one = neurodyn.simulate(built.with_values(W=w, tau=1.0), trials=2, **TIGHT)
    np.testing.assert_allclose(both["x"].isel(trial=1), one["x"].isel(trial=1), atol=1e-9)


def test_a_matrix_for_each_trial() -> None:
    built, w = system(DRIVEN), np.random.default_rng(0).normal(size=(5, 3, 3))
    found = neurodyn.simulate(built, values={"W": w}, start={"x": [1.0, 0.0, -1.0]}, **TIGHT)
    one = neurodyn.simulate(built.with_values(W=w[3]), start={"x": [1.0, 0.0, -1.0]}, **TIGHT)
    np.testing.assert_allclose(found.trial(3)["x"], one["x"], atol=1e-8)


def test_the_run_is_repeated_bit_for_bit() -> None:
    found = neurodyn.simulate(system(DRIVEN), values={"a": [0.1, 0.7]}, seed=3, **TIGHT)
    assert neurodyn.rerun(found).same


def test_a_trial_that_fails_leaves_the_others_their_values() -> None:
    built = system("format = 1\nequations = 'dx/dt = k*x**2'\n[states]\nx = 1.0\n[parameters]\nk = 1.0\n")
    rows = {"k": np.array([-1.0, 1.0, -2.0])}  # x = 1/(1 - k*t)
    with pytest.raises(RunFailed) as failed:
        neurodyn.simulate(built, values=rows, until=2.0, save_at=[0.5, 2.0], rtol=1e-9, atol=1e-12, record=["x"])
    found = failed.value.result
    np.testing.assert_allclose(found["x"].values[-1, [0, 2]], [1 / 3, 1 / 5], rtol=1e-7)
    assert list(found.dataset["status"].values) == ["done", "failed", "done"]


@pytest.mark.parametrize(
    ("values", "trials", "message"),
    [
        ({"a": [1.0, 2.0]}, 3, "a has rows for 2 trials, but there are 3 trials."),
        ({"a": [1.0, 2.0], "tau": [1.0, 2.0, 3.0]}, None, "tau has rows for 3 trials, but a has 2."),
        ({"b": [1.0]}, None, "varied has no parameter or input b."),
        ({"c": [1.0, 2.0]}, None, "c is defined by an equation, so it cannot be given."),
        ({"tau": [1.0, -1.0]}, None, "tau > 0"),
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, Any], trials: int | None, message: str) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        neurodyn.simulate(system(DRIVEN), values=values, trials=trials, until=1.0)


def test_a_start_has_a_row_for_each_trial() -> None:
    given = {"states": {"x": 1.0, "y": "k"}, "parameters": {"k": 1.0}}
    built = neurodyn.build(neurodyn.Model("dx/dt = -k*x\ndy/dt = -y", **given))
    rows = {"k": np.array([1.0, 2.0, 3.0])}
    with pytest.raises(InputError, match="The start of x has rows for 2 trials, but there are 3"):
        neurodyn.simulate(built, values=rows, until=1.0, start={"x": [1.0, 2.0]})
