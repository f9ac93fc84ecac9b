"""`Field`: the rate of the flat vector of states, or what a step makes of it, with derivatives, for one state or many.

    field = Field.of(neurodyn.build("fitzhugh_nagumo"))
    field.values(x)                 # (size,) or (states, size)
    field.jacobian(x), field.jvp(x, v)

Every analysis of states (fixed points, exponents, basins, sections) reads a system through one of these. Derivatives
are taken in index notation, once for all values of a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.frozen import inputs_at, moves_with_time
from neurodyn.analysis.field.matrices import Matrices, matrices_of
from neurodyn.errors import InputError
from neurodyn.system.flowing import Flow
from neurodyn.system.jacobian import jacobian_of
from neurodyn.system.stepping import together
from neurodyn.system.system import System
from neurodyn.system.tangent import Tangent, tangent_function

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Field:
    """A system held at one instant, as a function of its states; made by `Field.of`.

    States are flat vectors of shape (size,), or (states, size) for many at once. Units are SI; `scales` says at which
    magnitude each coordinate counts as one.

    Attributes:
        system: what it is the field of.
        kind: `flow`, where values are rates, or `map`, where they are the states after a step.
        t, inputs: the instant, and the inputs at it.
        moving: what would make it another field at another instant; empty where it is autonomous.
        notes: what was left out or held still, in sentences that a report prints.
    """

    system: System
    kind: Literal["flow", "map"]
    t: float
    inputs: Mapping[str, Any]
    moving: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, system: System, at: Any = None) -> Field:
        """The field of a system.

        Args:
            at: the time at which it is held still; it must be said where the flow or step depends on time.

        Raises:
            InputError: for what is no function of the present states: constraints, delays, random draws of maps.
        """
        _check(system)
        moving = moves_with_time(system)
        if moving and at is None:
            raise InputError(
                f"{system.name} depends on time, through {', '.join(moving)}: its fixed points and slopes move.",
                code="not-autonomous",
                remedy="Say at which time it is held still: at=0.",
            )
        t = 0.0 if at is None else float(system.time("at", at))
        kind: Literal["flow", "map"] = "map" if system.model.discrete else "flow"
        return cls(system, kind, t, inputs_at(system, t), moving, _notes(system, moving, t))

    def held_at(self, t: float) -> Field:
        """The same field at another instant."""
        return replace(self, t=t, inputs=inputs_at(self.system, t), notes=_notes(self.system, self.moving, t))

    @property
    def size(self) -> int:
        """How many coordinates a state has."""
        return self.system.layout.size

    @property
    def scales(self) -> Array:
        """The magnitude at which each coordinate counts as one, shape (size,)."""
        return self.system.layout.scales

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of each coordinate, such as `x[3]`."""
        return tuple(self.system.layout.element(k) for k in range(self.size))

    def values(self, x: Array) -> Array:
        """The rate of each coordinate, or its value after a step; of the shape of x."""
        return self._flow[x.ndim - 1](self.t, x, self.inputs)

    def jacobian(self, x: Array) -> Array:
        """The derivatives of the values by the states: (size, size), or (states, size, size)."""
        return self._matrices(self.t, x, self.inputs)

    def matrix(self, x: Array) -> Any:
        """The Jacobian at one state as the system has it: a sparse array of SciPy where that pays, else an array."""
        return self._own(self.t, x, self.inputs)

    def jvp(self, x: Array, v: Array) -> Array:
        """The Jacobian at x times v, without the matrix; one of the two may be one for all rows of the other."""
        x, v = np.broadcast_arrays(x, v)
        return self._tangent[x.ndim - 1](self.t, x, v, self.inputs)

    def defect(self, x: Array) -> Array:
        """What is 0 at a fixed point: the rate, or how far a step moves a state."""
        return self.values(x) if self.kind == "flow" else self.values(x) - x

    def defect_jacobian(self, x: Array) -> Array:
        """The derivatives of the defect."""
        found = self.jacobian(x)
        return found if self.kind == "flow" else found - np.eye(self.size)

    @cached_property
    def _flow(self) -> tuple[Flow, Flow]:
        """For one state, and for many."""
        if self.kind == "flow":
            return self.system.flow(), self.system.flow(trials=True)
        return together(self.system, False), together(self.system, True)

    @cached_property
    def _tangent(self) -> tuple[Tangent, Tangent]:
        jacobian_of(self.system.structure)  # refuses what has no slopes
        return tangent_function(self.system, False), tangent_function(self.system, True)

    @cached_property
    def _matrices(self) -> Matrices:
        return matrices_of(self.system)

    @cached_property
    def _own(self) -> Any:
        return self.system.jacobian()


def _check(system: System) -> None:
    """Refuse what is no function of the present states."""
    structure, name = system.structure, system.name
    remedies = {
        "it has constraints": "Its equations can be read by system.residual().",
        "it reads earlier states": "A state of such a system is a whole stretch of the past.",
        "its steps draw random numbers": "It has no steps of its own without them.",
    }
    held = (structure.residuals, structure.remembered or structure.pasts, system.model.discrete and system.model.noise)
    for (why, remedy), is_so in zip(remedies.items(), held, strict=True):
        if is_so:
            raise InputError(f"{name} has no field of its present states: {why}.", code="no-field", remedy=remedy)


def _notes(system: System, moving: tuple[str, ...], t: float) -> tuple[str, ...]:
    """What a reader must know of a field."""
    structure, model = system.structure, system.model
    clipped = [n for n, declared in model.states.items() if declared.clip]
    told = {
        f"It is held at t = {t:.6g}: {', '.join(moving)} would change it.": moving,
        "White noise is left out: this is the drift.": structure.noisy,
        f"Events ({', '.join(model.events)}) are left out: this is the flow between them.": model.events,
        f"The bounds of {', '.join(clipped)} are left out.": clipped,
        "Units are updated one after the other; here all at once, which has the same fixed points.":
            structure.asynchronous,
    }  # fmt: skip
    return tuple(text for text, is_so in told.items() if is_so)
