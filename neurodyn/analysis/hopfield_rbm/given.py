"""What the tools for the Hopfield network and its RBM are given, checked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError

Array = NDArray[np.float64]


def patterns_of(given: ArrayLike) -> Array:
    """Patterns of +1 and -1, units by patterns."""
    found = matrix_of(given, "Patterns", "units by patterns, one pattern per column")
    check_signs(found, "pattern", units=0)
    return found


def check_signs(found: Array, what: str, units: int) -> None:
    """Refuse a matrix of anything but +1 and -1; `units` is the axis of the units, the other that of what it holds."""
    bad = np.argwhere(np.abs(found) != 1)
    if len(bad):
        place = tuple(int(k) for k in bad[0])
        raise InputError(
            f"{what.capitalize()}s are of +1 and -1, but unit {place[units]} of {what} {place[1 - units]}"
            f" is {found[place]:g}.",
            code="not-signs",
            remedy="Images become signs by where(x > threshold, 1, -1).",
        )


def weights_of(given: ArrayLike) -> Array:
    """Weights between visible and hidden units, visible by hidden."""
    found = matrix_of(given, "Weights", "visible by hidden units")
    if not found.any():
        raise InputError(
            "All weights are 0: visible and hidden units know nothing of each other.",
            code="no-weights",
            remedy="Give weights of which one at least is not 0.",
        )
    return found


def matrix_of(given: ArrayLike, what: str, axes: str) -> Array:
    """A matrix of finite numbers that has rows and columns."""
    found = _numbers(given, what)
    if found.ndim != 2 or not found.size:
        shape = " x ".join(map(str, found.shape)) or "a single number"
        raise InputError(
            f"{what} are a matrix, but this is {'an empty one, ' if found.ndim == 2 else ''}{shape}.",
            code="bad-shape",
            remedy=f"Give {axes}.",
        )
    return found


def vector_of(given: ArrayLike, size: int, what: str) -> Array:
    """A number for each unit; one number stands for all."""
    found = _numbers(given, what)
    if found.shape not in ((), (size,)):
        raise InputError(
            f"{what} has the shape {found.shape}, but there are {size} units.",
            code="bad-shape",
            remedy=f"Give one number, or {size}.",
        )
    return np.broadcast_to(found, (size,)).astype(np.float64)


def couplings_of(given: ArrayLike) -> Array:
    """Symmetric couplings between visible units."""
    found = matrix_of(given, "Couplings", "units by units")
    if found.shape[0] != found.shape[1] or not np.allclose(found, found.T, rtol=0, atol=1e-12 * np.abs(found).max()):
        raise InputError(
            "Couplings are not symmetric, so there is no energy and no Boltzmann distribution.",
            code="not-symmetric",
            remedy="Give J with J[i,j] == J[j,i].",
        )
    return found


def temperature_of(beta: Any) -> float:
    """An inverse temperature."""
    value = float(_numbers(beta, "beta").reshape(-1)[0]) if np.size(beta) == 1 else math.nan
    if not value > 0:
        raise InputError(
            f"beta is an inverse temperature, one number above 0, but it is {beta}.",
            code="bad-beta",
            remedy="At beta = 0 all states would be equally likely, and hidden units without bound.",
        )
    return value


def _numbers(given: ArrayLike, what: str) -> Array:
    try:
        found = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"{what} cannot be read as numbers.", code="not-numbers", remedy="Give an array of real numbers."
        ) from None
    bad = np.argwhere(~np.isfinite(found))
    if len(bad):
        where = f"[{', '.join(map(str, bad[0]))}]" if found.ndim else ""
        raise InputError(
            f"{what}{where} is {found[tuple(bad[0])]}, not a finite number.",
            code="not-finite",
            remedy="Replace what is missing before.",
        )
    return found
