"""Models with constraints: 0 = F(t, y, rate), with y the states and then the unknowns, and rate = dy/dt.

What an integrator of these differential-algebraic equations needs:

- F and its derivatives by y and by the rate. The second, the mass matrix, has zero columns for what has no rate, so no
  explicit method steps F itself. Where it is one matrix for all times and states (`constant_mass`), F is affine in the
  rate, and what the mass matrix sees of y follows an ordinary equation: the backend `dae` integrates that. Otherwise
  the method is an implicit one on F as it stands, such as backward differences with variable steps.
- a start that fulfils the equations. Guesses of unknowns need not: what the mass matrix sees of them is kept (the
  voltage on a capacitor), and the rest solved for, again after each edge of an input.
- index 1 (`system.index`): what the mass matrix sees, and the equations without rates, determine all variables at each
  instant. A capacitor beside a voltage source has a higher index: its current follows from the rate of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.letters import names_in, size_of
from neurodyn.errors import InputError
from neurodyn.program.lower import Output
from neurodyn.system.jacobian import Jacobian, assembled, derived
from neurodyn.system.layout import Layout
from neurodyn.system.structure import Structure, rate_name

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Residual = Callable[[float, Array, Array, Mapping[str, Any]], Array]
ResidualJacobian = Callable[[float, Array, Array, Mapping[str, Any]], tuple[Array, Array]]


def residual_function(system: System, trials: bool) -> Residual:
    """F(t, y, rate, inputs), flat; with trials one row each."""
    outputs = [Output(n, d.letters, d.expr) for n, d in _residuals(system).items()]
    bound, rows = system.bind(("residual", trials), outputs, trials), rows_of(system)

    def residual(t: float, y: Array, rate: Array, inputs: Mapping[str, Any]) -> Array:
        return rows.pack(bound(t, {**system.layout.unpack(y), **rates(system, rate), **inputs}), trials)

    return residual


def residual_jacobian(system: System) -> ResidualJacobian:
    """The derivatives of F by y and by the rate, both (size, size) at y and rate of shape (size,)."""
    _residuals(system)
    made = [derivative_by(system, by_rate) for by_rate in (False, True)]

    def jacobian(t: float, y: Array, rate: Array, inputs: Mapping[str, Any]) -> tuple[Array, Array]:
        given = {**rates(system, rate), **inputs}
        return made[0](t, y, given), made[1](t, y, given)

    return jacobian


def check_flow(structure: Structure) -> None:
    """Refuse to give the flow of what has none."""
    name = structure.model.name
    if structure.model.discrete:
        raise InputError(f"{name} is a map: it has no flow.", code="not-a-flow", remedy="Use step().")
    if structure.residuals:
        raise InputError(f"{name} has constraints: it has no flow.", code="not-a-flow", remedy="Use residual().")


def rates(system: System, rate: Array) -> dict[str, Array]:
    """The parts of a flat rate by their hidden names: `observe` takes them among the inputs."""
    return {rate_name(name): value for name, value in system.layout.unpack(rate).items()}


def blocks(structure: Structure, by_rate: bool) -> Jacobian:
    """The derivatives of the residuals by each variable, or by its rate, in index notation."""
    key = ("residual", by_rate)
    if key not in structure.compiled:
        name = rate_name if by_rate else str
        columns = {name(n): structure.letters(n) for n in structure.model.variables}
        structure.compiled[key] = derived(structure, structure.residuals, columns)
    found: Jacobian = structure.compiled[key]
    return found


def constant_mass(structure: Structure) -> bool:
    """Whether the mass matrix follows from parameters alone."""
    mass = blocks(structure, True)
    return all(names_in(o.expr).isdisjoint({*structure.dynamic, *mass.hidden}) for o in mass.outputs.values())


def _residuals(system: System) -> Mapping[str, Any]:
    if not system.structure.residuals:
        solved = system.structure.constrained is not None
        raise InputError(
            f"{system.name} has no constraints{' left' if solved else ''}, so it has no residual.",
            code="no-residual",
            remedy="Ask its system.constrained." if solved else "Use flow() or step().",
        )
    return system.structure.residuals


def derivative_by(system: System, by_rate: bool) -> Callable[[float, Array, Mapping[str, Any]], Array]:
    """One of the two derivatives: f(t, y, given), where `given` holds inputs and `rates`."""
    found = blocks(system.structure, by_rate)
    bound = system.bind(("residual jacobian", by_rate), list(found.outputs.values()), False, found.definitions)
    name = rate_name if by_rate else str
    columns = {name(n): shape for n, shape in zip(system.layout.names, system.layout.shapes, strict=True)}
    return assembled(bound, system.layout, list(found.outputs), rows_of(system), Layout.of(columns, {}))


def rows_of(system: System) -> Layout:
    """How the residuals lie in the flat vector."""
    residuals = system.structure.residuals
    shapes = {n: tuple(system.sizes[str(size_of(x))] for x in d.letters) for n, d in residuals.items()}
    return Layout.of(shapes, {})
