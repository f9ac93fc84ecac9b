"""Eigenvalues are counted on the right side, also where none can be told from another; and never where they are not."""

from __future__ import annotations

from typing import Any

import flint
import numpy as np
import pytest

from neurodyn.analysis.fixed_points.inertia import certified
from neurodyn.analysis.fixed_points.point import Sure


def balls(matrix: Any, radius: float = 0.0) -> Any:
    rows = np.asarray(matrix, dtype=float)
    return np.array([[flint.arb(float(x), radius) for x in row] for row in rows], dtype=object)


def turned(values: Any, seed: int) -> Any:
    """A matrix with these eigenvalues, in a basis that is not orthogonal."""
    basis = np.random.default_rng(seed).normal(size=(len(values), len(values)))
    return basis @ np.diag(values) @ np.linalg.inv(basis)


@pytest.mark.parametrize("seed", range(6))
def test_sides_of_matrices_with_known_eigenvalues(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.choice([-2.0, -1.0, 1.0, 3.0], size=5)  # most of them more than once
    found = certified(balls(turned(values, seed), 1e-11), False)
    assert (found.unstable, found.stable) == ((values > 0).sum(), (values < 0).sum())
    assert found.sure is Sure.PROVED
    told = {round(e.value.real, 6): e.count for e in found.eigenvalues}
    assert told == {v: int((values == v).sum()) for v in set(values.tolist())}
    assert all(abs(e.value - round(e.value.real)) <= e.radius for e in found.eigenvalues)


def test_multiple_eigenvalues_of_a_symmetric_network() -> None:
    """W diag(g) - 1 with equal units: eigenvectors of floats are not orthogonal; the similar matrix has some."""
    size = 6
    weights = 2 * np.eye(size) + 0.05 * (np.ones((size, size)) - np.eye(size))
    slopes = np.array([0.9, 0.9, 0.9, 0.1, 0.1, 0.1])
    found = certified(balls(weights * slopes - np.eye(size)), False)
    assert found.kind == "saddle of index 3" and found.sure is Sure.PROVED
    assert sorted(e.count for e in found.eigenvalues) == [1, 1, 2, 2]


def test_one_eigenvector_for_three_eigenvalues() -> None:
    block = [[-1.0, 1.0, 0.0], [0.0, -1.0, 1.0], [0.0, 0.0, -1.0]]
    found = certified(balls(block), False)
    assert found.kind == "stable node" and found.sure is Sure.PROVED
    assert certified(balls(-np.array(block)), False).kind == "unstable node"


def test_what_lies_on_the_border_is_undecided() -> None:
    for matrix in ([[0.0, 1.0], [-1.0, 0.0]], [[0.0, 1.0], [0.0, 0.0]], [[-1.0, 0.0], [0.0, 1e-12]]):
        found = certified(balls(matrix), False)
        assert found.undecided and found.is_stable is None and found.sure is Sure.UNDECIDED
    assert certified(balls([[0.0, 1.0], [-1.0, 0.0]]), False).kind == "centre or focus, undecided"
    assert certified(balls([[1.0]]), True).is_stable is None
    assert certified(balls([[-1.0, 0.3], [0.3, -1.0]], 1.0), False).is_stable is None  # the balls are too wide


def test_multipliers_of_a_map() -> None:
    assert certified(balls([[0.5, 0.0], [0.0, -0.5]]), True).kind == "stable node"
    assert certified(balls([[0.0, -0.9], [0.9, 0.0]]), True).kind == "stable focus"
    assert certified(balls([[0.5, 0.0], [0.0, -1.5]]), True).kind == "saddle of index 1"
    assert certified(balls([[0.0, 1.0], [0.0, 0.0]]), True).is_stable
