"""Vectors of signs within a tolerance of a space: none is missed and none is added, however close the calls are."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn.analysis.hopfield_rbm.signs import enumerated, filled, independent
from tests.analysis.hopfield_rbm.cases import canonical, patterns, signs_in_span


@pytest.mark.parametrize("seed", range(30))
def test_enumeration_against_all_vectors(seed: int) -> None:
    """Spaces of disturbed patterns, with tolerances from far below the disturbance to far above it."""
    rng = np.random.default_rng(seed)
    units = int(rng.integers(5, 11))
    xi = patterns(units, int(rng.integers(1, units - 1)), seed, flips=float(rng.choice([0.1, 0.3, 0.5])))
    noise, tolerance = 10.0 ** rng.uniform((-6, -6), (-2, -2))
    basis = np.linalg.svd(xi + noise * rng.normal(size=xi.shape), full_matrices=False)[0]
    found, exact = enumerated(basis, tolerance), signs_in_span(basis, tolerance)
    assert canonical(found.vectors) == exact and found.count == len(exact)


def test_independent_columns_come_first_to_last() -> None:
    a, b = patterns(9, 2).T
    assert independent(np.stack([a, -a, b, a + b, np.roll(a, 1)], axis=1)) == [0, 2, 4]


def test_missing_vectors_are_filled_up() -> None:
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(12, 5)))[0]
    found = filled(basis, patterns(12, 1))
    assert found.shape == (12, 5) and (np.abs(found) == 1).all()
    assert np.linalg.matrix_rank(basis.T @ found) == 5
