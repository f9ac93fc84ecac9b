"""What is refused of the arrays that make a memory with random features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.model.random_features import FeatureMap

if TYPE_CHECKING:
    from neurodyn.analysis.features.memory import FeatureMemory

Array = NDArray[np.float64]


def points(what: str, given: ArrayLike, like: Array | None = None) -> Array:
    """Points, one per row; a single one may stand for itself. As long as those in `like`."""
    found = np.atleast_2d(np.asarray(given, dtype=float))
    if found.ndim != 2 or not found.size:
        raise InputError(
            f"The {what} are no points.", code="bad-points", remedy="Give an array with one point per row."
        )
    if not np.isfinite(found).all():
        raise InputError(
            f"The {what} hold numbers that are not finite.", code="bad-points", remedy="Take out NaN and infinity."
        )
    if like is not None and found.shape[1] != like.shape[1]:
        raise InputError(
            f"The {what} have {found.shape[1]} numbers each, the memories {like.shape[1]}.",
            code="bad-points",
            remedy=f"Give rows of {like.shape[1]} numbers.",
        )
    return found


def plain(numbers: ArrayLike) -> list[float | None]:
    """Numbers for JSON, which has no infinity."""
    return [float(x) if np.isfinite(x) else None for x in np.asarray(numbers, dtype=float)]


def check_kernel(kind: str, beta: float, maps: Mapping[str, FeatureMap]) -> None:
    """Refuse a map that there is not, and an inverse temperature that is none."""
    if kind not in maps:
        raise InputError(
            f"There is no feature map {kind!r}.",
            code="feature-map",
            remedy=near(str(kind), list(maps)) or f"Feature maps: {', '.join(maps)}.",
        )
    if not (np.isfinite(beta) and beta > 0):
        raise InputError(f"beta is {beta:g}.", code="bad-beta", remedy="Give an inverse temperature above 0.")


def check_memory(memory: FeatureMemory, maps: Mapping[str, FeatureMap]) -> None:
    """Refuse arrays that do not fit, and numbers that have no meaning."""
    check_kernel(memory.kind, memory.beta, maps)
    points("frequencies", memory.omega, memory.memories)
    if (memory.kind == "cos") != (memory.phases is not None):
        raise InputError(
            f"The map {memory.kind} has {'a phase for each frequency' if memory.phases is None else 'no phases'}.",
            code="bad-phases",
            remedy="Give phases to the map cos, and to no other.",
        )
    phases = memory.phases
    if phases is not None and not (phases.shape == (len(memory.omega),) and np.isfinite(phases).all()):
        raise InputError(
            f"The phases are not {len(memory.omega)} finite numbers.",
            code="bad-phases",
            remedy="Give one for each frequency.",
        )
    if memory.log and not (np.isfinite(memory.floor) and (memory.floor > 0 or maps[memory.kind].positive)):
        raise InputError(
            f"The floor is {memory.floor:g}, and the sum of features of the map {memory.kind} may be 0 or less.",
            code="bad-floor",
            remedy="Give a floor above 0, such as 1e-5.",
        )
    weights = memory.weights
    if weights is not None and not (
        weights.shape == (len(memory.memories),) and np.isfinite(weights).all() and weights.min() >= 0 < weights.max()
    ):
        raise InputError(
            "The weights are not one number of at least 0 for each memory, with one above 0.",
            code="bad-weights",
            remedy=f"Give {len(memory.memories)} such numbers.",
        )
    kept, numbers = memory.kept, len(memory.omega) * len(maps[memory.kind].traces)
    if kept is not None and not (kept.shape == (numbers,) and np.isfinite(kept).all()):
        raise InputError(
            f"What is kept are not {numbers} finite numbers.", code="bad-kept", remedy="Give one for each feature."
        )
