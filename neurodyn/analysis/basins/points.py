"""Point attractors: where runs seem to rest, a zero of the rate is looked for, and its eigenvalues say what it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.basins.attractor import MARGIN, Attractor, margins
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.field.zeros import zeros_near
from neurodyn.analysis.verdict import Verdict

Array = NDArray[np.float64]
# Points closer than this, in units of scales, are one.
SAME = 1e-6
# How close to a point, in units of scales, runs count as having arrived where nothing better is known.
NEAR = 1e-4


def polished(field: Field, states: Array) -> Array:
    """Zeros that Newton's method comes to from states (starts, size); rows of NaN where it comes to none."""
    points, found = zeros_near(field, states)
    return np.where(found[:, None], points, np.nan)


def eigenvalues_at(field: Field, state: Array) -> NDArray[np.complex128]:
    """Eigenvalues of the Jacobian, the most unstable first."""
    found = np.linalg.eigvals(field.jacobian(state)).astype(complex)
    order = np.argsort(-margins(found, field.kind == "map"), kind="stable")
    return np.asarray(found[order])


def side(field: Field, eigenvalues: NDArray[np.complex128]) -> int:
    """-1 if all eigenvalues are clearly on the stable side, 1 if one is clearly on the other, else 0."""
    most = margins(eigenvalues, field.kind == "map").max()
    border = MARGIN * max(1.0 if field.kind == "map" else 0.0, float(np.abs(eigenvalues).max()))
    return 0 if abs(most) <= border else int(np.sign(most))


def point_at(field: Field, state: Array) -> Attractor | None:
    """The point attractor at a zero; None where the zero is surely unstable."""
    found = eigenvalues_at(field, state)
    where = side(field, found)
    if where > 0:
        return None
    verdict = Verdict.VERIFIED if where < 0 else Verdict.UNDECIDED
    return Attractor("point", state[None], 0.0, found, verdict, NEAR)


def distinct(states: Array, scales: Array, known: Sequence[Array] = ()) -> tuple[Array, NDArray[np.intp]]:
    """The different ones of states and, for each, its number among these; `known` come first."""
    kept = list(known)
    numbers = np.empty(len(states), dtype=np.intp)
    for k, state in enumerate(states):
        off = [float(np.abs((state - other) / (scales + np.abs(other))).max()) for other in kept]
        nearest = int(np.argmin(off)) if off else -1
        if nearest < 0 or off[nearest] > SAME:
            nearest = len(kept)
            kept.append(state)
        numbers[k] = nearest
    return np.array(kept), numbers
