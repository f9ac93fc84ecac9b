"""Measures of a response, on curves whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.habituation import habituation_time, peaks, recovery_time, rise_time


def test_a_peak_at_a_border_belongs_to_the_period_it_closes() -> None:
    """The time 1 stands twice: 9 is the value before the edge, 0 the value after it."""
    time = [0.0, 0.5, 1.0, 1.0, 1.5, 2.0]
    np.testing.assert_array_equal(peaks(time, [0, 1, 9, 0, 2, 1], period=1), [9, 2])


def test_trials_keep_their_axis() -> None:
    one, two = [1.0, 4.0, 2.0, 3.0], [0.0, 1.0, 7.0, 5.0]
    found = peaks([0.0, 0.5, 1.2, 1.9], np.stack([one, two], axis=1), period=1, count=2)
    np.testing.assert_array_equal(found, [[4, 1], [3, 7]])


def test_a_peak_after_the_stimulus_counts() -> None:
    time = np.linspace(0, 4, 401)
    response = np.exp(-((time % 2 - 1.3) ** 2) / 0.01)
    np.testing.assert_allclose(peaks(time, response, period=2), [1, 1])


def test_periods_may_start_late_and_between_samples() -> None:
    time = np.array([0.0, 0.9, 1.4, 2.2, 2.9, 3.4])
    np.testing.assert_array_equal(peaks(time, [9, 1, 2, 3, 4, 5], period=1, start=0.3), [1, 3, 4])
    with pytest.raises(neurodyn.InputError, match="Nothing was recorded of period 1"):
        peaks([0.0, 0.5, 2.5, 3.0], [1, 1, 1, 1], period=1)


@pytest.mark.parametrize(
    ("heights", "known"),
    [
        ([10, 10, 10, 10, 5, 2, 1, 1], 7),  # a shoulder first: a search from the front would stop at once
        ([1, 3, 2, 1.99], 3),  # the largest peak is not the first
        ([1, 1, 1], 0),
        ([1, 2, 3], 0),
        ([3, 2, 1], 3),
    ],
)
def test_habituation_time(heights: list[float], known: int) -> None:
    assert habituation_time(heights) == known


def test_recovery_time_of_an_exponential() -> None:
    """1 - exp(-gap/10) reaches 0.95 after 10 ln 20."""
    found = recovery_time(lambda gap: 1 - np.exp(-gap / 10), 0.95, 100, tolerance=1e-6)
    assert found == pytest.approx(10 * np.log(20), abs=2e-4)
    assert recovery_time(lambda gap: 1.0, 0.95, 100) == 0
    with pytest.raises(neurodyn.InputError, match=r"still below 0\.95"):
        recovery_time(lambda gap: 0.0, 0.95, 100)


def test_rise_time() -> None:
    assert rise_time([0, 1, 2, 3, 4], [5, 0, 2, 6, 7], 4, 1) == pytest.approx(1.5)
    assert rise_time([0, 1], [5, 5], 4, 0) == 0
    with pytest.raises(neurodyn.InputError, match="end below 4"):
        rise_time([0, 1], [5, 0], 4, 0)
