"""Steps of fixed length in lanes: the paths of the other backends, draw by draw, at any width and on any thread."""

from __future__ import annotations

import _thread
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neurodyn import Result, System, build, load, rerun, simulate
from neurodyn.backends.ensemble.lockstep import run as lockstep
from neurodyn.backends.ensemble.machine import Machine, host
from neurodyn.errors import InputError, RunFailed
from tests.backends.ensemble.cases import DRIVEN, POLE, made

GROWTH = """
format = 1
equations = "dx/dt = mu*x + s*x*xi"
[states]
x = 1.0
[parameters]
mu = 0.4
s = 0.8
[noise]
xi = { kind = "white", reading = "READING" }
"""
PLANE = """
format = 1
equations = '''
dx[i]/dt = -x[i] + u + sum(G[i,k]*a[k], k) + 0.3*x[i]*b
dz/dt = -z + 0.2*z*b
'''
[indices]
N = { size = 3, letters = "i" }
M = { size = 2, letters = "k" }
[states]
"x[i]" = { start = 0.5 }
z = 1.0
[parameters]
"G[i,k]" = { value = "0.1 + 0.2*i - 0.3*k" }
[inputs]
u = { value = "step(0.513, 0.7) + ramp(0.2, 0.8, 0, 1)" }
[noise]
"a[k]" = { kind = "white" }
b = { kind = "white", reading = "ito" }
"""
ROOT = """
format = 1
equations = "dx/dt = -1 - sqrt(x - c) + s*xi"
[states]
x = 2.0
[parameters]
c = 1.0
s = 0.0
[noise]
xi = { kind = "white" }
"""
LOTTERY = """
format = 1
equations = '''
x[i](t+1) = c*x[i] + u*r[i] + g/(2 + r[i]) + where(r[i] < 0.1, t, 0)
'''
[indices]
N = { size = 3, letters = "i" }
[states]
"x[i]" = { start = 0.5 }
[parameters]
c = 0.5
[inputs]
u = { value = "step(40, 2) + sin(t/9)" }
[noise]
"r[i]" = { kind = "uniform" }
g = { kind = "normal" }
"""
LOGISTIC = """
format = 1
equations = "x(t+1) = x**2 - c"
[states]
x = 0.0
[parameters]
c = 1.5
"""
NOISY = ("euler-maruyama", "heun", "milstein")


def apart(found: Result, other: Result) -> float:
    """The largest difference of any state, over its largest value."""
    worst = 0.0
    for name in recorded(other):
        a, b = found[name].values, other[name].values
        assert a.shape == b.shape and np.isfinite(b).all()
        worst = max(worst, float(np.abs(a - b).max() / np.abs(b).max()))
    return worst


def recorded(result: Result) -> list[str]:
    return [str(name) for name in result.dataset.data_vars]


def bits(result: Result) -> bytes:
    return b"".join(result[name].values.tobytes() for name in recorded(result))


def both(system: System, other: str, **asked: Any) -> tuple[Result, Result]:
    asked = {"record": list(system.layout.names), **asked}
    return simulate(system, backend="ensemble", **asked), simulate(system, backend=other, **asked)


@pytest.mark.parametrize(
    ("name", "until", "method"), [("ornstein_uhlenbeck", 0.06, "euler-maruyama"), ("hopfield_rbm", 6.0, "heun")]
)
def test_paths_of_shipped_models_are_those_of_scipy(name: str, until: float, method: str) -> None:
    """More than one block of draws, lanes without a trial, and draws that are told apart by trial and name."""
    system = build(load(name))
    found, other = both(system, "scipy", until=until, method=method, trials=19, seed=8)
    assert found.counts["steps"] == 19 * other.counts["steps"] > 19 * 256
    assert apart(found, other) < 1e-10
    assert found.recipe["method"] == other.recipe["method"] == method


def test_noise_goes_backwards_in_time_too() -> None:
    assert apart(*both(build(load("diffusion_sampler")), "scipy", trials=5, seed=2)) < 1e-12


@pytest.mark.parametrize("method", NOISY)
@pytest.mark.parametrize("reading", ["ito", "stratonovich"])
def test_noise_with_factors_is_read_as_the_model_says(reading: str, method: str) -> None:
    system = made(GROWTH.replace("READING", reading))
    asked: dict[str, Any] = {"until": 2.0, "dt": 0.01, "method": method, "seed": 1, "save_at": [0.0, 1.0, 2.0]}
    assert apart(*both(system, "scipy", trials=9, **asked)) < 1e-12
    assert apart(*both(system, "scipy", **asked)) < 1e-12
    assert apart(*both(system, "fixed", **{**asked, "method": method.removesuffix("-maruyama")})) < 1e-12


@pytest.mark.parametrize("method", ["euler-maruyama", "heun"])
@pytest.mark.parametrize("span", [(0.0, 1.0), (0.0031, 0.9087)])
def test_noise_and_inputs_meet_at_edges_between_steps(span: tuple[float, float], method: str) -> None:
    """Two noises of different sizes, mixed by a matrix; a step ends at each edge, and one between two has own draws."""
    t0, until = span
    asked = {"t0": t0, "until": until, "dt": 0.01, "method": method, "trials": 4, "seed": 3}
    found, other = both(made(PLANE), "scipy", save_at=[t0, 0.02, 0.5, 0.513, 0.7, until], **asked)
    assert apart(found, other) < 1e-12
    back = {**asked, "t0": until, "until": t0}
    assert apart(*both(made(PLANE), "scipy", save_at=[0.7, 0.5, t0], **back)) < 1e-12


def test_parameters_differ_between_trials_that_share_their_steps() -> None:
    s = np.linspace(0.1, 1.0, 7)
    asked: dict[str, Any] = {"until": 1.0, "dt": 0.01, "seed": 4, "values": {"s": s}, "save_at": [0.5, 1.0]}
    assert apart(*both(made(GROWTH.replace("READING", "ito")), "scipy", **asked)) < 1e-12


@pytest.mark.parametrize("method", ["euler", "rk2", "rk4"])
def test_fixed_steps_are_those_of_the_reference(method: str) -> None:
    asked: dict[str, Any] = {"until": 5.0, "dt": 0.0625, "save_at": np.arange(0, 5.1, 0.25), "method": method}
    assert apart(*both(made(DRIVEN), "fixed", **asked)) < 1e-13
    more = {"until": 40.0, "dt": 0.05, "method": method, "every": 0.5}
    assert apart(*both(build(load("fitzhugh_nagumo")), "fixed", **more)) < 1e-9


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("heun", 2), ("rk4", 4)])
def test_errors_of_fixed_steps_fall_with_the_order(method: str, order: int) -> None:
    """x = 1/(1 + t) from 1 on; and backwards along the same path."""
    system = made(POLE.replace("x**2", "-x**2"))
    for t0, until in ((0.0, 2.0), (2.0, 0.0)):
        off = []
        for dt in (0.025, 0.0125):
            start, asked = {"x": 1 / (1 + t0)}, {"dt": dt, "method": method, "save_at": [until]}
            result = simulate(system, backend="ensemble", t0=t0, until=until, start=start, **asked)
            off.append(abs(float(result["x"].values[0]) - 1 / (1 + until)))
        assert order - 0.2 < np.log2(off[0] / off[1]) < order + 0.2


def test_errors_of_paths_fall_with_the_strong_order() -> None:
    """Against x = exp((mu - s**2/2)*t + s*W) in the sense of Ito; W sums up the draws of the finest steps."""
    system, trials = made(GROWTH.replace("READING", "ito")), 400
    wiener = made("format = 1\nequations = 'dw/dt = xi'\n[states]\nw = 0.0\n[noise]\nxi = { kind = 'white' }")
    for method, order in (("euler-maruyama", 0.5), ("milstein", 1.0), ("heun", 1.0)):
        off = []
        for dt in (1 / 8, 1 / 128):
            asked: dict[str, Any] = {"backend": "ensemble", "until": 1.0, "dt": dt, "trials": trials, "save_at": [1.0]}
            w = simulate(wiener, method="euler", **asked)["w"].values[0]
            x = simulate(system, method=method, **asked)["x"].values[0]
            off.append(np.sqrt(np.mean((x - np.exp(0.4 - 0.32 + 0.8 * w)) ** 2)))
        assert abs(np.log2(off[0] / off[1]) / 4 - order) < 0.2


def test_the_ornstein_uhlenbeck_process_has_its_mean_and_variance() -> None:
    """5 mV by sqrt(1 - dt/(2*tau)), what Euler's steps make of it, at 20 time constants; within 5 standard errors."""
    system, trials = build(load("ornstein_uhlenbeck")), 20_000
    asked = {"until": 0.2, "dt": 0.001, "trials": trials, "save_at": [0.2], "method": "euler"}
    v = simulate(system, backend="ensemble", **asked)["V"].values[0]
    variance = 0.005**2 / (1 - 0.001 / 0.02)
    assert abs(v.mean() + 0.065) < 5 * np.sqrt(variance / trials)
    assert abs(v.var() / variance - 1) < 5 * np.sqrt(2 / trials)


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16])
def test_bits_are_the_same_at_any_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    system, asked = made(PLANE), {"until": 1.0, "dt": 0.01, "trials": 21, "seed": 3, "save_at": [0.3, 1.0]}
    wide = simulate(system, backend="ensemble", **asked)
    own: Machine = host()
    monkeypatch.setattr(lockstep, "host", lambda: replace(own, width=width))
    assert bits(simulate(system, backend="ensemble", **asked)) == bits(wide)
    alone = simulate(system, backend="ensemble", **{**asked, "trials": 3})
    for name in recorded(alone):
        assert np.array_equal(alone[name].values, wide[name].values[:, :3])


def test_bits_are_the_same_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(lockstep, "cores", lambda count=threads: count)
        asked = {"until": 0.5, "dt": 0.01, "trials": 700, "save_at": [0.5]}
        result = simulate(made(PLANE), backend="ensemble", **asked)
        assert result.recipe["scheme"]["threads"] == threads
        found.append(bits(result))
    assert found[0] == found[1] == found[2]


def test_two_halves_are_one_run_and_a_recipe_repeats_it() -> None:
    system, asked = made(PLANE), {"backend": "ensemble", "dt": 0.01, "record": ["x", "z"]}
    whole = simulate(system, until=1.0, save_at=[1.0], trials=3, seed=5, **asked)
    half = simulate(system, until=0.37, save_at=[0.37], trials=3, seed=5, **asked)
    assert bits(simulate(system, until=1.0, save_at=[1.0], start=half, **asked)) == bits(whole)
    assert rerun(whole).same


def test_a_trial_that_fails_leaves_the_others_their_bits() -> None:
    """The second starts where the root has no value, the last comes there on its way."""
    asked: dict[str, Any] = {"backend": "ensemble", "until": 1.0, "dt": 0.01, "trials": 4, "save_at": [0.0, 0.2, 1.0]}
    system, starts = made(ROOT), {"x": [9.0, 0.5, 5.0, 1.2]}
    result = simulate(system, start=starts, on_failure="return", **asked)
    assert result["status"].values.tolist() == ["done", "failed", "done", "failed"]
    assert "x in trial 1 became not a number soon after t = 0. Take a smaller step" in str(result["message"].values[1])
    assert result["valid"].values.tolist() == [3, 1, 3, 1 + int(float(result["stop_time"].values[3]) >= 0.2)]
    other = simulate(system, start=starts, on_failure="return", **{**asked, "backend": "scipy"})
    np.testing.assert_array_equal(result["stop_time"].values, other["stop_time"].values)
    well = simulate(system, start={"x": [9.0, 3.0, 5.0, 3.0]}, **asked)
    for k in (0, 2):
        assert np.array_equal(well["x"].values[:, k], result["x"].values[:, k])
    with pytest.raises(RunFailed, match="So 2 of 4 trials failed"):
        simulate(system, start=starts, **asked)


def test_a_run_that_is_interrupted_keeps_what_was_done() -> None:
    """Trials that none has taken stand at their start."""
    timer = threading.Timer(0.7, _thread.interrupt_main)
    simulate(made(PLANE), backend="ensemble", until=0.1, dt=0.01, trials=2000, save_at=[0.0, 0.1])
    timer.start()
    result = simulate(made(PLANE), backend="ensemble", until=4e3, dt=0.01, trials=2000, save_at=[0.0, 4e3])
    timer.join()
    status, stops, valid = (result[name].values for name in ("status", "stop_time", "valid"))
    early = status == "interrupted"
    assert result.status == "interrupted" and (status[~early] == "done").all() and (valid[~early] == 2).all()
    assert (stops[early] < 4e3).all() and (stops[early] == 0).any() and (valid[early] <= 1).all()


def test_a_step_that_leads_astray_is_told() -> None:
    asked: dict[str, Any] = {"until": 2.0, "dt": 0.1, "save_at": [2.0], "on_failure": "return"}
    result = simulate(made(POLE), backend="ensemble", trials=2, start={"x": [0.1, 3.0]}, **asked)
    assert result["status"].values.tolist() == ["done", "failed"]
    assert "x in trial 1 went from" in str(result["message"].values[1])
    alone = simulate(made(POLE), backend="fixed", start={"x": 3.0}, **asked)
    assert float(result["stop_time"].values[1]) == pytest.approx(float(alone.arrays["end"]["t"]))


def test_what_it_cannot_do_is_told() -> None:
    system = made(PLANE)
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("no method rk4 for white noise", {"method": "rk4"}),
        ("noise does not commute", {"method": "milstein"}),
        ("saves at given times", {"save_at": "steps"}),
        ("carries out white noise in lanes alone", {"target": "arrays"}),
        ("lies between two steps", {"save_at": [0.505]}),
    ]
    for sentence, asked in refusals:
        with pytest.raises(InputError, match=sentence):
            simulate(system, backend="ensemble", until=1.0, **{"dt": 0.01, **asked})
    walled = made(GROWTH.replace("READING", "ito").replace("x = 1.0", "x = { start = 1.0, clip = [0, 2] }"))
    with pytest.raises(InputError, match="bounds of states, and white noise"):
        simulate(walled, backend="ensemble", until=1.0, dt=0.01)


@pytest.mark.parametrize("name", ["habituation_staddon_higa", "hopfield_rbm_gibbs"])
def test_maps_are_those_of_the_backend_map(name: str) -> None:
    """Without draws and with; inputs that jump."""
    found, other = both(build(load(name)), "map", steps=300, trials=5, seed=2)
    assert apart(found, other) < 1e-12
    assert found.recipe["method"] == other.recipe["method"] == "synchronous"


def test_random_maps_take_the_draws_of_the_backend_map() -> None:
    """Two kinds of numbers in blocks of 256 steps, inputs step by step, the number of the step, values by trial."""
    asked: dict[str, Any] = {"steps": 600, "t0": -10, "seed": 7, "values": {"c": np.linspace(0.1, 0.9, 5)}}
    assert apart(*both(made(LOTTERY), "map", save_at=[-10, 0, 41, 590], **asked)) < 1e-12
    assert apart(*both(made(LOTTERY), "map", steps=600, seed=7)) < 1e-12
    asked = {"backend": "ensemble", "trials": 3, "seed": 1}
    whole = simulate(made(LOTTERY), steps=300, save_at=[300], **asked)
    half = simulate(made(LOTTERY), steps=37, save_at=[37], **asked)
    rest = simulate(made(LOTTERY), backend="ensemble", start=half, steps=263, save_at=[300])
    assert bits(rest) == bits(whole) and rerun(whole).same


def test_a_map_that_runs_away_stops_its_own_trial_only() -> None:
    asked: dict[str, Any] = {"steps": 40, "start": {"x": [0.1, 3.0, -0.4]}, "trials": 3, "on_failure": "return"}
    found, other = both(made(LOGISTIC), "map", **asked)
    for name in ("status", "stop_time", "valid", "message"):
        np.testing.assert_array_equal(found[name].values, other[name].values)
    assert found["status"].values.tolist() == ["done", "failed", "done"]
    np.testing.assert_allclose(found["x"].values, other["x"].values, rtol=1e-9)


def test_maps_that_it_cannot_run_are_told() -> None:
    for name, sentence in (("hopfield_binary_parallel", "looks back"), ("dense_memory_step", "Take the backend map")):
        with pytest.raises(InputError, match=sentence):
            simulate(build(load(name)), backend="ensemble", steps=2)
    with pytest.raises(InputError, match="no method rk4 for maps"):
        simulate(made(LOGISTIC), backend="ensemble", steps=2, method="rk4")
