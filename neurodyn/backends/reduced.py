"""Models with constraints as ordinary differential equations of what their mass matrix sees.

0 = F(t, y, rate) with a constant mass matrix M = dF/drate of rank r. With V the r orthonormal rows that span the rows
of M, the system moves in z = V y alone: given z, the equations F(t, y, V' v) = 0 and V y = z determine y and v = dz/dt,
where the index is 1. They are solved by Newton's method at each call. All is in units of the scales.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.errors import InputError
from neurodyn.model.rings import concerned
from neurodyn.system.index import higher_index
from neurodyn.system.residual import constant_mass, derivative_by, rates

MOST_STEPS, MOST_HALVINGS = 25, 5
SLOWEST = 0.3  # each step with an old matrix is at most that part of the one before
ENOUGH = 1e-10  # the last step of Newton's method, relative
ROUNDING = 16 * np.finfo(float).eps  # of the terms of an equation: what is off by no more is solved
RANK = 1e-12  # singular values of the mass matrix, relative to the largest, that count as 0
SMALL = 1e-6  # of a piece: the step of differences in time


class Reduced:
    """What a solver of flat ODEs reads: z' = rate(t, z).

    Attributes:
        z: at the start.
        seen: V, the rows that span those of the mass matrix.
        counts: how often the rate (`rhs`) and the Jacobian were asked for.
        lost: the last time at which the equations had no solution.
    """

    def __init__(self, plan: Plan) -> None:
        system = plan.system
        _check(plan)
        self.system, self.scale = system, system.layout.scales
        self.counts: Counter[str] = Counter()
        self.lost: float | None = None
        self._residual, self._by_y = system.residual(), derivative_by(system, False)
        self._inverse: Floats | None = None
        self._piece: Piece = plan.pieces()[0]
        given = {**self._piece.inputs(plan.t0), **rates(system, np.zeros(system.layout.size))}
        mass: Floats = derivative_by(system, True)(plan.t0, plan.start, given) * self.scale
        self.seen = _row_space(mass)
        self._mass = mass @ self.seen.T
        self._y: Floats = plan.start / self.scale
        self._v: Floats = np.zeros(len(self.seen))
        self.z: Floats = self.seen @ self._y

    def enter(self, piece: Piece) -> None:
        """Read inputs on this piece from now on."""
        self._piece = piece

    def rate(self, t: float, z: Floats) -> Floats:
        """dz/dt; not a number where the equations have no solution, so that a solver rejects the step."""
        self.counts["rhs"] += 1
        if not self._solve(t, z):
            self.lost = t
            return np.full(len(z), np.nan)
        return self._v.copy()

    def jacobian(self, t: float, z: Floats) -> Floats:
        """The derivative of the rate by z."""
        self.counts["jacobian"] += 1
        self._solve(t, z)
        size, rank = len(self._y), len(z)
        right = np.vstack([np.zeros((size, rank)), np.eye(rank)])
        return np.asarray(np.linalg.solve(self._matrix(t), right)[:rank], dtype=np.float64)

    def state(self, t: float, z: Floats) -> Floats | None:
        """All states and unknowns; None where the equations have no solution."""
        return self._y * self.scale if self._solve(t, z) else None

    def consistent(self, t: float, z: Floats) -> tuple[Floats, Floats]:
        """All states and unknowns and their rates, in units of their scales; not numbers where there is no solution."""
        if not self._solve(t, z):
            return np.full_like(self._y, np.nan), np.full_like(self._y, np.nan)
        return self._y.copy(), self._all_rates(t)

    def rates(self, t: float) -> dict[str, Any]:
        """The rates of all states and unknowns where the last state was found, by their hidden names."""
        return rates(self.system, self._all_rates(t) * self.scale)

    def _all_rates(self, t: float) -> Floats:
        step = SMALL * abs(self._piece.end - self._piece.begin)
        low, high = sorted((self._piece.begin, self._piece.end))
        before, after = max(t - step, low), min(t + step, high)
        change = (self._equations(after, self._y, self._v) - self._equations(before, self._y, self._v)) / (
            after - before
        )
        found: Floats = np.linalg.solve(self._matrix(t), np.concatenate([-change, self._v]))[len(self._v) :]
        return found

    def _equations(self, t: float, y: Floats, v: Floats) -> Floats:
        inputs = self._piece.inputs(t)
        found: Floats = self._residual(t, y * self.scale, (self.seen.T @ v) * self.scale, inputs)
        return found

    def _matrix(self, t: float) -> Floats:
        """The derivative of the equations by v, then y."""
        given = {**self._piece.inputs(t), **rates(self.system, (self.seen.T @ self._v) * self.scale)}
        by_y = self._by_y(t, self._y * self.scale, given) * self.scale
        rank = len(self._v)
        return np.vstack([np.hstack([self._mass, by_y]), np.hstack([np.zeros((rank, rank)), self.seen])])

    def _solve(self, t: float, z: Floats) -> bool:
        """Newton's method from the last solution on: with the matrix of an earlier time as long as that converges."""
        before = self._v, self._y
        if self._inverse is not None and self._chords(t, z, self._inverse):
            return True
        self._v, self._y = before
        if self._steps(t, z):
            return True
        self._v, self._y = before
        self._inverse = None
        return False

    def _off(self, t: float, z: Floats) -> Floats:
        return np.concatenate([self._equations(t, self._y, self._v), self.seen @ self._y - z])

    def _chords(self, t: float, z: Floats, inverse: Floats) -> bool:
        last = np.inf
        while True:
            step = -inverse @ self._off(t, z)
            size = float(np.abs(step).max())
            if not size <= SLOWEST * last:
                return False
            self._move(step)
            if self._is_small(step):
                return True
            last = size

    def _steps(self, t: float, z: Floats) -> bool:
        """Steps are halved as long as they lead further away."""
        for _ in range(MOST_STEPS):
            matrix, off = self._matrix(t), self._off(t, z)
            if (np.abs(off) <= ROUNDING * np.abs(matrix) @ np.abs(np.concatenate([self._v, self._y]))).all():
                return True
            weight = np.abs(matrix).max(axis=1)
            try:
                self._inverse = np.linalg.inv(matrix / weight[:, None]) / weight
            except np.linalg.LinAlgError:
                return False
            step = -self._inverse @ off
            if not np.isfinite(step).all():
                return False
            self._move(step)
            if self._is_small(step):
                return True
            for _ in range(MOST_HALVINGS):
                if np.linalg.norm(self._off(t, z) / weight) <= np.linalg.norm(off / weight):
                    break
                step = step / 2
                self._move(-step)
        return False

    def _move(self, step: Floats) -> None:
        rank = len(self._v)
        self._v, self._y = self._v + step[:rank], self._y + step[rank:]

    def _is_small(self, step: Floats) -> bool:
        return bool((np.abs(step) <= ENOUGH * (1 + np.abs(np.concatenate([self._v, self._y])))).all())


def _row_space(mass: Floats) -> Floats:
    """Orthonormal rows that span those of the mass matrix, each of which counts alike."""
    largest = np.abs(mass).max(axis=1, keepdims=True)
    balanced = np.divide(mass, largest, out=np.zeros_like(mass), where=largest > 0)
    _, values, rows = np.linalg.svd(balanced)
    found: Floats = rows[values > RANK * values.max(initial=0.0)]
    return found


def _check(plan: Plan) -> None:
    """Refuse what cannot be reduced."""
    system = plan.system
    if not constant_mass(system.structure):
        raise InputError(
            f"The backend dae cannot run {system.name}: what its rates are multiplied by varies in a run.",
            code="varying-mass",
            remedy="Its residual can be evaluated: system.residual().",
        )
    strict = higher_index(system.structure)
    if strict:
        raise InputError(
            f"The backend dae cannot run {system.name}: at an instant its equations leave {', '.join(strict)} open,"
            f" which follows from how others move (its index is above 1){concerned(system.model.parts, strict)}.",
            code="high-index",
            remedy="A resistor between a voltage source and a capacitor, say, lowers the index.",
        )
