"""Slopes by parameters and starts: closed forms, and differences of runs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from neurodyn import Experiment, Model, Peaks, Samples, System, build
from neurodyn.analysis.fitting.predict import Predictor
from neurodyn.analysis.fitting.runs import How, Runs
from neurodyn.analysis.fitting.vary import read_varied
from tests.analysis.fitting.models import TRAIN, decay, hill_peaks


def predictor(system: System, bounds: Mapping[str, tuple[float, float]], experiment: Experiment) -> Predictor:
    return Predictor(system, read_varied(system, bounds), experiment, How())


def by_differences(other: Predictor) -> Predictor:
    other.sensitive = None
    other.runs = Runs(other.system, other.system, other.seen, other.how)
    return other


def test_decay_has_its_closed_form() -> None:
    """x = c exp(-alpha t): by ln alpha it moves by -alpha t x, by ln c by x itself."""
    times = np.linspace(0, 5, 6)
    made = predictor(build(decay()), {"alpha": (0.1, 1), "x": (0.5, 4)}, Experiment(Samples("x", times, times=times)))
    points = np.log([[0.3, 1.0], [0.8, 2.0]])
    values, slopes = made.answer(points)
    alpha, c = np.exp(points).T[:, :, None]
    known = c * np.exp(-alpha * times)
    np.testing.assert_allclose(values, known, rtol=1e-7)
    np.testing.assert_allclose(slopes[..., 0], -alpha * times * known, atol=1e-7)
    np.testing.assert_allclose(slopes[..., 1], known, atol=1e-7)
    assert made.why == "" and made.runs.done[0] == "ensemble"


def test_peaks_have_their_closed_form_and_move_as_it_does() -> None:
    bounds, experiment = (
        {"alpha": (0.01, 1), "beta": (0.1, 5)},
        Experiment(Peaks.every("y", np.ones(12), period=1), TRAIN),
    )
    made = predictor(build("habituation"), bounds, experiment)
    values, slopes = made.answer(np.log([[0.1, 0.5], [0.3, 1.5]]))
    h = 1e-6
    for row, (alpha, beta) in enumerate(((0.1, 0.5), (0.3, 1.5))):
        np.testing.assert_allclose(values[row], hill_peaks(alpha, beta, 12), rtol=1e-7)
        up, down = hill_peaks(alpha * np.exp(h), beta, 12), hill_peaks(alpha * np.exp(-h), beta, 12)
        np.testing.assert_allclose(slopes[row, :, 0], (up - down) / 2 / h, atol=1e-6)
        up, down = hill_peaks(alpha, beta * np.exp(h), 12), hill_peaks(alpha, beta * np.exp(-h), 12)
        np.testing.assert_allclose(slopes[row, :, 1], (up - down) / 2 / h, atol=1e-6)


def test_a_peak_between_looks_is_found() -> None:
    """The response to a pulse through two stages peaks after it, at a place that the closed form knows."""
    model = Model("dx/dt = -x\ndy/dt = a*x - 2*y", states={"x": 1.0, "y": 0.0}, parameters={"a": 1.0})
    made = predictor(build(model), {"a": (0.5, 2)}, Experiment(Peaks("y", [0.2], starts=[0.0], ends=[3.0])))
    values, slopes = made.answer(np.zeros((1, 1)))  # y = exp(-t) - exp(-2t), largest at t = ln 2
    assert values[0, 0] == pytest.approx(0.25, abs=3e-5)
    assert slopes[0, 0, 0] == pytest.approx(values[0, 0], rel=1e-7)  # it is in proportion to a


CASES = {
    "habituation_diode": (
        {"R_3": (300, 700), "a": (3e-3, 6e-3)}, Samples("y", np.ones(8), times=np.linspace(0.95, 8, 8))
    ),
    "habituation_chain": ({"alpha_1": (0.1, 0.4), "beta_2": (0.2, 1.0)}, Peaks.every("y", np.ones(5), period=1)),
    "sniffer": ({"alpha": (0.05, 0.3), "k": (5, 20)}, Samples("y", np.ones(6), times=np.linspace(0, 130, 6))),
    "lorenz": ({"rho": (20, 30), "x": (0.5, 2)}, Samples("z", np.ones(5), times=np.linspace(0, 1, 5))),
    "habituation_staddon_higa": ({"a_1": (0.7, 0.9), "b": (0.1, 0.3)}, Peaks.every("y", np.ones(5), period=8)),
    "habituation_channels": ({"alpha": (0.05, 0.2)}, Samples("x[1]", np.ones(5), times=np.linspace(11, 17, 5))),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_slopes_from_equations_are_those_of_differences(name: str) -> None:
    """Also through derived parameters, through starts that follow from parameters, and of maps."""
    bounds, measured = CASES[name]
    system, experiment = build(name), Experiment(measured)
    made, other = predictor(system, bounds, experiment), by_differences(predictor(system, bounds, experiment))
    assert made.sensitive is not None
    points = np.array([[0.5 * (v.coordinate(v.low) + v.coordinate(v.high)) for v in made.varied]])
    (values, slopes), (others, rough) = made.answer(points), other.answer(points)
    np.testing.assert_allclose(values, others, atol=1e-6 * np.abs(others).max())
    np.testing.assert_allclose(slopes, rough, atol=1e-5 * np.abs(rough).max())


REASONS = {
    "a value follows": (
        Model("dx/dt = -b*x", states={"x": 1}, parameters={"a": 1.0, "b": "2*a"}),
        {"a": (0.5, 2.0)}, "b follows from a",
    ),
    "an input follows": (
        Model("dx/dt = u - x", states={"x": 0}, parameters={"a": 1.0}, inputs={"u": "pulses(a, period=1, duty=0.5)"}),
        {"a": (0.5, 2.0)}, "u follows from a",
    ),
    "slopes are lost": (
        Model("dx/dt = 1\ny = x**n", states={"x": 0}, parameters={"n": 2.0}),
        {"n": (1.0, 3.0)}, "not finite along the run",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REASONS)
def test_where_equations_give_no_slopes_differences_do_and_the_reason_is_told(case: str) -> None:
    model, bounds, reason = REASONS[case]
    name = "y" if "y" in model.text else "x"
    experiment = Experiment(Samples(name, np.ones(4), times=np.linspace(0, 1.9, 4)))
    made = predictor(build(model), bounds, experiment)
    values, slopes = made.answer(np.zeros((1, 1)) + np.log(1.5))
    assert reason in made.why
    assert np.isfinite(values).all() and np.abs(slopes[0, -1]).min() > 1e-3


def test_events_and_constraints_go_by_differences() -> None:
    """The interval between spikes of a leaky neuron is felt by its last potential; one of a circuit by its resistor."""
    text = "dv/dt = I - v"
    event = {"spike": {"when": "v > 1", "set": "v = 0"}}
    model = Model(text, states={"v": 0.0}, parameters={"I": 2.0}, events=event, name="neuron")
    made = predictor(build(model), {"I": (1.5, 3)}, Experiment(Samples("v", [0.5], times=[1.0])))
    values, slopes = made.answer(np.log([[2.0]]))
    assert "Events" in made.why
    rest = 1 - np.log(2)  # the first spike is at ln 2 for I = 2
    assert values[0, 0] == pytest.approx(2 * (1 - np.exp(-rest)), abs=1e-6)
    rate = 2 * (1 - np.exp(-rest)) + 2 * np.exp(-rest) * 2 * 0.5  # by ln I: dT/dI = 1/I - 1/(I - 1)
    assert slopes[0, 0, 0] == pytest.approx(rate, rel=1e-4)
