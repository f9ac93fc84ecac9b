"""On which side the eigenvalues of a matrix of balls lie, counted without telling apart those that are close.

With nearly eigenvectors V, the discs of Gershgorin of V^-1 J V hold the eigenvalues; discs that meet hold together as
many as they are, so that multiple eigenvalues do no harm. Where J is similar to a symmetric matrix by a diagonal one,
V is taken from that, and is well conditioned whatever the eigenvalues. Where eigenvectors are of no use, the table of
Routh counts the eigenvalues on the right from the characteristic polynomial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.point import NEAR, Eigenvalues, Stability, Sure, clusters
from neurodyn.program.balls import many_digits, matrix

Array = NDArray[np.float64]
Objects = NDArray[np.object_]
ROUTH = 12  # the largest matrix for which it is tried
SYMMETRIC = 1e-12


@dataclass(frozen=True)
class Disc:
    """Where an eigenvalue lies, once discs that meet are joined to one group."""

    middle: complex
    radius: float
    group: int


def certified(jacobian: Objects, is_map: bool, neutral: int = 0) -> Stability:
    """What is sure of the eigenvalues of all matrices within balls.

    Args:
        is_map: whether the border is the circle of radius 1 instead of the imaginary axis.
        neutral: how many eigenvalues are known to be neutral.
    """
    middle = np.array([[float(x.mid()) for x in row] for row in jacobian])
    size = float(np.abs(middle).max(initial=0.0))
    with many_digits():
        values, vectors = _eigen(middle)
        discs = _discs(jacobian, values, vectors)
        sides = np.zeros(len(values), dtype=int) if discs is None else _sides(discs, is_map, size)
        if not is_map and not neutral and (sides == 0).any() and len(values) <= ROUTH:
            right = _on_the_right(jacobian)
            if right is not None:
                sides = _by_count(values, right, size)
    rest = max(int((sides == 0).sum()) - neutral, 0)
    found = _clusters(discs, values, size, is_map)
    sure = Sure.UNDECIDED if rest else Sure.PROVED
    return Stability(found, int((sides > 0).sum()), int((sides < 0).sum()), rest, sure, is_map, neutral)


def _eigen(middle: Array) -> tuple[Any, Any]:
    """Eigenvalues and vectors in floating point, of the symmetric matrix that it is similar to if there is one."""
    scale = _symmetrising(middle)
    if scale is None:
        return np.linalg.eig(middle)
    turned = middle * scale[:, None] / scale[None, :]
    values, vectors = np.linalg.eigh((turned + turned.T) / 2)
    return values.astype(complex), (vectors / scale[:, None]).astype(complex)


def _symmetrising(a: Array) -> Array | None:
    """The diagonal s with which s a / s is symmetric; None where there is none."""
    size = len(a)
    scale = np.zeros(size)
    for start in range(size):
        if scale[start]:
            continue
        scale[start], waiting = 1.0, [start]
        while waiting:
            k = waiting.pop()
            for j in np.flatnonzero((a[k] * a[:, k] > 0) & (scale == 0)).tolist():
                scale[j] = scale[k] * np.sqrt(a[k, j] / a[j, k])
                waiting.append(j)
    turned = a * scale[:, None] / scale[None, :]
    return scale if np.abs(turned - turned.T).max(initial=0.0) <= SYMMETRIC * np.abs(turned).max(initial=0.0) else None


def _discs(jacobian: Objects, values: Any, vectors: Any) -> list[Disc] | None:
    """The discs of V^-1 J V, where V has an inverse."""
    size = len(jacobian)
    v = flint.acb_mat(size, size, [flint.acb(z.real, z.imag) for z in vectors.ravel().tolist()])
    try:
        found = v.inv() * (flint.acb_mat(matrix(jacobian)) * v)
    except ZeroDivisionError:
        return None
    middles, radii = [], []
    for k in range(size):
        own = found[k, k]
        middle = complex(float(own.real.mid()), float(own.imag.mid()))
        off = abs(own - flint.acb(middle.real, middle.imag))
        off += sum((abs(found[k, j]) for j in range(size) if j != k), flint.arb(0))
        middles.append(middle)
        radii.append(float(off.upper()) * (1 + 1e-15))
    if not np.isfinite(radii).all():
        return None
    groups = _groups(middles, radii)
    return [Disc(m, r, g) for m, r, g in zip(middles, radii, groups, strict=True)]


def _groups(middles: Sequence[complex], radii: Sequence[float]) -> list[int]:
    """Which discs meet, directly or through others; slightly larger ones, for rounding."""
    at, r = np.array(middles), np.array(radii)
    meet = np.abs(at[:, None] - at[None]) <= (r[:, None] + r[None]) * (1 + 1e-12) + 1e-14 * np.abs(at[:, None])
    groups = list(range(len(at)))
    for k, j in zip(*np.nonzero(meet), strict=True):
        if groups[k] != groups[j]:
            old = groups[j]
            groups = [groups[k] if g == old else g for g in groups]
    return groups


def _sides(discs: Sequence[Disc], is_map: bool, size: float) -> NDArray[np.int_]:
    """1 for each eigenvalue that is sure to be unstable, -1 if stable, 0 where it may be either.

    Discs that meet hold their eigenvalues together, so one side must hold all of them.
    """
    found = np.zeros(len(discs), dtype=int)
    for group in {d.group for d in discs}:
        own = [k for k, d in enumerate(discs) if d.group == group]
        ends = [(_off(discs[k].middle, is_map), discs[k].radius * (1 + 1e-12) + NEAR * size) for k in own]
        side = 1 if all(x > r for x, r in ends) else -1 if all(x < -r for x, r in ends) else 0
        found[own] = side
    return found


def _off(z: complex, is_map: bool) -> float:
    return abs(z) - 1 if is_map else z.real


def _on_the_right(jacobian: Objects) -> int | None:
    """How many eigenvalues have a positive real part, by Routh's table; None where a pivot may be 0."""
    coefficients = list(reversed(matrix(jacobian).charpoly().coeffs()))
    above, below = coefficients[::2], coefficients[1::2]
    signs = [1]
    for _ in range(len(coefficients) - 1):
        if not below or not (below[0] > 0 or below[0] < 0):
            return None
        signs.append(1 if below[0] > 0 else -1)
        ratio = above[0] / below[0]
        padded = [*below, *[flint.arb(0)] * (len(above) - len(below))]
        above, below = below, [a - ratio * b for a, b in zip(above[1:], padded[1:], strict=True)]
    return sum(a != b for a, b in pairwise(signs))


def _by_count(values: Any, right: int, size: float) -> NDArray[np.int_]:
    """Sides of eigenvalues of which `right` lie on the right, none on the axis; those too near to it stay open."""
    sides = np.full(len(values), -1)
    sides[np.argsort(-values.real)[:right]] = 1
    sides[np.abs(values.real) <= NEAR * size] = 0
    return sides


def _clusters(discs: Sequence[Disc] | None, values: Any, size: float, is_map: bool) -> tuple[Eigenvalues, ...]:
    """Clusters of eigenvalues, each with how far its members may be from its middle."""
    found = clusters(values, size, is_map)
    if discs is None:
        return found
    told = []
    for cluster in found:
        near = np.array([abs(d.middle - cluster.value) for d in discs])
        own = np.argsort(near)[: cluster.count]
        groups = {discs[k].group for k in own}
        whole = [d for d in discs if d.group in groups]
        far = max(abs(d.middle - cluster.value) + d.radius for d in whole)
        told.append(Eigenvalues(cluster.value, cluster.count, float(far)))
    return tuple(told)
