"""The rate that theory expects of a neuron under white noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import erf

from neurodyn import InputError
from neurodyn.analysis import siegert

CELL = {"tau": 0.02, "threshold": 0.02, "reset": 0.01, "refractory": 0.002}


@pytest.mark.parametrize(("mean", "deviation"), [(0.018, 0.005), (0.0, 0.006), (0.03, 0.004), (0.025, 0.05)])
def test_it_is_the_integral(mean: float, deviation: float) -> None:
    """As it is written, by many small trapezes."""
    u = np.linspace((0.01 - mean) / deviation, (0.02 - mean) / deviation, 200_001)
    climb = np.trapezoid(np.exp(u**2) * (1 + erf(u)), u)
    expected = 1 / (0.002 + 0.02 * math.sqrt(math.pi) * climb)
    assert float(siegert(mean, deviation, **CELL)) == pytest.approx(expected, rel=1e-7)


def test_little_noise_is_none() -> None:
    """Above the threshold the interval tends to that of a steady drive, below it the rate to 0."""
    steady = 1 / (0.002 + 0.02 * math.log((0.03 - 0.01) / (0.03 - 0.02)))
    found = siegert([0.03, 0.03, 0.015, 0.0], [1e-4, 1e-6, 1e-3, 1e-4], **CELL)
    np.testing.assert_allclose(found[:2], steady, rtol=1e-4)
    assert 0 < found[2] < 1e-8 and found[3] == 0


def test_much_drive_leaves_the_refractory_period() -> None:
    found = siegert([0.1, 1.0, 10.0], 0.01, **CELL)
    assert (np.diff(found) > 0).all() and found[-1] == pytest.approx(500, rel=0.02)


def test_what_is_no_neuron_is_refused() -> None:
    with pytest.raises(InputError, match="deviation > 0"):
        siegert(0.03, 0.0, **CELL)
