"""Runs in lanes: each is the run that it would be alone, to the last bit, and near to the true path."""

from __future__ import annotations

import _thread
import threading
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
import pytest

from neurodyn import Result, System, build, load, simulate
from neurodyn.backends.ensemble import lanes
from neurodyn.backends.ensemble.machine import Machine, host
from neurodyn.errors import InputError, RunFailed
from neurodyn.system.signals import Smooth
from tests.backends.ensemble.cases import DRIVEN, POLE, made

METHODS = ("Tsit5", "DOP853", "Rodas4")
each_method = pytest.mark.parametrize("method", METHODS)
TURN = """
format = 1
equations = '''
dx/dt = w*y
dy/dt = -w*x
'''
[states]
x = 0.0
y = 1.0
[parameters]
w = 3.0
"""
ROOT = """
format = 1
equations = "dx/dt = -1 - sqrt(x - c)"
[states]
x = 2.0
[parameters]
c = 1.0
"""


def ran(system: System, until: float, **asked: Any) -> Result:
    return simulate(system, backend="ensemble", until=until, **asked)


def bits(result: Result) -> bytes:
    """All states of a result, and when and how its trials ended."""
    data = result.dataset
    ends = [data[name].values.astype(float).tobytes() for name in ("stop_time", "valid") if name in data.coords]
    return b"".join([*(data[name].values.tobytes() for name in data.data_vars), *ends])


def lorenz_starts(count: int) -> dict[str, np.ndarray]:
    starts = np.random.default_rng(3).uniform(-10, 10, (3, count))
    return {"x": starts[0], "y": starts[1], "z": 20 + starts[2]}


@each_method
def test_a_turn_is_followed_at_its_end_and_on_the_way(method: str) -> None:
    for tolerance in (1e-6, 1e-10):
        result = ran(made(TURN), 10.0, save_at=np.linspace(0, 10, 333), method=method, rtol=tolerance, atol=tolerance)
        t = result["time"].values
        assert np.abs(result["x"].values - np.sin(3 * t)).max() < 300 * tolerance
        assert np.abs(result["y"].values - np.cos(3 * t)).max() < 300 * tolerance


@pytest.mark.parametrize(("method", "order"), [("Tsit5", 5), ("DOP853", 8)])
def test_work_grows_with_the_order_of_the_method(method: str, order: int) -> None:
    def steps(tolerance: float) -> int:
        result = ran(made(TURN), 20.0, save_at=[20.0], method=method, rtol=tolerance, atol=tolerance)
        return int(result.counts["steps"])

    found = np.log(1e3) / np.log(steps(1e-9) / steps(1e-6))
    assert order - 1 < found < order + 1.5


def test_lorenz_is_what_a_taylor_series_of_many_digits_finds() -> None:
    """mpmath's solver at 22 digits; until then, paths that were close have come apart tenfold."""
    with mpmath.workdps(22):
        sigma, rho, beta = mpmath.mpf(10), mpmath.mpf(28), mpmath.mpf(8) / 3
        path = mpmath.odefun(
            lambda t, y: [sigma * (y[1] - y[0]), y[0] * (rho - y[2]) - y[1], y[0] * y[1] - beta * y[2]], 0, [1, 1, 1]
        )
        wanted = [float(v) for v in path(2)]
    asked = {"method": "DOP853", "rtol": 3e-14, "atol": 3e-14, "record": list("xyz")}
    result = ran(build(load("lorenz")), 2.0, save_at=[1.7, 2.0], **asked)
    found = [float(result[name].values[-1]) for name in "xyz"]
    np.testing.assert_allclose(found, wanted, rtol=1e-11)


@each_method
def test_trials_are_the_runs_that_they_are_alone(method: str) -> None:
    """Also where they are saved on the way, and in vectors of any width."""
    system, starts = build(load("lorenz")), lorenz_starts(37)
    asked = {"method": method, "save_at": np.linspace(0, 2, 7)}
    together = ran(system, 2.0, trials=37, start=starts, **asked)
    for k in (0, 17, 36):
        alone = ran(system, 2.0, start={name: rows[k] for name, rows in starts.items()}, **asked)
        for name in "xyz":
            assert np.array_equal(alone[name].values, together[name].values[:, k])
    ends = ran(system, 2.0, trials=37, start=starts, method=method, save_at=[2.0])
    for name in "xyz":
        assert np.array_equal(ends[name].values[-1], together[name].values[-1])


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16])
def test_bits_are_the_same_at_any_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    system, starts = build(load("morris_lecar")), {"v": np.linspace(-0.06, 0.02, 21)}
    wide = ran(system, 0.05, trials=21, start=starts, save_at=[0.02, 0.05])
    own: Machine = host()
    monkeypatch.setattr(lanes, "host", lambda: replace(own, width=width))
    assert bits(ran(system, 0.05, trials=21, start=starts, save_at=[0.02, 0.05])) == bits(wide)


@pytest.mark.skipif("+avx2" not in host().features, reason="the code is for processors with AVX2")
@pytest.mark.parametrize("older", [Machine("haswell", "", 8), Machine("x86-64-v2", "", 2)], ids=lambda m: m.cpu)
def test_bits_are_the_same_on_older_processors(older: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors of another size, and none that multiply and add at once: the second rounds so by a function."""
    system, starts = build(load("hopfield"), sizes={"N": 3, "P": 2}), {"x": np.linspace(-1, 1, 30).reshape(10, 3)}
    own = ran(system, 2.0, trials=10, start=starts, save_at=[0.5, 2.0], record=["x"])
    monkeypatch.setattr(lanes, "host", lambda: older)
    assert bits(ran(system, 2.0, trials=10, start=starts, save_at=[0.5, 2.0], record=["x"])) == bits(own)


def test_bits_are_the_same_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    system, starts = build(load("lorenz")), lorenz_starts(3000)
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(lanes, "cores", lambda count=threads: count)
        result = ran(system, 0.5, trials=3000, start=starts, save_at=[0.5])
        assert result.recipe["scheme"]["threads"] == threads
        found.append(bits(result))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("count", [1, 5, 16, 17, 40])
def test_runs_of_very_different_length_all_come_to_their_ends(count: int) -> None:
    """Fast turns take a hundred times the steps of slow ones; each trial is at the place of its own closed form."""
    w = np.geomspace(0.5, 300.0, count)[np.random.default_rng(count).permutation(count)]
    asked = {"method": "DOP853", "rtol": 1e-9, "atol": 1e-9}
    result = simulate(made(TURN), backend="ensemble", until=2.0, values={"w": w}, save_at=[0.0, 0.7, 2.0], **asked)
    assert (result["valid"].values == 3).all() and (result["status"].values == "done").all()
    t = result["time"].values[:, None]
    assert np.abs(result["x"].values - np.sin(w * t)).max() < 1e-5
    for k in {0, count // 2, count - 1}:
        one = simulate(made(TURN, w=w[k]), backend="ensemble", until=2.0, save_at=[0.0, 0.7, 2.0], **asked)
        assert np.abs(one["x"].values - result["x"].values[:, k]).max() < 1e-12


def test_a_run_that_cannot_go_on_leaves_the_others_their_bits() -> None:
    x = np.linspace(0.1, 2.0, 24)
    x[7] = x[20] = 5.0
    result = ran(made(POLE), 0.45, trials=24, start={"x": x}, save_at=[0.1, 0.45], on_failure="return")
    status = result["status"].values
    assert (status[[7, 20]] == "failed").all() and (np.delete(status, [7, 20]) == "done").all()
    assert "grows without bound" in str(result["message"].values[7])
    assert abs(float(result["stop_time"].values[7]) - 0.2) < 1e-5
    assert np.isnan(result["x"].values[1, 7]) and abs(result["x"].values[0, 7] - 5 / 0.5) < 1e-4
    x[7] = x[20] = 1.0
    well = ran(made(POLE), 0.45, trials=24, start={"x": x}, save_at=[0.1, 0.45])
    others = np.delete(np.arange(24), [7, 20])
    assert np.array_equal(well["x"].values[:, others], result["x"].values[:, others])


def test_what_is_no_number_stops_its_own_trial_only() -> None:
    """The third starts where the root has no value; the last comes there on its way, at t = 2*(0.2 - log(1.2))."""
    system, starts = made(ROOT), {"x": [9.0, 5.0, 0.5, 1.04]}
    result = ran(system, 1.0, trials=4, start=starts, save_at=[1.0], on_failure="return")
    assert result["status"].values.tolist() == ["done", "done", "failed", "failed"]
    assert "rate of x in trial 2 is not a number at t = 0" in str(result["message"].values[2])
    assert abs(float(result["stop_time"].values[3]) - 2 * (0.2 - np.log(1.2))) < 1e-4
    for k in (0, 1):
        other = simulate(system, until=1.0, start={"x": starts["x"][k]}, save_at=[1.0], rtol=1e-10)
        assert abs(float(other["x"].values[0]) - float(result["x"].values[0, k])) < 1e-5
    with pytest.raises(RunFailed, match="So 2 of 4 trials failed"):
        ran(system, 1.0, trials=4, start=starts, save_at=[1.0])


@each_method
def test_inputs_jump_and_bend_at_their_edges(method: str) -> None:
    """Between edges x goes to a line: the closed form, piece by piece."""
    result = ran(made(DRIVEN), 5.0, method=method, rtol=1e-11, atol=1e-11, save_at=np.linspace(0, 5, 101))
    assert result.counts["steps"] < 3000
    tau, x, t = 0.5, 0.3, 0.0
    for now, found in zip(result["time"].values, result["x"].values, strict=True):
        cuts = [c for c in (0.5, 1.0, 2.0, 2.5, 3.0, 4.0, 4.5) if t < c < now]
        for end in [*cuts, now]:
            middle = (t + end) / 2
            u = 1.5 if middle % 2 < 0.5 else 0.0
            w = 1.0 if 2.5 <= middle < 4 else 2.0
            slope = w if 1 <= middle < 3 else 0.0
            line = u + w * min(max(t - 1, 0.0), 2.0)
            goal, decay = line - slope * tau, np.exp(-(end - t) / tau)
            x = goal + slope * (end - t) + (x - goal) * decay
            t = end
        assert abs(x - found) < 1e-9


@each_method
def test_time_runs_backwards_too(method: str) -> None:
    system = build(load("fitzhugh_nagumo"))
    asked = {"method": method, "rtol": 1e-10, "atol": 1e-12}
    there = ran(system, 22.0, t0=18.0, save_at=[22.0], record=["v", "w"], **asked)
    back = ran(
        system,
        18.0,
        t0=22.0,
        start={n: float(there[n].values[-1]) for n in "vw"},
        save_at=[18.0],
        record=["v", "w"],
        **asked,
    )
    first = ran(system, 18.0001, t0=18.0, save_at=[18.0], record=["v", "w"], **asked)
    for name in "vw":
        assert abs(float(back[name].values[-1]) - float(first[name].values[0])) < 1e-5


@each_method
@pytest.mark.parametrize(
    "text", ["sin(3*t)", "sin(3*t)*window(0.3, 1.2) + ramp(0.5, 2, 0, 1)", "-exp(-t)*step(0.7, 2)"]
)
def test_inputs_may_be_curved_between_their_edges(method: str, text: str) -> None:
    asked = {"rtol": 1e-11, "atol": 1e-11, "inputs": {"u": text}, "save_at": np.linspace(0, 2, 9)}
    found = ran(made(DRIVEN), 2.0, method=method, **asked)
    exact = simulate(made(DRIVEN), until=2.0, method="DOP853", **asked)
    assert np.abs(found["x"].values - exact["x"].values).max() < 1e-9


def test_what_it_cannot_do_is_told() -> None:
    lorenz = build(load("lorenz"))
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("saves at given times", {"save_at": "steps"}),
        ("no method rk5", {"method": "rk5"}),
        ("Tsit5 chooses its own steps, and dt is given", {"dt": 0.01, "method": "tsit5"}),
        ("RK4 takes fixed steps, and dt is missing", {"method": "rk4"}),
    ]
    for sentence, asked in refusals:
        with pytest.raises(InputError, match=sentence):
            ran(lorenz, 1.0, **asked)
    with pytest.raises(InputError, match="more than 6,000 operations"):
        ran(build(load("kuramoto_graph")), 1.0, target="lanes")
    with pytest.raises(InputError, match="input u is a function that is neither"):
        ran(made(DRIVEN), 1.0, inputs={"u": Smooth(np.sin)}, target="lanes")


def test_the_user_ends_a_run_early() -> None:
    """Lanes at work stop where they are, and trials that none has taken at their start; what is done is done."""
    slow = np.full(2500, 400.0)
    slow[0] = 1.0
    timer = threading.Timer(1.0, _thread.interrupt_main)
    timer.start()
    result = simulate(made(TURN), backend="ensemble", until=1e4, values={"w": slow}, save_at=[0.0, 1e4], rtol=1e-9)
    timer.join()
    assert result.status == "interrupted"
    status, stops, valid = (result[name].values for name in ("status", "stop_time", "valid"))
    done = status == "done"
    assert done[0] and (stops[done] == 1e4).all() and (valid[done] == 2).all()
    assert (status[~done] == "interrupted").all() and (stops[~done] < 1e4).all() and (stops[~done] > 0).any()
    assert stops[-1] == 0.0 and set(valid[~done]) <= {0, 1}


def test_a_run_is_repeated_from_its_recipe() -> None:
    from neurodyn import rerun

    result = ran(build(load("lorenz")), 1.0, trials=3, start=lorenz_starts(3), rtol=1e-8)
    assert result.recipe["method"] == "DOP853" and result.recipe["scheme"]["lanes"] == min(4, host().width)
    assert rerun(result).same
