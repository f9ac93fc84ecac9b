"""Ln Z by annealed importance sampling: against enumeration and quadrature, unbiased, with an error that is one."""

from __future__ import annotations

import json

import numpy as np
import pytest

from neurodyn import analysis
from tests.analysis.hopfield_rbm.cases import patterns, states

RNG = np.random.default_rng(7)
BIAS, OFFSET = 0.4 * RNG.normal(size=10), 0.5 * RNG.normal(size=3)


@pytest.mark.parametrize("fields", [False, True])
def test_against_enumeration(fields: bool) -> None:
    w = analysis.rbm_of_patterns(patterns(10, 3)).weights
    given = {"bias": BIAS, "offset": OFFSET} if fields else {}
    exact = analysis.rbm_distribution(w, beta=2.0, **given)
    found = analysis.annealed_log_partition(w, beta=2.0, steps=300, chains=300, **given)
    assert found.standard_error < 0.05 and found.effective > 100
    assert found.log_partition == pytest.approx(exact.log_partition, abs=4 * found.standard_error)
    assert json.dumps(found.to_json(), allow_nan=False) and "300 chains of 300 steps" in str(found)
    logs = analysis.rbm_log_likelihood(
        states(10), w, beta=2.0, log_partition=exact.log_partition, **given
    )  # all states: their probabilities
    np.testing.assert_allclose(np.exp(logs), exact.probabilities, rtol=1e-10)


def test_against_the_quadrature_over_hidden_units() -> None:
    """Two patterns in 64 units: far too many states to enumerate."""
    w = analysis.rbm_of_patterns(patterns(64, 2, flips=0.3)).weights
    exact = analysis.rbm_log_partition(w, beta=2.0)
    found = analysis.annealed_log_partition(w, beta=2.0, steps=400, chains=200, seed=1)
    assert found.standard_error < 0.07
    assert found.log_partition == pytest.approx(exact, abs=4 * found.standard_error)


def test_few_steps_are_unbiased_and_their_error_is_told() -> None:
    """E[Z_found] = Z with ten steps too; errors in their own units have a spread of one."""
    w = analysis.rbm_of_patterns(patterns(10, 3)).weights
    exact = analysis.rbm_distribution(w, beta=1.5).log_partition
    runs = [analysis.annealed_log_partition(w, beta=1.5, steps=10, chains=400, seed=k) for k in range(40)]
    off = np.array([found.log_partition - exact for found in runs])
    told = np.array([found.standard_error for found in runs])
    ratio = np.exp(off)
    assert ratio.mean() == pytest.approx(1, abs=4 * ratio.std() / np.sqrt(40))
    assert (off / told).std() == pytest.approx(1, abs=4 / np.sqrt(80))


def test_without_couplings_it_is_exact() -> None:
    found = analysis.annealed_log_partition(np.full((10, 3), 1e-13), beta=2.0, bias=BIAS, steps=3, chains=2)
    exact = np.log(2 * np.cosh(2 * BIAS)).sum() + 1.5 * np.log(np.pi)
    assert found.log_partition == pytest.approx(exact, rel=1e-12) and found.standard_error < 1e-10
