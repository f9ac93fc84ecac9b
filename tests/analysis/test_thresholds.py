"""Thresholds and slopes: known ones are found, within their intervals as often as these say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neurodyn.analysis.thresholds import failure_threshold, fitted_slope
from neurodyn.errors import InputError


def test_known_thresholds_lie_in_their_intervals() -> None:
    """The chance is 1 - exp(-(load/50)**3): a tenth fails at 50*(-ln 0.9)**(1/3)."""
    rng, load = np.random.default_rng(0), np.array([15.0, 20, 27, 36, 48])
    chance, known, inside = -np.expm1(-((load / 50) ** 3)), 50 * (-math.log(0.9)) ** (1 / 3), 0
    for _ in range(200):
        found = failure_threshold(load, rng.binomial(100, chance), np.full(5, 100), failure=0.1)
        inside += found.low < known < found.high
        assert found.load == pytest.approx(known, rel=0.6)
    assert inside >= 181  # of 200 with a chance of 0.95 each, fewer are seen once in 300 times


def test_a_threshold_from_exact_shares() -> None:
    load = np.array([10.0, 20, 40])
    shares = -np.expm1(-((load / 30) ** 2))
    found = failure_threshold(load, 1e6 * shares, np.full(3, 1e6), failure=0.3)
    assert found.load == pytest.approx(30 * math.sqrt(-math.log(0.7)), rel=1e-6)


def test_groups_that_differ_by_more_than_chance_widen_the_interval() -> None:
    load, of = np.repeat([10.0, 20, 40], 20), np.full(60, 100)
    chance = np.repeat([0.05, 0.15, 0.4], 20)
    calm = failure_threshold(load, np.round(of * chance), of, failure=0.1)
    wild = failure_threshold(load, np.where(np.arange(60) % 2, 2 * of * chance, 0), of, failure=0.1)
    assert wild.load == pytest.approx(calm.load, rel=0.1) and wild.error > 2 * calm.error


@pytest.mark.parametrize("failed", [[0, 0, 0], [9, 9, 9], [8, 4, 1]])
def test_what_shows_no_threshold(failed: list[int]) -> None:
    """No failure, nothing but failures, and fewer failures with more load."""
    assert math.isnan(failure_threshold([1, 2, 4], failed, [9, 9, 9], failure=0.5).load)


def test_a_level_that_is_no_share() -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        failure_threshold([1, 2], [0, 1], [2, 2], failure=1.0)


def test_slopes() -> None:
    """Of exact points; of points with known errors; of points that are no line."""
    x = np.arange(5.0)
    assert fitted_slope(x, 2 * x + 1, np.full(5, 0.1))[0] == pytest.approx(2)
    rng, inside = np.random.default_rng(1), 0
    for _ in range(200):
        _, low, high = fitted_slope(x, 2 * x + rng.normal(0, 0.1, 5), np.full(5, 0.1))
        inside += low < 2 < high
    assert inside >= 181
    narrow, wide = (fitted_slope(x, y, np.full(5, 0.01)) for y in (2 * x, 2 * x + (-1) ** x))
    assert wide[2] - wide[1] > 10 * (narrow[2] - narrow[1])
    assert math.isnan(fitted_slope([1, 2], [1, 2], [1, 1])[0])
