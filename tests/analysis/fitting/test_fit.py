"""Fits: parameters come back from closed forms, intervals are those of exact theory, and what is not told is named."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.special import lambertw
from scipy.stats import binomtest, t

from neurodyn import Experiment, InputError, Model, Peaks, RunFailed, Samples, fit
from tests.analysis.fitting.models import TRAIN, decay, hill_peaks, line, memory, noisy_peaks

BOTH = {"alpha": (0.01, 1.0), "beta": (0.05, 5.0)}


def habituated(data: Peaks, **more: object):
    return fit("habituation", data, parameters=BOTH, inputs=TRAIN, **more)


def test_parameters_come_back_from_the_closed_form() -> None:
    """Peaks of a memory that is solved exactly, without noise, from starts far away."""
    report = habituated(Peaks.every("y", hill_peaks(0.07, 0.9, 15), period=1), intervals=False)
    assert report.values["alpha"] == pytest.approx(0.07, rel=1e-5)
    assert report.values["beta"] == pytest.approx(0.9, rel=1e-5)
    assert report.agreeing == 8 and report.status == "done"
    np.testing.assert_allclose(report.predictions, hill_peaks(0.07, 0.9, 15), atol=1e-6)


def test_values_errors_and_correlation_are_those_of_curve_fit() -> None:
    """SciPy's fit of the closed form itself, with the same errors."""
    data = noisy_peaks(3, 0.05)
    known, spread = curve_fit(
        lambda k, alpha, beta: hill_peaks(alpha, beta, 15), np.arange(15), data.values, (0.1, 0.5),
        sigma=data.errors, absolute_sigma=True,
    )  # fmt: skip
    report = habituated(data)
    np.testing.assert_allclose(list(report.values.values()), known, rtol=1e-5)
    np.testing.assert_allclose(list(report.errors.values()), np.sqrt(np.diag(spread)), rtol=1e-3)
    assert report.correlation[0, 1] == pytest.approx(spread[0, 1] / np.sqrt(spread[0, 0] * spread[1, 1]), abs=1e-3)
    assert report.is_identified and not report.at_bounds
    for name, true in (("alpha", 0.1), ("beta", 0.5)):
        low, high = report.intervals[name]
        assert low < true < high
        half = 1.96 * report.errors[name]
        np.testing.assert_allclose([low, high], [report.values[name] - half, report.values[name] + half], rtol=0.03)


def test_intervals_of_a_line_are_exact() -> None:
    """Linear regression: profiles give Student's interval of slope and start, errors of data not being known."""
    rng = np.random.default_rng(5)
    times = np.linspace(0, 3, 9)
    values = 0.7 + 1.3 * times + 0.2 * rng.standard_normal(9)
    report = fit(line(), Samples("x", values, times=times), parameters={"a": (-10, 10), "x": (-10, 10)}, starts=2)
    design = np.stack([times, np.ones(9)], axis=1)
    known, squares = np.linalg.lstsq(design, values, rcond=None)[:2]
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * squares[0] / 7)
    halves = t.ppf(0.975, 7) * errors
    for name, value, error, half in zip(("a", "x"), known, errors, halves, strict=True):
        assert report.values[name] == pytest.approx(value, rel=1e-6)
        assert report.errors[name] == pytest.approx(error, rel=1e-5)
        assert report.intervals[name] == pytest.approx((value - half, value + half), rel=3e-3)
    (curve,) = report.curves()
    at = np.searchsorted(curve.time, 0.0)
    assert curve.band[at] == pytest.approx(halves[1], rel=1e-4)  # the band at t = 0 is the interval of the start


def test_a_product_that_alone_is_told_is_named() -> None:
    """A stimulus of height A that a linear memory takes up with gain beta; and gamma, which nothing reads."""
    q, times = np.exp(-0.2), np.arange(1.0, 13.0)
    high = 5 * (1 - q**0.2) * q**0.8  # of A beta = 1, at the end of each period
    data = Samples("x", high * (1 - q**times) / (1 - q), times=times, errors=0.01)
    bounds = {"alpha": (0.02, 2), "beta": (0.1, 10), "A": (0.1, 10), "gamma": (0.5, 2)}
    report = fit(memory(), data, parameters=bounds, starts=3, intervals=False)
    assert report.information.rank == 2
    told = str(report)
    assert "the data tell beta*A = 1 alone" in told
    assert "do not depend on gamma" in told
    assert report.values["alpha"] == pytest.approx(0.2, rel=1e-5)
    assert np.isfinite(report.errors["alpha"]) and np.isinf([report.errors[n] for n in ("beta", "A", "gamma")]).all()
    assert not report.is_identified


def test_a_ratio_that_alone_is_told_in_practice() -> None:
    """x falls by V x/(K + x), which is V/K x but for a tenth: the profiles of V and K stay low upwards."""
    model = Model("dx/dt = -V*x/(K + x)", states={"x": 1.0}, parameters={"V": 2.0, "K": 5.0}, name="enzyme")
    times = np.linspace(0, 6, 10)
    values = 10 * lambertw(0.1 * np.exp(0.1 - 0.3 * times)).real  # the solution with V = 3, K = 10
    bounds = {"V": (0.3, 100), "K": (1, 1000)}
    report = fit(model, Samples("x", values, times=times, errors=0.02), parameters=bounds, starts=3)
    assert report.values == pytest.approx({"V": 3, "K": 10}, rel=1e-3)
    assert report.open == ("V",) and report.intervals["K"][1] > 300  # where V is at its bound
    assert not report.information.lost and not report.is_identified
    assert "open above" in str(report) and "told worst along" in str(report)
    best, worst = report.information.directions
    assert best.error < 0.05 and worst.error > 0.3
    np.testing.assert_allclose(np.abs(worst.parts), np.sqrt(0.5), atol=0.1)


def test_a_parameter_at_its_bound_is_told() -> None:
    data = Samples("x", np.exp(-0.3 * np.arange(6)), times=np.arange(6), errors=0.01)
    report = fit(decay(), data, parameters={"alpha": (0.4, 2)})
    assert report.at_bounds == ("alpha",) and report.values["alpha"] == 0.4
    assert np.isnan(report.errors["alpha"]) and "at its bound" in str(report)
    low, high = report.intervals["alpha"]
    assert low == 0.4 < high < 0.5 and report.open == ("alpha",)


def test_experiments_share_their_parameters() -> None:
    """One series of stimuli cannot tell what two of different height do."""
    each = []
    for height in (2.0, 8.0):
        inputs = {"u": f"pulses({height}, period=1, duty=0.2, phase=0.8)"}
        q = np.exp(-0.1)
        low = 0.5 * height * (1 - q**0.2) / 0.1 * (1 - q ** np.arange(8)) / (1 - q) * q**0.8
        each.append(Experiment(Peaks.every("y", height / (1 + low**2), period=1), inputs))
    report = fit("habituation", each, parameters=BOTH, starts=2, intervals=False)
    assert report.values == pytest.approx({"alpha": 0.1, "beta": 0.5}, rel=1e-5)


def test_runs_that_fail_are_gone_round() -> None:
    """x = 1/(1/c - t) is lost at t = 1/c, which some starts meet; where all do, that is said."""
    model = Model("dx/dt = x**2", states={"x": 0.2}, name="blow")
    times = np.linspace(0, 2, 5)
    data = Samples("x", 1 / (1 / 0.3 - times), times=times, errors=0.01)
    report = fit(model, data, parameters={"x": (0.01, 2)}, intervals=False)
    assert report.values["x"] == pytest.approx(0.3, rel=1e-4)
    with pytest.raises(RunFailed, match="from any of 8 starts"):
        fit(model, data, parameters={"x": (1.0, 2)})


def test_sets_of_parameters_that_the_model_refuses_are_gone_round() -> None:
    """A rule that binds two parameters refuses some starts, and no search crosses it."""
    model = Model(
        "dx/dt = b - a*x", states={"x": 0.0}, parameters={"a": {"value": 0.4, "given": "a < b"}, "b": 0.5}, name="ruled"
    )
    times = np.linspace(0.5, 4, 6)
    data = Samples("x", 1.5 * (1 - np.exp(-0.6 * times)), times=times)
    report = fit(model, data, parameters={"a": (0.1, 0.8), "b": (0.45, 2)}, intervals=False)
    assert report.values == pytest.approx({"a": 0.6, "b": 0.9}, rel=1e-4)


def test_a_map_is_fitted() -> None:
    data = Samples("x", 3 * 0.8 ** np.arange(6), times=np.arange(6))
    model = Model("x(t+1) = a*x", states={"x": 1.0}, parameters={"a": 0.5}, name="steps")
    report = fit(model, data, parameters={"a": (0.1, 2), "x": (0.5, 5)}, starts=2, intervals=False)
    assert report.values == pytest.approx({"a": 0.8, "x": 3.0}, rel=1e-7)


def test_the_report_as_text_and_json() -> None:
    report = habituated(noisy_peaks(1, 0.05), starts=2, intervals=False)
    told = json.loads(json.dumps(report.to_json()))
    assert told["values"] == report.values and told["rank"] == 2 and told["recipe"]["analysis"] == "fit"
    assert told["chance"] == pytest.approx(report.chance)
    assert "2 parameters fitted to 15 measurements" in report.summary()


def covered(seeds: range) -> dict[str, int]:
    found = {"alpha": 0, "beta": 0}
    for seed in seeds:
        report = habituated(noisy_peaks(seed, 0.1), starts=1)
        for name, true in (("alpha", 0.1), ("beta", 0.5)):
            low, high = report.intervals[name]
            found[name] += low <= true <= high
    return found


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 100 draws of noise 95 % do, within what chance allows in one of a thousand tests; above, one draw."""
    for count in covered(range(100)).values():
        assert binomtest(count, 100, 0.95).pvalue > 1e-3


BAD = {
    "nothing": ({}, {}, "Nothing is varied"),
    "unknown": ({"alhpa": (0, 1)}, {}, "no quantity alhpa. Did you mean alpha"),
    "an input": ({"u": (0, 1)}, {}, "u is no parameter of habituation, nor the start of a state, but an input"),
    "bounds": ({"alpha": (1, 0.1)}, {}, "The bounds of alpha are 1 and 0.1"),
    "infinite": ({"alpha": (0.1, np.inf)}, {}, "two finite numbers"),
    "text": ({"alpha": "0.1-1"}, {}, "The bounds of alpha are '0.1-1'"),
    "outside": ({"alpha": (-1, 1)}, {}, "alpha > 0"),
    "starts": ({"alpha": (0.1, 1)}, {"starts": 0}, "starts is 0"),
    "level": ({"alpha": (0.1, 1)}, {"level": 95}, "level is 95"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_varied_is_refused(case: str) -> None:
    bounds, more, reason = BAD[case]
    with pytest.raises(InputError) as trouble:
        fit("habituation", Samples("x", [1.0], times=[1.0]), parameters=bounds, **more)
    assert reason in str(trouble.value)


def test_noise_and_elements_are_refused() -> None:
    with pytest.raises(InputError, match="has noise"):
        fit("double_well", Samples("x", [1.0], times=[1.0]), parameters={"a": (0, 1)})
    with pytest.raises(InputError, match="alpha has elements"):
        fit("habituation_row", Samples("y", [1.0], times=[1.0]), parameters={"alpha": (0, 1)})
