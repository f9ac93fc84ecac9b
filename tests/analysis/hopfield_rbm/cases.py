"""Patterns and plain-loop references for the tests of the Hopfield network and its RBM."""

from __future__ import annotations

import itertools

import numpy as np


def patterns(units: int, count: int, seed: int = 3, flips: float = 0.5) -> np.ndarray:
    """Signs that differ from one of them, drawn at random, in a share of units."""
    rng = np.random.default_rng(seed)
    first = np.where(rng.random((units, 1)) < 0.5, 1.0, -1.0)
    return np.where(rng.random((units, count)) < flips, -first, first)


def rotation(size: int, seed: int = 0) -> np.ndarray:
    """An orthogonal matrix."""
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(size, size)))[0]


def states(units: int) -> np.ndarray:
    """All states of +1 and -1."""
    return np.array(list(itertools.product((-1.0, 1.0), repeat=units)))


def boltzmann(couplings: np.ndarray, beta: float, field: np.ndarray | float = 0.0) -> tuple[np.ndarray, float]:
    """Probabilities of the states of a Hopfield network, and ln Z, state by state."""
    weights = []
    for s in states(len(couplings)):
        energy = -sum(couplings[i, j] * s[i] * s[j] for i in range(len(s)) for j in range(len(s))) / 2
        weights.append(np.exp(-beta * (energy - float(np.sum(field * s)))))
    return np.array(weights) / np.sum(weights), float(np.log(np.sum(weights)))


def canonical(columns: np.ndarray) -> set[tuple[float, ...]]:
    """Columns up to their order and signs."""
    return {tuple(c * c[0]) for c in columns.T}


def signs_in_span(basis: np.ndarray, tolerance: float = 1e-9) -> set[tuple[float, ...]]:
    """Vectors of +1 and -1 in the span of orthonormal columns, up to their sign, by trying all that there are."""
    every = states(len(basis))
    every = every[every[:, 0] > 0]
    off = np.linalg.norm(every - every @ basis @ basis.T, axis=1)
    return {tuple(s) for s in every[off <= tolerance * np.sqrt(len(basis))]}
