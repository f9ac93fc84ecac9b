"""Crossings and slopes: exact on exact laws, and as wide as theory says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import t as student

from neurodyn.studies.memory.lines import Estimate, crossing, slope


def test_a_crossing_of_an_exact_law() -> None:
    x, of = np.array([3.0, 5.0, 9.0]), 10**9
    found = of * ndtr(1.3 * np.log(x / 7.0) - 2.0)
    there = crossing(x, found, of, float(ndtr(-2.0)), np.random.default_rng(0))
    assert there.value == pytest.approx(7.0, rel=1e-6) and there.low < 7.0 < there.high
    assert there.high / there.low < 1.001


def test_the_interval_of_a_crossing_covers() -> None:
    """Of 200 experiments about 190; no fewer than four deviations below that."""
    rng, x, of = np.random.default_rng(1), np.array([70.0, 100.0, 140.0]), 3000
    share = ndtr(1.5 * np.log(x / 100.0) - 1.5)
    inside = 0
    for _ in range(200):
        found = crossing(x, rng.binomial(of, share), of, float(ndtr(-1.5)), rng)
        inside += found.low <= 100.0 <= found.high
    assert 178 <= inside <= 200


def test_a_crossing_that_is_not_there_lies_beyond_the_points() -> None:
    there = crossing([1.0, 2.0], [0, 0], 10, 0.5, np.random.default_rng(0))
    assert there.high > 2.0 and np.isfinite([there.value, there.error, there.low, there.high]).all()


def test_slopes() -> None:
    """Of an exact law the errors count; of points that scatter more, Student's interval of plain least squares."""
    x = np.array([0.0, 1.0, 2.0, 3.0])
    exact = slope(x, [Estimate(float(y), 0.1 * float(y), 0, 0) for y in np.exp(0.5 + 2 * x)])
    assert exact.value == pytest.approx(2.0)
    assert exact.error == pytest.approx(0.1 / np.sqrt(5.0))  # sum of (x - 1.5)**2
    away = np.array([0.3, -0.3, -0.3, 0.3])
    found = slope(x, [Estimate(float(y), 1e-3 * float(y), 0, 0) for y in np.exp(2 * x + away)])
    error = np.sqrt((away**2).sum() / 2 / 5.0)
    assert (found.value, found.error) == (pytest.approx(2.0), pytest.approx(error))
    assert found.high - found.value == pytest.approx(student.ppf(0.975, 2) * error)
