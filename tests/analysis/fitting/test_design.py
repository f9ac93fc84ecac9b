"""Designs to targets: the closed form of a linear memory is the oracle, and targets out of reach are told."""

from __future__ import annotations

import json

import numpy as np
import pytest

from neurodyn import InputError, design_habituation
from neurodyn.analysis.fitting.from_peaks import decrement, excess, ratio
from neurodyn.plots import save

STIMULI = {"height": 5.0, "period": 1.0, "width": 0.2}
BOTH = {"alpha": (0.005, 2.0), "beta": (0.01, 20.0)}


def designed(**asked: float):
    return design_habituation("habituation", parameters=BOTH, intervals=False, **asked, **STIMULI)


def memory_before(alpha: float, beta: float, stimuli: int) -> np.ndarray:
    """Of the model `habituation`, before each stimulus, and after the last."""
    q = np.exp(-alpha)
    high = beta * 5 * (1 - q**0.2) / alpha * (1 - q ** np.arange(stimuli + 1)) / (1 - q)
    return np.append(high[:-1] * q**0.8, high[-1])


def test_depth_and_recovery_are_those_of_the_closed_form(tmp_path) -> None:
    found = design_habituation(
        "habituation", parameters=BOTH, depth=0.2, recovery=15, starts=3, intervals=False, **STIMULI
    )
    alpha, beta = found.values["alpha"], found.values["beta"]
    memory = memory_before(alpha, beta, 30)
    assert 1 / (1 + memory[29] ** 2) == pytest.approx(0.2, rel=1e-5)
    assert 1 / (1 + (memory[30] * np.exp(-15 * alpha)) ** 2) == pytest.approx(0.95, rel=1e-5)
    assert found.is_met and found.fit.agreeing == 3
    assert found.reached["recovery"] == pytest.approx(15, rel=1e-2)
    told = json.loads(json.dumps(found.to_json()))
    assert told["is_met"] and told["reached"]["depth"] == pytest.approx(0.2, rel=1e-4)
    assert "all targets are met" in str(found)
    save(found.plot(), tmp_path / "design.png")
    assert (tmp_path / "design.png").stat().st_size > 10_000


def test_how_fast_it_settles_is_counted_anew() -> None:
    found = design_habituation(
        "habituation", parameters=BOTH, depth=0.3, settled=12, starts=3, intervals=False, **STIMULI
    )
    peaks = 1 / (1 + memory_before(found.values["alpha"], found.values["beta"], 30)[:30] ** 2)
    falls = 1 - peaks[1:] / peaks[:-1]
    assert falls[10] > 0.01 > falls[11]  # from stimulus 11 to 12, and from 12 to 13
    assert found.reached["settled"] == 12 and found.is_met


def test_targets_out_of_reach_are_told() -> None:
    """One memory that habituates slowly recovers slowly."""
    found = designed(depth=0.3, settled=20, recovery=1.0, starts=2)
    assert not found.is_met and "targets are NOT met" in str(found)


@pytest.mark.slow
def test_a_chain_has_parameters_left_over() -> None:
    """Four parameters, three targets: they are met, and a direction is left that changes none of them."""
    bounds = {"alpha_1": (0.005, 2), "beta_1": (0.01, 20), "alpha_2": (0.001, 1), "beta_2": (0.01, 5)}
    stimuli = {"height": 10.0, "period": 1.0, "width": 0.1}
    found = design_habituation(
        "habituation_chain",
        parameters=bounds,
        depth=0.1,
        settled=15,
        recovery=40,
        starts=16,
        intervals=False,
        **stimuli,
    )  # fmt: skip
    assert found.is_met
    assert found.fit.information.rank == 3 and len(found.fit.information.lost) == 1


@pytest.mark.parametrize("formula", [ratio, decrement, lambda heights: excess(0.01, heights)])
def test_slopes_of_measures(formula) -> None:
    rng = np.random.default_rng(0)
    heights = np.cumsum(rng.uniform(0.1, 1, (2, 5)), axis=1)[:, ::-1] + 1
    weights = formula(heights)[1]
    for k in range(5):
        step = np.zeros(5)
        step[k] = 1e-6
        slope = (formula(heights + step)[0] - formula(heights - step)[0]) / 2e-6
        np.testing.assert_allclose(weights[:, k], slope, atol=1e-7)


def test_falls_that_are_small_exceed_nothing() -> None:
    value, weights = excess(0.5, np.array([[3.0, 2.0, 1.9]]))
    assert value[0] == 0 and not weights.any()


BAD = {
    "none": ({}, "No target is given"),
    "depth": ({"depth": 1.5}, "depth is 1.5"),
    "settled": ({"settled": 40}, "settled is 40"),
    "recovery": ({"recovery": -1}, "recovery is -1"),
    "width": ({"depth": 0.5, "width": 2.0}, "width is 2.0"),
    "count": ({"depth": 0.5, "count": 2}, "count is 2"),
    "input": ({"depth": 0.5, "input": "v"}, "has no input v. It has: u"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_target_is_refused(case: str) -> None:
    asked, reason = BAD[case]
    with pytest.raises(InputError) as trouble:
        design_habituation("habituation", parameters=BOTH, **{**STIMULI, **asked})
    assert reason in str(trouble.value)


def test_one_of_several_inputs_is_named() -> None:
    with pytest.raises(InputError, match="has the inputs u, v"):
        design_habituation("habituation_gated_decay", parameters=BOTH, depth=0.5, **STIMULI)
