"""Exponentials relative to the largest: those too small to count are 0, all others are those of `exp`, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn.program import runtime


@pytest.mark.parametrize("shape", [(), (7,), (3, 5), (700, 800)])
@pytest.mark.parametrize("size", [1.0, 400.0, 5000.0])
def test_those_that_count_are_exponentials(shape: tuple[int, ...], size: float) -> None:
    x = -size * np.random.default_rng(0).random(shape)
    want = np.where(x < -690.0, 0.0, np.exp(x))
    np.testing.assert_array_equal(runtime.weights(x), want)
    if shape:
        np.testing.assert_array_equal(runtime.weights(x, out=x), want)
        np.testing.assert_array_equal(x, want)


def test_special_values() -> None:
    x = np.array([0.0, -0.0, -np.inf, np.nan, -690.0, np.nextafter(-690.0, -np.inf), -745.0])
    np.testing.assert_array_equal(runtime.weights(x), [1.0, 1.0, 0.0, np.nan, np.exp(-690.0), 0.0, 0.0])
    assert np.isnan(runtime.weights(np.float64(np.nan))) and runtime.weights(np.float64(-np.inf)) == 0.0


def test_no_weight_is_subnormal() -> None:
    found = runtime.weights(np.linspace(-760, 0, 100_001))
    assert (found[found > 0] > np.finfo(float).tiny).all()
