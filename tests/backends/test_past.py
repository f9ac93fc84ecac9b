"""Runs of flows with delays: what is kept of the past, how runs go on and end, noise, units, refusals."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import DenseOutput

import neurodyn
from neurodyn.backends.problem import Problem
from neurodyn.backends.ring import LEAST_ROOM
from tests.backends.delay_reference import Earlier, Vector, solve
from tests.backends.test_delays import LINEAR, model_of, plan_for


def test_observables_read_the_past_at_saved_times() -> None:
    text = "-x[i]\np = x[0](t - tau) + u(t - 1/2)\nb = sum(x[j](t - d[i,j] - 1), i, j)"
    system = neurodyn.build(model_of(text))
    times = np.linspace(0, 3, 61)
    result = neurodyn.simulate(system, until=3, save_at=times, record=["x", "p"], rtol=1e-10, atol=1e-10)
    x = result["x"].values[:, 0]
    before = np.where(times[:12] < 0.6 - 1e-12, np.cos(times[:12] - 0.6) / 2, x[0])
    np.testing.assert_allclose(result["p"].values[:12], before + (times[:12] >= 1.2), atol=1e-9)
    late = times >= 1.2 - 1e-9
    np.testing.assert_allclose(result["p"].values[late], x[np.flatnonzero(late) - 12] + 1.5, atol=1e-9)
    trials = neurodyn.simulate(system, until=3, save_at=times, record=["p"], trials=2, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(trials["p"].values[:, 1], result["p"].values, atol=1e-9)
    steps = neurodyn.simulate(system, until=3, save_at="steps", record=["p", "x"])
    assert np.isfinite(steps["p"].values).all()


def test_a_start_that_differs_from_what_was_before_jumps_again_a_delay_later() -> None:
    model = neurodyn.Model("dx/dt = x(t - 1)", states={"x": {"start": 1.0, "before": 0.0}})
    result = neurodyn.simulate(model, until=2.5, save_at=[0.5, 1.0, 1.5, 2.0, 2.5], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(result["x"].values, [1, 1, 1.5, 2, 2 + 0.5 + 0.125], atol=1e-13)


MACKEY_GLASS = neurodyn.Model(
    "dx/dt = beta*x(t - tau)/(1 + x(t - tau)**n) - gamma*x",
    states={"x": {"start": 1.2, "before": "1.2 + a*sin(t)"}},
    parameters={"beta": 0.2, "gamma": 0.1, "n": 10.0, "tau": 17.0, "a": 0.1},
)


def test_two_halves_are_one_run(tmp_path: Path) -> None:
    system = neurodyn.build(MACKEY_GLASS)
    options: dict[str, Any] = {"rtol": 1e-8, "atol": 1e-8}
    whole = neurodyn.simulate(system, until=45, save_at=[45], **options)
    for middle in (5.0, 40.0):  # before and after the end of the first delay
        first = neurodyn.simulate(system, until=middle, **options)
        second = neurodyn.simulate(system, start=first, until=45, save_at=[45], **options)
        assert abs(second["x"].values[0] - whole["x"].values[0]) < 1e-6
        saved = neurodyn.Result.load(first.save(tmp_path / f"{middle}.nc"))
        again = neurodyn.simulate(system, start=saved, until=45, save_at=[45], **options)
        assert again["x"].values[0] == second["x"].values[0]
    assert neurodyn.rerun(second.save(tmp_path / "second.nc")).same
    assert neurodyn.rerun(first).same
    with pytest.raises(neurodyn.InputError, match="goes on from there only"):
        neurodyn.simulate(system, start=first, t0=0, until=45)
    with pytest.raises(neurodyn.InputError, match="has not kept the last 30 of its past"):
        neurodyn.simulate(system.with_values(tau=30.0), start=first, until=45)


def test_draws_of_the_past_are_those_of_each_trial() -> None:
    model = neurodyn.Model(
        "dx[i]/dt = -x[i](t - 1/2)",
        indices={"N": {"letters": "i", "size": 2}},
        states={"x[i]": {"start": 0.0, "before": "normal(0, 1)*(1 + t)"}},
    )
    system = neurodyn.build(model)
    short = neurodyn.simulate(system, until=0.5, save_at=[0.25, 0.5], trials=3, seed=4, rtol=1e-12, atol=1e-14)
    # x(t) = -c*(t + (t - 1/2)**2/2 - 1/8), for the draw c.
    c = -short["x"].values[1] / (0.5 - 0.125)
    np.testing.assert_allclose(short["x"].values[0], -c * (0.25 + 0.03125 - 0.125), rtol=1e-10)
    assert len(np.unique(c.round(6))) == 6
    rest = neurodyn.simulate(system, start=neurodyn.simulate(system, until=0.25, trials=3, seed=4), until=0.5, seed=9)
    np.testing.assert_allclose(rest["x"].values[-1], short["x"].values[1], rtol=1e-8)
    assert neurodyn.rerun(rest).same


def test_a_trial_that_fails_leaves_the_past_of_the_others() -> None:
    model = neurodyn.Model("dx/dt = x(t - 1)**3\np = x(t - 1)", states={"x": 1.0})
    system = neurodyn.build(model)
    start = {"x": np.array([0.1, 30.0, 0.2])}
    options: dict[str, Any] = {"until": 6, "save_at": np.linspace(0, 6, 13), "record": ["x", "p"]}
    result = neurodyn.simulate(system, start=start, trials=3, on_failure="return", **options)
    assert result.status == "failed" and np.isnan(result["p"].values[-1]).tolist() == [False, True, False]
    for k in (0, 2):
        alone = neurodyn.simulate(system, start={"x": start["x"][k]}, **options)
        np.testing.assert_allclose(result["x"].values[:, k], alone["x"].values, rtol=1e-5)
        np.testing.assert_allclose(result["p"].values[:, k], alone["p"].values, rtol=1e-5)


def test_units_and_scales() -> None:
    text = """
equations = "tau*dv/dt = -v(t - d) + E"
states = { v = { start = "1 mV", before = 2, unit = "mV" } }
parameters = { tau = "10 ms", d = "5 ms", E = "3 mV" }
"""
    measured = neurodyn.simulate(neurodyn.Model.from_text(text), until="50 ms", every="1 ms", rtol=1e-9, atol=1e-9)
    plain = text.replace(' mV"', '"').replace(' ms"', '"').replace(', unit = "mV"', "")
    bare = neurodyn.simulate(neurodyn.Model.from_text(plain), until=50, every=1, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(measured["v"].values * 1e3, bare["v"].values, rtol=1e-9)


@pytest.mark.parametrize("method", ["BDF", "Radau", "LSODA"])
def test_implicit_methods_are_refused(method: str) -> None:
    with pytest.raises(neurodyn.InputError, match=f"{method} cannot run .* has delays"):
        neurodyn.simulate(LINEAR, until=1, method=method)


def test_what_delays_do_not_have_is_refused() -> None:
    with pytest.raises(neurodyn.InputError, match="cannot run backwards"):
        neurodyn.simulate(LINEAR, until=-1)
    with pytest.raises(neurodyn.InputError, match="has no Jacobian: it has delays"):
        neurodyn.build(LINEAR).jacobian()
    with pytest.raises(neurodyn.InputError, match="not decided by its state alone"):
        neurodyn.simulate(LINEAR, until=1).plot("phase")


class Flat(DenseOutput):
    """A path that stays at 1."""

    def _call_impl(self, t: Any) -> Vector:
        return np.ones((1, *np.shape(t)))


def test_the_past_that_is_kept_does_not_grow_with_the_run() -> None:
    """Pieces are dropped beyond the longest delay, and copied about once each."""
    system = neurodyn.build(LINEAR)
    for until in (100, 400):
        kept = neurodyn.simulate(system, until=until, method="RK45", rtol=1e-8, atol=1e-8).arrays["history"]
        assert len(kept["begin"]) < 40 and kept["begin"][0] <= until - 1
    past = Problem(plan_for(system, 1000.0)).past
    assert past is not None
    for k in range(1000):
        past.add(Flat(k / 10, (k + 1) / 10))
    ring = past._ring
    assert ring.moved <= 1000 and len(ring._begin) <= 4 * LEAST_ROOM


def test_earlier_inputs_alone_leave_a_flow_an_ordinary_one() -> None:
    model = neurodyn.Model("dx/dt = -x + u(t - 1/2)", states={"x": 1.0}, inputs={"u": "step(1, 2)"})
    system = neurodyn.build(model)
    assert system.needs == {"flow"} and system.jacobian()(0.0, np.ones(1), {"u(t - 1/2)": 0.0}) == [[-1.0]]
    result = neurodyn.simulate(system, until=3, method="BDF", rtol=1e-8, atol=1e-8)
    t = result.time
    wanted = np.exp(-t) + np.where(t > 1.5, 2 * (1 - np.exp(1.5 - t)), 0)
    np.testing.assert_allclose(result["x"].values, wanted, atol=1e-6)


NOISY = neurodyn.Model(
    "dx[i]/dt = -x[i](t - tau) + s*e[i]\np = mean(x[i](t - tau)**2, i)",
    indices={"N": {"letters": "i", "size": 500}},
    states={"x[i]": 0.0},
    parameters={"tau": 0.5, "s": 0.7},
    noise={"e[i]": "white"},
)


def test_noise_in_a_flow_with_a_delay() -> None:
    """Kuechler and Mensch 1992: the stationary variance is s**2*(1 + sin(tau))/(2*cos(tau))."""
    system = neurodyn.build(NOISY)
    options: dict[str, Any] = {"dt": 0.02, "seed": 3, "record": ["x", "p"]}
    whole = neurodyn.simulate(system, until=30, every=0.5, **options)
    variance = 0.49 * (1 + math.sin(0.5)) / (2 * math.cos(0.5))
    assert np.mean(whole["x"].values[20:] ** 2) == pytest.approx(variance, rel=0.03)
    assert np.mean(whole["p"].values[21:]) == pytest.approx(variance, rel=0.03)
    half = neurodyn.simulate(system, until=1.3, **options)
    rest = neurodyn.simulate(system, start=half, until=2, every=0.5, dt=0.02, record=["x"])
    np.testing.assert_array_equal(rest["x"].values[-1], whole["x"].sel(time=2.0).values)
    with pytest.raises(neurodyn.InputError, match="longer than the shortest delay"):
        neurodyn.simulate(system.with_values(tau=0.01), until=1, dt=0.02)


def test_wires_may_be_late(tmp_path: Path) -> None:
    """A circuit whose wires have delays, of parts with delays of their own, is the one model that it expands to."""
    part = 'equations = """\ntau*dx/dt = -x + u - x(t - d)/3\ny = x**2\n"""\n'
    part += (
        'states = { x = { start = 0.5, before = "0.5 + t" } }\n[parameters]\ntau = 1.0\nd = 0.4\n[inputs]\nu = 1.0\n'
    )
    (tmp_path / "part.toml").write_text(part)
    (tmp_path / "circuit.toml").write_text(
        'equations = """\nsecond.u = first.y(t - lag)\n'
        'cell.u[k] = second.x(t - lag*(k + 1)) + cell.x[k-1](t - lag)\n"""\n'
        '[indices]\nK = { letters = "k", size = 2, ends = "zero" }\n[parts]\nfirst = { model = "part.toml", d = 0.7 }\n'
        'second = { model = "part.toml", tau = "2*lag" }\n"cell[k]" = { model = "part.toml" }\n'
        "[parameters]\nlag = 0.3\n"
    )

    def rate(t: float, x: Vector, past: Earlier) -> Vector:
        own = [past(t - 0.7)[0], *(past(t - 0.4)[1:])]
        late = [1.0, past(t - 0.3)[0] ** 2, past(t - 0.3)[1], past(t - 0.6)[1] + past(t - 0.3)[2]]
        return (-x + np.array(late) - np.array(own) / 3) / np.array([1, 0.6, 1, 1])

    wanted = solve(rate, np.full(4, 0.5), lambda t: np.full(4, 0.5 + t), 2.0)
    model = neurodyn.load(tmp_path / "circuit.toml")
    for text in (model, neurodyn.Model.from_text(model.to_toml(expand=True))):
        result = neurodyn.simulate(text, until=2, save_at=[1, 2], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(result["first.x"].values, wanted[[100, 200], 0], atol=1e-7)
        np.testing.assert_allclose(result["second.x"].values, wanted[[100, 200], 1], atol=1e-7)
        np.testing.assert_allclose(result["cell.x"].values, wanted[[100, 200], 2:], atol=1e-7)


@pytest.mark.parametrize("method", ["DOP853", "RK45"])
def test_the_past_jumps_where_an_event_has_set_a_state(method: str) -> None:
    """A sawtooth x of height 1, and the integral y of what it was a time d ago, which no step may smear."""
    model = neurodyn.Model(
        "dx/dt = 1\ndy/dt = x(t - d)",
        states={"x": 0.0, "y": 0.0},
        parameters={"d": 0.3},
        events={"top": {"when": "x > 1", "set": "x = 0"}},
    )
    times = np.array([0.25, 0.9, 1.29, 1.31, 3.7, 9.5])
    result = neurodyn.simulate(model, until=9.5, save_at=times, method=method)
    passed = np.maximum(times - 0.3, 0)
    wanted = np.floor(passed) / 2 + (passed % 1) ** 2 / 2
    np.testing.assert_allclose(result["y"].values, wanted, atol=1e-9)
    half = neurodyn.simulate(model, until=3.1, method=method)
    rest = neurodyn.simulate(model, start=half, until=9.5, save_at=[9.5], method=method)
    np.testing.assert_allclose(rest["y"].values[-1], wanted[-1], atol=1e-9)
