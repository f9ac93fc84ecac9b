"""Point attractors: where runs seem to rest, a zero of the rate is looked for, and its eigenvalues say what it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.basins.attractor import MARGIN, Attractor, margins
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.verdict import Verdict

Array = NDArray[np.float64]
# Newton's steps at most, and when they have come to a zero: steps in units of scales.
STEPS, ARRIVED = 30, 1e-10
# Points closer than this, in units of scales, are one.
SAME = 1e-6
# How close to a point, in units of scales, runs count as having arrived where nothing better is known.
NEAR = 1e-4


def polished(field: Field, states: Array) -> Array:
    """Zeros that Newton's method comes to from states (starts, size); rows of NaN where it comes to none."""
    x = states.copy()
    done = np.zeros(len(x), dtype=bool)
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            left = np.flatnonzero(~done & np.isfinite(x).all(axis=1))
            if not len(left):
                break
            step = _newton(field, x[left])
            x[left] -= step
            done[left] = (np.abs(step) <= ARRIVED * (field.scales + np.abs(x[left]))).all(axis=1)
    x[~done] = np.nan
    return x


def _newton(field: Field, x: Array) -> Array:
    off, slopes = field.defect(x), field.defect_jacobian(x)
    steps = np.full_like(off, np.nan)
    for k in range(len(x)):
        if np.isfinite(slopes[k]).all() and np.isfinite(off[k]).all():
            steps[k] = np.linalg.lstsq(slopes[k], off[k], rcond=1e-13)[0]
    return steps


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
