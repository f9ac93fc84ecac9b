"""Parameters bound to signals: inputs in all that follows, with their statements checked along the run."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn import InputError

MODEL = neurodyn.Model(
    "k = 1/tau\ntau*dx[i]/dt = -x[i] + W[i]*lambda",
    indices={"N": {"letters": "i", "size": 2}},
    states={"x[i]": 1.0},
    parameters={
        "tau": {"value": 2.0, "given": ["tau > 0", "tau < most"], "about": "time constant"},
        "most": 10.0,
        "W[i]": "i + 1",
        "lambda": 1.0,
    },
    bench={"until": 4, "record": ["x"]},
)
DECLARED_AS_INPUT = neurodyn.Model(
    "k = 1/tau\ndx[i]/dt = (-x[i] + W[i]*lambda)/tau",
    indices={"N": {"letters": "i", "size": 2}},
    states={"x[i]": 1.0},
    parameters={"W[i]": "i + 1", "lambda": 1.0},
    inputs={"tau": "2 + step(1, 1) + sin(t)"},
    bench={"until": 4, "record": ["x"]},
)
TAU = "2 + step(1, 1) + sin(t)"


def ways() -> dict[str, neurodyn.Result]:
    text = MODEL.to_toml().replace("value = 2.0", f'value = "{TAU}"')
    system = neurodyn.build(MODEL)
    return {
        "build": neurodyn.simulate(neurodyn.build(MODEL, tau=TAU)),
        "file": neurodyn.simulate(neurodyn.Model.from_text(text)),
        "with_values": neurodyn.simulate(system.with_values(tau=TAU)),
        "inputs": neurodyn.simulate(system, inputs={"tau": TAU}),
        "stage": neurodyn.simulate(system, stages=[{"until": 4, "values": {"tau": TAU}}]),
    }


def test_a_parameter_bound_to_a_signal_is_an_input(tmp_path) -> None:
    expected = neurodyn.simulate(DECLARED_AS_INPUT)
    for way, result in ways().items():
        np.testing.assert_array_equal(result.time, expected.time, err_msg=way)
        np.testing.assert_allclose(result["x"], expected["x"], rtol=1e-12, err_msg=way)
        assert neurodyn.rerun(neurodyn.load_result(result.save(tmp_path / f"{way}.nc"))).same, way


def test_what_follows_from_it_varies_too() -> None:
    system = neurodyn.build(MODEL, tau=TAU)
    assert set(system.signals) == {"tau"} and system.observables == ("k",) and system.role("tau") == "input"
    assert system.about("tau") == "time constant"
    run = neurodyn.simulate(system, record=["tau", "k"], save_at=[0.0, 2.0])
    np.testing.assert_allclose(run["tau"], [2.0, 3.0 + np.sin(2.0)])
    np.testing.assert_allclose(run["k"], 1 / run["tau"])
    back = system.with_values(tau=5.0)
    np.testing.assert_allclose(back.flow()(0.0, np.ones(2), {"tau": 5.0}), [0.0, 0.2])


def test_signals_of_arrays() -> None:
    run = neurodyn.simulate(neurodyn.build(MODEL, W="step(2, 1)*3"), save_at=[1.0, 4.0])
    assert run["x"].shape == (2, 2)
    np.testing.assert_allclose(run["x"][0], np.exp(-0.5), rtol=1e-5)


@pytest.mark.parametrize(
    ("tau", "message"),
    [
        ("1 - step(3, 2)", "The model needs tau > 0, but the values are -1 and 0 at t = 3."),
        ("ramp(0, 2, 1, 11)", "The model needs tau < most, but the values are 11 and 10 at t = 2."),
        ("1 - t/2", "The model needs tau > 0, but the values are 0 and 0 at t = 2."),
    ],
)
def test_statements_are_checked_along_the_run(tau: str, message: str) -> None:
    system = neurodyn.build(MODEL, tau=tau)
    with pytest.raises(InputError) as caught:
        neurodyn.simulate(system)
    assert caught.value.sentence == message
    assert neurodyn.simulate(system, until=1).status == "done"
    with pytest.raises(InputError, match="tau > 0"):
        neurodyn.build(MODEL, tau=-1.0)


def test_statements_of_inputs_and_of_maps() -> None:
    model = neurodyn.Model(
        "x(t+1) = x + u",
        states={"x": 0},
        inputs={"u": {"value": "step(2.5, 3)", "given": "u < 3"}},
        bench={"steps": 5},
    )
    assert neurodyn.Model.from_text(model.to_toml()) == model
    with pytest.raises(InputError, match=r"but the values are 3 and 3 at t = 3\."):
        neurodyn.simulate(model)
    assert neurodyn.simulate(model, steps=2).status == "done"


def test_what_cannot_vary() -> None:
    model = neurodyn.Model(
        "B[i,j] = inv(a*A[i,j], i, j)\ndx[i]/dt = -sum(B[i,j]*x[j], j)",
        indices={"N": {"letters": "i j", "size": 2}},
        states={"x[i]": "b"},
        parameters={"a": 1.0, "b": 1.0, "A[i,j]": "where(i == j, 1, 0)", "c": "2*b"},
    )
    with pytest.raises(InputError, match="takes a whole matrix of parameters"):
        neurodyn.build(model, a="step(1)")
    with pytest.raises(InputError, match="but b varies in a run"):
        neurodyn.build(model, b="step(1)")


def test_units_and_the_command_line_form() -> None:
    model = neurodyn.load("ornstein_uhlenbeck")
    run = neurodyn.simulate(
        neurodyn.build(model, E="-65[mV] + step(100[ms], 10[mV])", sigma="0 mV"),
        until="0.2 s",
        trials=1,
        start={"V": "-65 mV"},
    )
    assert float(run["V"].values[-1, 0]) == pytest.approx(-0.055, abs=1e-4)
    with pytest.raises(InputError, match="E is in mV"):
        neurodyn.build(model, E="step(100[ms], 10[pA])")
