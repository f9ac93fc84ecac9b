"""Shipped memories of binary images with features, and how far they are off at queries of three kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.features import FeatureErrors, FeatureMemory, feature_errors, gradient_error
from neurodyn.studies.framework.work import Work
from neurodyn.system.build import build
from neurodyn.system.system import System

Array = NDArray[np.float64]

KINDS = ("at memories", "a tenth of the bits flipped", "at random")
FLIPPED = 0.1
COMPARED = 8  # queries at which the error of the gradient is compared with its expectation


def images(rng: np.random.Generator, count: int, size: int) -> Array:
    """Random binary images, scaled so that no two are further apart than 1: (count, size)."""
    return np.asarray(rng.integers(0, 2, (count, size)) / np.sqrt(size))


def flipped(rng: np.random.Generator, xi: Array) -> Array:
    """Images with a tenth of their bits flipped."""
    found: Array = np.where(rng.random(xi.shape) < FLIPPED, 1 / np.sqrt(xi.shape[1]) - xi, xi)
    return found


def memory_system(
    rng: np.random.Generator, xi: Array, beta: float, count: int, name: str = "dense_memory_features"
) -> System:
    """A shipped model with these memories, and frequencies of its own."""
    sizes = {"D": xi.shape[1], "K": len(xi), "Y": count}
    return build(name, sizes=sizes, xi=xi, beta=beta, seed=int(rng.integers(2**31)))


def errors_of_three(
    work: Work, size: int, stored: int, beta: float, count: int, queries: int, draw: int
) -> Mapping[str, Any]:
    """Means over queries of each kind: numbers by name, (kinds,) each.

    `fair` are queries at which S deviates by less than a third of its mean: of the gradient only the first order is
    known, and it is compared at some of these alone (root mean squares).
    """
    rng = work.rng("images", draw)
    xi = images(rng, stored, size)
    near = xi[:queries]
    asked = (near, flipped(rng, near), images(rng, queries, size))
    memory = FeatureMemory.of(memory_system(work.rng(f"frequencies {count}", draw), xi, beta, count))
    rows = [_means(feature_errors(memory, z), z) for z in asked]
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def _means(found: FeatureErrors, z: Array) -> dict[str, float]:
    expected, fair = found.expected, np.flatnonzero(found.fair)[:COMPARED]
    close = len(fair) > 0
    return {
        "energy": float(found.energy.mean()),
        "expected": float(expected.floored_error.mean()),
        "gradient": float(found.gradient.mean()),
        "clipped": float(found.clipped.mean()),
        "expected_clipped": float(expected.clipped.mean()),
        "fair": float(found.fair.mean()),
        "gradient_fair": float(np.sqrt((found.gradient[fair] ** 2).mean())) if close else np.nan,
        "gradient_expected": float(np.sqrt((gradient_error(found.memory, z[fair]) ** 2).mean())) if close else np.nan,
    }
