"""Where a system stands still with its inputs held: the operating point of a circuit, a fixed point of a flow.

Newton's method, whose steps are halved as long as they lead away, from a guess; where that fails, the inputs are raised
from 0 bit by bit, each time from the point before. All is in terms of scales, and rows of equations have like weight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.model.circuits import law_at, potential
from neurodyn.system.residual import derivative_by, rates, rows_of

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Made = Callable[[Array, float], Array]
MOST_STEPS, MOST_HALVINGS = 100, 40
ENOUGH = 1e-10  # the last step but one of Newton's method, relative
FIRST_RISE, LEAST_RISE = 0.25, 1e-4  # of the inputs


@dataclass(frozen=True, eq=False)
class Standing:
    """What is 0 where a system stands still; made by `Standing.of`.

    Attributes:
        system: of a circuit, as its constraints say it.
        off, matrix: f(y, part) with a part of the inputs, and its derivative by y; flat, in SI units.
        scales: at which each coordinate counts as one.
        held: the place of each coordinate that is held, with the row whose place its value takes.
    """

    system: System
    off: Made
    matrix: Made
    scales: Array
    held: Mapping[int, tuple[int, float]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, system: System, t: float, inputs: Mapping[str, Any], held: Mapping[str, float] | None = None
    ) -> Standing:
        """The equations at an instant, with the inputs at it.

        Args:
            held: potentials of nodes, by name, that a current from outside holds.
        """
        if system.structure.residuals:
            off, matrix = _constrained(system, t, inputs)
        else:
            off, matrix = _flowing(system, t, inputs)
        return cls(system, off, matrix, system.layout.scales, _places(system, held or {}))

    def find(self, guess: Array) -> Array | None:
        """The point that Newton's method comes to; None where it comes to none."""
        if not self._off(guess, 1.0).any():
            return guess
        found = self.newton(guess)
        return self._raised(np.zeros_like(guess)) if found is None else found

    def newton(self, guess: Array, part: float = 1.0) -> Array | None:
        """Newton's method with a part of the inputs."""
        y = np.array(guess)
        with np.errstate(all="ignore"):
            for _ in range(MOST_STEPS):
                matrix, off = self._matrix(y, part), self._off(y, part)
                weight = np.abs(matrix).max(axis=1)
                weight[weight == 0] = 1.0
                try:
                    step = -np.linalg.solve(matrix / weight[:, None], off / weight)
                except np.linalg.LinAlgError:
                    return None
                if not np.isfinite(step).all():
                    return None
                if (np.abs(step) <= ENOUGH * (1 + np.abs(y / self.scales))).all():
                    return y + step * self.scales
                there = self._nearer(y, step, weight, off, part)
                if there is None:
                    return None
                y = there
        return None

    def _nearer(self, y: Array, step: Array, weight: Array, off: Array, part: float) -> Array | None:
        """A step, halved until it leads no further away."""
        size = np.linalg.norm(off / weight)
        for _ in range(MOST_HALVINGS):
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

    def _off(self, y: Array, part: float) -> Array:
        found = self.off(y, part)
        for place, (row, value) in self.held.items():
            found[row] = (y[place] - part * value) / self.scales[place]
        return found

    def _matrix(self, y: Array, part: float) -> Array:
        found = self.matrix(y, part) * self.scales
        for place, (row, _) in self.held.items():
            found[row] = np.arange(len(y)) == place
        return found


def _constrained(system: System, t: float, inputs: Mapping[str, Any]) -> tuple[Made, Made]:
    residual, by_y, still = system.residual(), derivative_by(system, False), np.zeros(system.layout.size)
    return (
        lambda y, part: residual(t, y, still, _scaled(inputs, part)),
        lambda y, part: by_y(t, y, {**_scaled(inputs, part), **rates(system, still)}),
    )


def _flowing(system: System, t: float, inputs: Mapping[str, Any]) -> tuple[Made, Made]:
    flow, jacobian = system.flow(), system.jacobian(sparse=False)
    return (
        lambda y, part: flow(t, y, _scaled(inputs, part)),
        lambda y, part: jacobian(t, y, _scaled(inputs, part)),
    )


def _scaled(inputs: Mapping[str, Any], part: float) -> Mapping[str, Any]:
    return inputs if part == 1 else {name: part * np.asarray(value) for name, value in inputs.items()}


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
