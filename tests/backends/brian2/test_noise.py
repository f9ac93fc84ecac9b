"""White noise and trials on the brian2 backend: the paths of the backend fixed, whose code is another."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest

from neurodyn import InputError, Model, build, rerun, simulate

N = {"N": {"letters": "i j", "size": 3}, "K": {"letters": "k", "size": 2}}


def white(reading: str = "") -> dict[str, Any]:
    return {"kind": "white", "reading": reading} if reading else {"kind": "white"}


DRIVEN = {
    "additive": Model(
        ["dx[i]/dt = sum(A[i,j]*tanh(x[j]), j) - x[i] + s[i]*w[i]", "dy/dt = -y + mean(x[i], i) + 0.1*v"],
        indices=N,
        states={"x[i]": "i/3", "y": 0.0},
        parameters={"A[i,j]": "sin(i + 2*j)", "s[i]": "0.1 + i/9"},
        noise={"w[i]": white(), "v": white()},
    ),
    "of another index, and common": Model(
        ["dx[i]/dt = -x[i] + sum(B[i,k]*w[k], k) + 0.3*v"],
        indices=N,
        states={"x[i]": 0.0},
        parameters={"B[i,k]": "cos(i - k)"},
        noise={"w[k]": white(), "v": white()},
    ),
    "multiplicative, after Ito": Model(
        ["dx[i]/dt = -x[i] + 0.4*x[i]*w[i]"], indices=N, states={"x[i]": "1 + i"}, noise={"w[i]": white("ito")}
    ),
    "multiplicative, after Stratonovich": Model(
        ["dx[i]/dt = -x[i] + 0.4*x[i]*w[i]"],
        indices=N,
        states={"x[i]": "1 + i"},
        noise={"w[i]": white("stratonovich")},
    ),
    "of edges": Model(
        ["dx[i]/dt = -x[i] + sum(u[i,j]*x[j], j)", "du[i,j]/dt = 1 - u[i,j] + 0.2*w[i,j]"],
        indices=N,
        states={"x[i]": 1.0, "u[i,j]": {"start": 0.5, "on": "C[i,j]"}},
        parameters={"C[i,j]": "all_to_all(j != i)"},
        noise={"w[i,j]": {"kind": "white", "on": "C[i,j]"}},
    ),
    "with spikes": Model(
        ["dx[i]/dt = 4 - x[i] + 0.3*w[i] + sum(0.1*up[j](t - 0.03), j != i)"],
        indices=N,
        states={"x[i]": {"start": 0.0, "clip": [-1, 2]}},
        noise={"w[i]": white()},
        events={"up[i]": {"when": "x[i] > 1", "set": "x[i] = 0", "refractory": 0.05, "hold": "x[i]"}},
    ),
}


@pytest.mark.parametrize(
    ("what", "method"),
    [
        ("additive", "heun"),
        ("of another index, and common", "euler"),
        ("multiplicative, after Ito", "euler"),
        ("multiplicative, after Ito", "milstein"),
        ("multiplicative, after Stratonovich", "euler"),
        ("multiplicative, after Stratonovich", "heun"),
        ("multiplicative, after Stratonovich", "milstein"),
        ("of edges", "euler"),
        ("with spikes", "euler"),
    ],
)
def test_paths_are_those_of_fixed_steps_of_our_own(what: str, method: str) -> None:
    model, asked = DRIVEN[what], {"dt": 0.01, "until": 1.0, "every": 0.25, "method": method, "seed": 7, "trials": 2}
    found, other = (simulate(build(model), backend=name, **asked) for name in ("brian2", "fixed"))
    for state in model.states:
        np.testing.assert_allclose(found[state].values, other[state].values, rtol=1e-10, atol=1e-12)
        assert np.abs(found[state].values[-1, 0] - found[state].values[-1, 1]).max() > 1e-4
    for event in model.events:
        np.testing.assert_array_equal(found.events(event).time, other.events(event).time)
        assert len(found.events(event)) > 4
    told = "strong order 1/2" if what.startswith("multi") and method == "euler" else "strong order 1"
    assert found.recipe["scheme"]["accuracy"] == told


def test_trials_end_each_by_itself_and_can_be_repeated() -> None:
    """One leaves every bound; the others do not know of it."""
    model = Model("dx/dt = 0.3*sqrt(2 - x) + w", states={"x": 0.0}, noise={"w": "white"})
    asked = {"dt": 0.01, "until": 2.0, "every": 0.5, "trials": 6, "on_failure": "return", "seed": 1}
    found, other = (simulate(build(model), backend=name, method="euler", **asked) for name in ("brian2", "fixed"))
    np.testing.assert_array_equal(found.dataset["status"].values, other.dataset["status"].values)
    assert 0 < sum(found.dataset["status"].values == "failed") < 6
    np.testing.assert_allclose(found["x"].values, other["x"].values, rtol=1e-10)
    assert rerun(found).same


def test_a_run_goes_on_as_if_it_had_not_stopped() -> None:
    system, asked = build(DRIVEN["additive"]), {"dt": 0.01, "every": 0.5, "backend": "brian2"}
    whole, first = (simulate(system, until=end, seed=3, **asked) for end in (2, 1))
    np.testing.assert_array_equal(
        simulate(system, start=first, until=2, **asked)["x"].values[-1], whole["x"].values[-1]
    )


COMPILED = pytest.param(
    "cython", marks=[pytest.mark.slow, pytest.mark.skipif(not shutil.which("g++"), reason="no g++")]
)


@pytest.mark.parametrize("target", ["numpy", COMPILED])
def test_statistics_of_an_ornstein_uhlenbeck_process(target: str) -> None:
    """Mean, variance and correlation over a time within 5 standard errors; NumPy's own generator is left alone."""
    model = Model(["dx[i]/dt = (1 - x[i])/tau + s*w[i]"], indices={"N": {"letters": "i", "size": 2000}},
                  states={"x[i]": 1.0}, parameters={"tau": 0.5, "s": 0.4}, noise={"w[i]": "white"})  # fmt: skip
    np.random.seed(5)
    asked = {"dt": 0.01, "until": 3.5, "save_at": [3.0, 3.5], "backend": "brian2", "seed": 11, "target": target}
    x, again = (simulate(build(model), **asked)["x"].values for _ in range(2))
    assert np.random.random() == np.random.RandomState(5).random_sample()
    np.testing.assert_array_equal(x, again)
    variance, count = 0.4**2 * 0.5 / 2, x.shape[1]
    assert abs(x[1].mean() - 1) < 5 * np.sqrt(variance / count)
    assert abs(x[1].var() / variance - 1) < 5 * np.sqrt(2 / count) + 0.01
    correlation = np.corrcoef(x[0], x[1])[0, 1]
    assert abs(correlation - np.exp(-1)) < 5 * (1 - np.exp(-2)) / np.sqrt(count)


@pytest.mark.parametrize(("reading", "growth"), [("ito", 0.0), ("stratonovich", 0.5)])
@pytest.mark.parametrize("method", ["euler", "heun"])
def test_the_mean_of_geometric_brownian_motion(reading: str, growth: float, method: str) -> None:
    """exp(g*s**2*t) with g = 0 after Ito, 1/2 after Stratonovich."""
    model = Model(["dx[i]/dt = s*x[i]*w[i]"], indices={"N": {"letters": "i", "size": 20_000}}, states={"x[i]": 1.0},
                  parameters={"s": 0.5}, noise={"w[i]": white(reading)})  # fmt: skip
    x = simulate(build(model), dt=0.02, until=1, save_at=[1.0], backend="brian2", method=method)["x"].values[0]
    wanted = np.exp(growth * 0.25)
    assert abs(x.mean() - wanted) < 5 * x.std() / np.sqrt(x.size) + 2e-3
    assert abs(wanted - 1) > 0.1 or reading == "ito"


def test_noise_from_elsewhere_needs_whole_groups() -> None:
    with pytest.raises(InputError, match=r"the noise [vw] reaches states of other letters"):
        simulate(build(DRIVEN["of another index, and common"]), backend="brian2", coupling="summed", dt=0.01, until=0.1)
