"""Where a system stands still with its inputs held: the operating point of a circuit, a fixed point of a flow.

Newton's method, whose steps are halved as long as they lead away, from a guess; where that fails, the inputs are raised
from 0 bit by bit, each time from the point before. All is in terms of scales, and rows of equations have like weight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.model.circuits import law_at, potential
from neurodyn.system.residual import derivative_by, rates, rows_of

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Given = Mapping[str, Any]
MOST_STEPS, MOST_HALVINGS = 100, 40
FEW_STEPS, FEW_HALVINGS = 12, 4  # from a guess that should be close
ENOUGH = 1e-10  # the last step but one of Newton's method, relative
SINGULAR, LEAST_SHARE = 1e-14, 1e-6  # of the largest singular value, that is 0; of a vector, that counts
FIRST_RISE, LEAST_RISE = 0.25, 1e-4  # of the inputs


@dataclass(frozen=True, eq=False)
class Equations:
    """f(y, inputs): what is 0 where a system stands still, its derivatives by y and by the rate; flat, in SI units."""

    off: Callable[[Array, Given], Array]
    matrix: Callable[[Array, Given], Array]
    mass: Callable[[Array, Given], Array]


@dataclass(frozen=True, eq=False)
class Standing:
    """A system with its inputs held; made by `Standing.of`.

    Attributes:
        system: of a circuit, as its constraints say it.
        equations, inputs: what must be 0, and what it reads.
        held: the place of each coordinate that is held, with the row whose place its value takes.
    """

    system: System
    equations: Equations
    inputs: Given
    held: Mapping[int, tuple[int, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, system: System, t: float, inputs: Given, held: Mapping[str, float] | None = None) -> Standing:
        """The system at an instant, with the inputs at it.

        Args:
            held: potentials of nodes, by name, that a current from outside holds.
        """
        equations = _constrained(system, t) if system.structure.residuals else _flowing(system, t)
        return cls(system, equations, inputs, _places(system, held or {}))

    def under(self, inputs: Given) -> Standing:
        """The same with other inputs."""
        return replace(self, inputs=inputs)

    @property
    def scales(self) -> Array:
        """At which each coordinate counts as one."""
        return self.system.layout.scales

    def mass(self, y: Array) -> Array:
        """The derivative of what is 0 by the rate."""
        return self.equations.mass(y, self.inputs)

    def matrix(self, y: Array) -> Array:
        """Its derivative by the state."""
        return self.equations.matrix(y, self.inputs)

    def find(self, guess: Array) -> Array | None:
        """The point that Newton's method comes to; None where it comes to none."""
        if not self._off(guess, 1.0).any():
            return guess
        found = self.newton(guess)
        return self._raised(np.zeros_like(guess)) if found is None else found

    def found(self, guess: Array) -> Array:
        """The point.

        Raises:
            InputError: where none is found, with what is left open there.
        """
        point = self.find(guess)
        if point is not None:
            return point
        loose, name = self._loose(guess), self.system.name
        if loose:
            raise InputError(
                f"Where {name} stands still nothing fixes {', '.join(loose)}.",
                code="no-operating-point",
                remedy="Capacitors pass no current there: a large resistor to gnd fixes it, or a start from guesses.",
            )
        raise InputError(
            f"No state was found at which {name} stands still.",
            code="no-operating-point",
            remedy="Give guesses that are closer to one.",
        )

    def _loose(self, y: Array) -> list[str]:
        """The coordinates that the equations leave open, to first order."""
        matrix = self._matrix(y, 1.0)
        if not np.isfinite(matrix).all():
            return []
        _, sizes, rows = np.linalg.svd(matrix / _weights(matrix)[:, None])
        open_ones = np.abs(rows[sizes <= SINGULAR * sizes.max()]).max(axis=0, initial=0.0) > LEAST_SHARE
        return [self.system.layout.element(int(k)) for k in np.flatnonzero(open_ones)]

    def tangent(self, y: Array, there: Standing) -> Array | None:
        """How far the point moves, to first order, where the equations become those of another one."""
        matrix, change = self._matrix(y, 1.0), there._off(y, 1.0) - self._off(y, 1.0)
        step = _solved(matrix, change)
        return None if step is None else step * self.scales

    def moved(self, before: Array, inertia: Array) -> Array | None:
        """The state after a step of implicit Euler, whose mass over its length is the inertia."""
        still = self.equations
        moving = Equations(
            lambda y, given: still.off(y, given) + inertia @ (y - before),
            lambda y, given: still.matrix(y, given) + inertia,
            still.mass,
        )
        return replace(self, equations=moving).near(before)

    def near(self, guess: Array) -> Array | None:
        """The point that a few steps of Newton's method come to."""
        return self.newton(guess, steps=FEW_STEPS, halvings=FEW_HALVINGS)

    def newton(
        self, guess: Array, part: float = 1.0, steps: int = MOST_STEPS, halvings: int = MOST_HALVINGS
    ) -> Array | None:
        """Newton's method with a part of the inputs."""
        y = np.array(guess)
        with np.errstate(all="ignore"):
            for _ in range(steps):
                matrix, off = self._matrix(y, part), self._off(y, part)
                step, weight = _solved(matrix, off), _weights(matrix)
                if step is None:
                    return None
                if (np.abs(step) <= ENOUGH * (1 + np.abs(y / self.scales))).all():
                    return y + step * self.scales
                there = self._nearer(y, step, weight, off, part, halvings)
                if there is None:
                    return None
                y = there
        return None

    def _nearer(self, y: Array, step: Array, weight: Array, off: Array, part: float, halvings: int) -> Array | None:
        """A step, halved until it leads no further away."""
        size = np.linalg.norm(off / weight)
        for _ in range(halvings):
            there = y + step * self.scales
            if np.linalg.norm(self._off(there, part) / weight) <= size:
                return np.asarray(there)
            step = step / 2
        return None

    def _raised(self, y: Array) -> Array | None:
        part, rise = 0.0, FIRST_RISE
        found = self.newton(y, 0.0)
        while found is not None and part < 1:
            there = self.newton(found, min(1.0, part + rise))
            if there is None:
                rise /= 4
                if rise < LEAST_RISE:
                    return None
                continue
            part, found, rise = min(1.0, part + rise), there, 2 * rise
        return found

    def _part(self, part: float) -> Given:
        return self.inputs if part == 1 else {name: part * np.asarray(value) for name, value in self.inputs.items()}

    def _off(self, y: Array, part: float) -> Array:
        found = self.equations.off(y, self._part(part))
        for place, (row, value) in self.held.items():
            found[row] = (y[place] - part * value) / self.scales[place]
        return found

    def _matrix(self, y: Array, part: float) -> Array:
        found = self.equations.matrix(y, self._part(part)) * self.scales
        for place, (row, _) in self.held.items():
            found[row] = np.arange(len(y)) == place
        return found


def _weights(matrix: Array) -> Array:
    found: Array = np.abs(matrix).max(axis=1)
    return np.where(found > 0, found, 1.0)


def _solved(matrix: Array, off: Array) -> Array | None:
    """The step that takes what is off to 0; None where there is none."""
    weight = _weights(matrix)
    try:
        step = -np.linalg.solve(matrix / weight[:, None], off / weight)
    except np.linalg.LinAlgError:
        return None
    return np.asarray(step) if np.isfinite(step).all() else None


def _constrained(system: System, t: float) -> Equations:
    residual, by_y, by_rate = system.residual(), derivative_by(system, False), derivative_by(system, True)
    still = np.zeros(system.layout.size)
    named = rates(system, still)
    return Equations(
        lambda y, given: residual(t, y, still, given),
        lambda y, given: by_y(t, y, {**given, **named}),
        lambda y, given: by_rate(t, y, {**given, **named}),
    )


def _flowing(system: System, t: float) -> Equations:
    flow, jacobian = system.flow(), system.jacobian(sparse=False)
    return Equations(
        lambda y, given: flow(t, y, given), lambda y, given: jacobian(t, y, given), lambda y, given: -np.eye(len(y))
    )


def _places(system: System, held: Mapping[str, float]) -> dict[int, tuple[int, float]]:
    layout, rows, found = system.layout, rows_of(system), {}
    for name, value in held.items():
        law = law_at(system.model.constraints, name.removesuffix(potential("")))
        if name not in layout.names or law is None:
            raise InputError(
                f"{name} is no potential of a node of {system.name}, so it cannot be held.",
                code="no-node",
                remedy=f"There are: {', '.join(n for n in layout.names if n.endswith(potential('')))}.",
            )
        found[layout.offsets[layout.names.index(name)]] = (rows.offsets[rows.names.index(law)], value)
    return found
