"""Poles, zeros and polynomials of a linear system with one input and one output."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.small_signal.slopes import Slopes

Array = NDArray[np.float64]
Complexes = NDArray[np.complex128]
RANK = 1e-12  # singular values, relative to the largest, that count as 0
NONE = 1e-13  # what counts as 0, relative to the size of what it is made of
EQUAL = 1e-7  # how close a pole and a zero cancel, relative


@dataclass(frozen=True, eq=False)
class States:
    """dz/dt = a*z + b*u, output = c*z + d*u: what a system of index 1 is without its constraints."""

    a: Array
    b: Array
    c: Array
    d: float


def states_of(slopes: Slopes, scales: Array) -> States | None:
    """Solve the constraints; None where the index is above 1."""
    mass, slope = slopes.mass * scales, slopes.slope * scales
    seen = _row_space(mass)
    rank, size = seen.shape
    matrix = np.vstack([np.hstack([mass @ seen.T, -slope]), np.hstack([np.zeros((rank, rank)), seen])])
    right = np.zeros((size + rank, rank + 1))
    right[size:, :rank], right[:size, rank] = np.eye(rank), slopes.drive
    weight = np.abs(matrix).max(axis=1, keepdims=True)
    moved = slopes.moved * scales
    unseen = moved - (moved @ seen.T) @ seen
    if np.linalg.cond(matrix / weight) > 1 / RANK or np.linalg.norm(unseen) > RANK * np.linalg.norm(moved):
        return None
    found = np.linalg.solve(matrix / weight, right / weight)
    a, b = found[:rank, :rank], found[:rank, rank]
    own, direct = scales[:, None] * found[rank:, :rank], scales * found[rank:, rank]
    moved = moved @ seen.T
    return States(a, b, slopes.read @ own + moved @ a, float(slopes.read @ direct + moved @ b + slopes.through))


def _row_space(mass: Array) -> Array:
    largest = np.abs(mass).max(axis=1, keepdims=True)
    balanced = np.divide(mass, largest, out=np.zeros_like(mass), where=largest > 0)
    _, values, rows = np.linalg.svd(balanced)
    found: Array = rows[: len(values)][values > RANK * values.max(initial=0.0)]
    return found


def poles_and_zeros(system: States) -> tuple[Complexes, Complexes, float]:
    """Poles, zeros and the factor before them; those that cancel are left out of both."""
    poles = np.linalg.eigvals(system.a).astype(complex)
    degree, factor = _leading(system)
    if degree is None:
        return np.empty(0, complex), np.empty(0, complex), 0.0
    row = system.c.copy()
    for _ in range(degree):
        row = row @ system.a
    zeros = np.linalg.eigvals(system.a - np.outer(system.b, row) / factor).astype(complex)
    zeros = zeros[np.argsort(np.abs(zeros))][degree:]  # as many more stand at 0
    fastest = np.abs(poles).max(initial=0.0)
    zeros[np.abs(zeros) <= NONE * fastest] = 0
    poles[np.abs(poles) <= NONE * fastest] = 0
    return (*_cancelled(poles, zeros), factor)


def _leading(system: States) -> tuple[int | None, float]:
    """How many more poles than zeros there are, and the factor of the highest power."""
    if abs(system.d) > NONE * np.linalg.norm(system.c) * np.linalg.norm(_solved(system)):
        return 0, system.d
    row, size = system.c, np.linalg.norm(system.c) * np.linalg.norm(system.b)
    for degree in range(1, len(system.a) + 1):
        factor = float(row @ system.b)
        if abs(factor) > NONE * size:
            return degree, factor
        row, size = row @ system.a, size * np.linalg.norm(system.a, 2)
    return None, 0.0


def _solved(system: States) -> Array:
    """What a constant input of 1 leads to, or the least of it where there is no such state."""
    return np.asarray(np.linalg.lstsq(system.a, -system.b)[0], dtype=float)


def _cancelled(poles: Complexes, zeros: Complexes) -> tuple[Complexes, Complexes]:
    """Poles that a zero stands on do not show."""
    left, kept = list(zeros), []
    for pole in poles:
        near = min(left, key=lambda zero: abs(zero - pole), default=None)
        if near is not None and abs(near - pole) <= EQUAL * max(abs(pole), abs(near)):
            left.remove(near)
        else:
            kept.append(pole)
    return _in_order(kept), _in_order(left)


def _in_order(found: list[complex]) -> Complexes:
    return np.array(sorted(found, key=lambda s: (abs(s), s.imag)), dtype=complex)
