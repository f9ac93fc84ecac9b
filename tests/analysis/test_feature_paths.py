"""Steps down the energy of random features and down the exact one, and the bound of how far they part."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn.analysis import features
from neurodyn.analysis.features import FeatureMemory
from tests.analysis.test_features import binary


@pytest.mark.parametrize("kind", ["cos", "sincos"])
@pytest.mark.parametrize("beta", [1.0, 10.0, 40.0])
def test_paths_stay_within_the_bounds(kind: str, beta: float) -> None:
    xi, rng = binary(9, 20, 30), np.random.default_rng(10)
    for seed in range(3):
        memory = FeatureMemory.drawn(xi, beta=beta, count=2000, kind=kind, seed=seed)
        found = features.divergence(memory, xi[0] + 0.03 * rng.normal(size=30), alpha=0.2, steps=40)
        slack = 1e-12
        assert (found.distance <= found.bound + slack).all() and found.rho <= found.rho_anyway + slack
        assert (found.bound <= found.bound_anyway + slack).all()
        assert found.distance[-1] > 0 and found.bound[1] == pytest.approx(0.2 * found.off, rel=1e-12)


def test_one_memory() -> None:
    """The exact steps contract by 1 - alpha then, and the bound is the sum of a geometric series."""
    memory = FeatureMemory.drawn(np.full((1, 5), 0.3), beta=2.0, count=300, kind="cos")
    found = features.divergence(memory, np.zeros(5), alpha=0.25, steps=30)
    assert found.rho == pytest.approx(0, abs=1e-15) and found.rho_anyway == 0
    np.testing.assert_allclose(found.bound, found.off * (1 - 0.75 ** np.arange(31)), atol=1e-14)
    np.testing.assert_allclose(found.exact[-1], 0.3 - 0.3 * 0.75**30, atol=1e-14)
    assert (found.distance <= found.bound + 1e-14).all()


def test_the_reference_case() -> None:
    """D = 30, K = 20, beta = 10, 20,000 frequencies, 100 steps of 0.1: some thousandths apart, a bound of some
    hundredths from the variance between the paths."""
    xi = binary(11, 20, 30)
    memory = FeatureMemory.drawn(xi, beta=10.0, count=20_000)
    found = features.divergence(memory, xi[0], alpha=0.1, steps=100)
    assert found.distance[-1] < 0.03 and found.distance[-1] < found.bound[-1] < 0.3
    assert found.bound_anyway[-1] > 10 * found.bound[-1]
    assert "which no state exceeds" in str(found) and len(found.to_json()["bound"]) == 101


def test_what_is_clamped_does_not_part() -> None:
    xi, held = binary(12, 10, 20), np.arange(20) < 8
    memory = FeatureMemory.drawn(xi, beta=20.0, count=1000)
    found = features.divergence(memory, xi[0], alpha=0.5, steps=20, clamp=held)
    for path in (found.exact, found.features):
        np.testing.assert_array_equal(path[:, held], np.broadcast_to(xi[0, held], (21, 8)))
    assert (found.distance <= found.bound + 1e-12).all()
