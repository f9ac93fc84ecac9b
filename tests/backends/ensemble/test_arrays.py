"""Many runs as whole arrays: each is the run by itself, whatever the others do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.backends.ensemble.readings import Readings
from neurodyn.errors import RunFailed

ADAPTIVE = ("tsit5", "dop853")
TIGHT = {"rtol": 1e-10, "atol": 1e-12}


def system(equations: str, more: str = "") -> neurodyn.System:
    text = f"format = 1\nequations = '''\n{equations}\n'''\n{more}"
    return neurodyn.build(neurodyn.Model.from_text(text, name="small"))


def arrays(built: neurodyn.System, **how: Any) -> neurodyn.Result:
    return neurodyn.simulate(built, backend="ensemble", target="arrays", **how)


TURNING = system("dx/dt = -w*y\ndy/dt = w*x", "[states]\nx = 1.0\ny = 0.0\n[parameters]\nw = 1.0\n")


@pytest.mark.parametrize(("method", "order"), [("tsit5", 5), ("dop853", 8)])
def test_the_error_goes_down_with_the_tolerance_as_the_order_says(method: str, order: int) -> None:
    """The error follows the tolerance with a power near 1, and the number of steps with the power -1/(q + 1), if q is
    the order of the estimate."""
    speeds, errors, steps = np.linspace(0.5, 2.0, 6), [], []
    for rtol in (1e-6, 1e-9):
        found = arrays(
            TURNING, values={"w": speeds}, until=10.0, save_at=[10.0], method=method, rtol=rtol, atol=1e-3 * rtol
        )
        errors.append(np.abs(found["x"].values[-1] - np.cos(10 * speeds)).max())
        steps.append(found.recipe["counts"]["steps"])
    assert 2.2 < np.log10(errors[0] / errors[1]) < 4.2
    assert np.log(steps[1] / steps[0]) / np.log(1e3) == pytest.approx(1 / (order if order == 5 else 8), rel=0.25)


@pytest.mark.parametrize("method", ADAPTIVE)
def test_runs_of_very_different_lengths_are_those_by_themselves(method: str) -> None:
    """Some take a few steps, some hundreds; all are saved on the way."""
    rates, times = np.array([0.1, 100.0, 1.0, 10.0, 0.0]), np.linspace(0, 1, 11)
    found = arrays(TURNING, values={"w": rates}, until=1.0, save_at=times, method=method, **TIGHT)
    np.testing.assert_allclose(found["x"], np.cos(times[:, None] * rates), atol=2e-7)
    for k, w in enumerate(rates):
        own = arrays(TURNING.with_values(w=w), until=1.0, save_at=times, method=method, **TIGHT)
        np.testing.assert_allclose(found["x"].isel(trial=k), own["x"], atol=1e-13)


@pytest.mark.parametrize("method", ADAPTIVE)
@pytest.mark.parametrize(
    ("signal", "more"),
    [
        ("pulses(height=2, period=1, duty=0.3)", {}),
        ("ramp(0.5, 2, 0, 3)", {}),
        ("sin(2.5*t)", {}),
        ("window(a, 2)", {"values": {"a": np.array([0.2, 0.9, 1.7])}}),
        ("a*sin(2.5*t)", {"values": {"a": np.array([0.2, 0.9, 1.7])}}),
    ],
)
def test_inputs_are_those_of_other_backends(method: str, signal: str, more: dict[str, Any]) -> None:
    """Constant on pieces, straight, curved, and different for each trial."""
    built = system(
        "dx/dt = -x + u + 0.3*sin(t)",
        f"[states]\nx = 'normal(0, 1)'\n[parameters]\na = 0.5\n[inputs]\nu = '{signal}'\n",
    )
    how: dict[str, Any] = dict(until=3.0, trials=3, seed=2, save_at=np.linspace(0, 3, 7), **TIGHT, **more)
    found = arrays(built, method=method, **how)
    reference = neurodyn.simulate(built, backend="scipy", method="DOP853", **how)
    np.testing.assert_allclose(found["x"], reference["x"], atol=1e-8)


@pytest.mark.parametrize("name", ["hopfield", "dense_memory", "krotov_hopfield", "fhn_ring", "diffusion_ve"])
def test_shipped_models_are_those_of_scipy(name: str) -> None:
    """Dense and sparse, forwards and backwards in time."""
    built = neurodyn.build(name)
    first = float(built.model.bench.get("from", 0.0))
    until = first + 0.2 * (float(built.model.bench["until"]) - first)
    how: dict[str, Any] = dict(until=until, trials=3, seed=1, record=list(built.layout.names), rtol=1e-8, atol=1e-10)
    found = arrays(built, save_at=[until], **how)
    reference = neurodyn.simulate(built, backend="scipy", method="DOP853", save_at=[until], **how)
    for state in built.layout.names:
        scale = np.abs(reference[state]).max()
        np.testing.assert_allclose(found[state], reference[state], atol=float(1e-5 * scale))


def test_one_that_cannot_go_on_does_not_touch_the_others() -> None:
    growing = system("dx/dt = k*x**2", "[states]\nx = 1.0\n[parameters]\nk = 1.0\n")
    rows = {"k": np.array([-1.0, 1.0, -2.0])}  # x = 1/(1 - k*t)
    with pytest.raises(RunFailed) as failed:
        arrays(growing, values=rows, until=2.0, save_at=[0.5, 2.0], **TIGHT)
    found = failed.value.result
    assert list(found.dataset["status"].values) == ["done", "failed", "done"]
    assert float(found.dataset["stop_time"][1]) == pytest.approx(1.0, abs=1e-8)
    np.testing.assert_allclose(found["x"].values[-1, [0, 2]], [1 / 3, 1 / 5], rtol=1e-8)
    assert np.isnan(found["x"].values[1, 1])
    assert found["x"].values[0, 1] == pytest.approx(2.0, rel=1e-8)
    alone = arrays(growing.with_values(k=-1.0), until=2.0, save_at=[0.5, 2.0], **TIGHT)
    np.testing.assert_allclose(alone["x"], found["x"].isel(trial=0), rtol=1e-13)


def test_many_blocks_are_one_run() -> None:
    """More runs than stand in an array at once."""
    speeds = np.linspace(0.1, 3, 20_000)
    found = arrays(TURNING, values={"w": speeds}, until=2.0, save_at=[1.0, 2.0], **TIGHT)
    np.testing.assert_allclose(found["y"].values, np.sin(np.array([[1.0], [2.0]]) * speeds), atol=1e-8)


def test_repeated_to_the_last_bit() -> None:
    found = arrays(TURNING, values={"w": [0.5, 1.0]}, until=2.0, save_at=[1.0, 2.0])
    assert found.recipe["scheme"] == {"mode": "arrays"}
    assert neurodyn.rerun(found).same


@pytest.mark.parametrize(("method", "each"), [("rk4", 4), ("rk2", 2), ("heun", 2), ("euler", 1)])
def test_fixed_steps_evaluate_the_flow_as_often_as_their_stages_say(
    method: str, each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end of the last step nobody reads the rates."""
    calls, rates = [], Readings.rates
    monkeypatch.setattr(Readings, "rates", lambda *args: calls.append(1) or rates(*args))
    how: dict[str, Any] = {"method": method, "dt": 0.25, "values": {"w": [0.5, 1.0, 2.0]}}
    found = arrays(TURNING, until=1.0, save_at=[0.5, 1.0], **how)
    assert len(calls) == 4 * each
    longer = arrays(TURNING, until=2.0, save_at=[0.5, 1.0], **how)
    assert np.array_equal(found["x"], longer["x"])


def test_a_run_by_itself_reads_half_of_a_symmetric_matrix() -> None:
    """As on scipy, and so it is told; several together multiply matrices, to the same results but for rounding."""
    size = 1000
    w = np.random.default_rng(3).normal(size=(size, size)) / np.sqrt(size)
    built = neurodyn.build("hopfield", sizes={"N": size}, values={"W": w + w.T})
    starts = np.random.default_rng(4).normal(size=(3, size))
    state = built.layout.names[0]
    how: dict[str, Any] = {"until": 0.5, "save_at": [0.5], "method": "rk4", "dt": 0.25}
    together = arrays(built, start={state: starts}, trials=3, **how)
    assert together.recipe["scheme"] == {"mode": "arrays"}
    for k, start in enumerate(starts):
        alone = arrays(built, start={state: start}, **how)
        assert alone.recipe["scheme"]["products"] == ["1000 x 1000: symmetric, its upper half is read"]
        np.testing.assert_allclose(alone[state], together[state].isel(trial=k), rtol=1e-11, atol=1e-11)


def test_products_of_one_evaluation_are_arrays_of_their_own() -> None:
    """The flow multiplies two vectors by one matrix before it reads either, and is evaluated again and again."""
    built = neurodyn.build("sequence_trace", sizes={"N": 400, "P": 100})
    how: dict[str, Any] = {"until": 0.05, "trials": 3, "seed": 2, "save_at": [0.025, 0.05], "record": ["x", "z"]}
    found = arrays(built, method="rk4", dt=0.005, **how)
    reference = neurodyn.simulate(built, backend="fixed", method="rk4", dt=0.005, **how)
    for name in ("x", "z"):
        np.testing.assert_allclose(found[name], reference[name], rtol=1e-10, atol=1e-10)
