"""`linearise`: a system close to a state: its Jacobian in symbols and numbers, eigenvalues, directions, covariance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import shorten
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.point import NEAR, Eigenvalues, FixedPoint, Stability, stability
from neurodyn.analysis.linear.controllability import Controllability, controllability
from neurodyn.analysis.linear.covariance import covariance
from neurodyn.analysis.linear.told import in_latex, told
from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.system.system import System

Array = NDArray[np.float64]
WIDTH = 108
Side = Literal["stable", "unstable", "centre"]


@dataclass(frozen=True, eq=False, repr=False)
class Linearisation:
    """A flow or map at a state, to first order; made by `linearise`.

    Attributes:
        field: what was linearised, and the instant.
        flat: the state, in one vector.
        jacobian: (size, size), in SI units.
        values, vectors: its eigenvalues and eigenvectors (columns, in terms of the scales of states).
        stability: what the eigenvalues say; those within 1e-8 of the size of the Jacobian are undecided, never stable.
        residual: the largest rate there, in terms of scales: eigenvalues tell of stability at a fixed point alone.
        control: what the inputs that were named can reach.
    """

    field: Field
    flat: Array
    jacobian: Array
    values: NDArray[np.complex128]
    vectors: NDArray[np.complex128]
    stability: Stability
    residual: float
    control: Controllability | None = None

    @property
    def state(self) -> Mapping[str, Array]:
        """The value of each state, by name."""
        return self.field.system.layout.unpack(self.flat)

    @property
    def eigenvalues(self) -> tuple[Eigenvalues, ...]:
        """Clusters of eigenvalues; of a map, multipliers."""
        return self.stability.eigenvalues

    @cached_property
    def symbolic(self) -> dict[str, str]:
        """The blocks of the Jacobian that are not zero, in index notation: text by `x[i] by x[i1]`, row and column."""
        return told(self.field.system)

    def directions(self, side: Side) -> Array:
        """An orthonormal basis of the stable, unstable or undecided directions, as columns in terms of scales."""
        from scipy.linalg import schur

        scales, size = self.field.scales, float(np.abs(self.values).max(initial=0.0))

        def wanted(re: Any, im: Any = 0.0) -> bool:
            off = abs(complex(re, im)) - 1 if self.field.kind == "map" else float(re)
            own = "centre" if abs(off) <= NEAR * size else "unstable" if off > 0 else "stable"
            return own == side

        _, basis, count = schur(self.jacobian * scales / scales[:, None], output="real", sort=wanted)
        return np.asarray(basis[:, :count])

    @property
    def slow(self) -> Array:
        """The direction that returns or leaves slowest, of length 1 in terms of scales; of a pair, its real part."""
        off = np.abs(np.log(np.abs(self.values))) if self.field.kind == "map" else np.abs(self.values.real)
        way = self.vectors[:, int(off.argmin())].real
        return np.asarray(way / np.linalg.norm(way))

    def to_latex(self) -> str:
        """The Jacobian in symbols, block by block: the body of an `aligned` environment."""
        return in_latex(self.field.system)

    def _repr_latex_(self) -> str:
        return f"$$\\begin{{aligned}}\n{self.to_latex()}\n\\end{{aligned}}$$"

    def covariance(self) -> Array:
        """The stationary covariance of the states under the white noise of a flow, in SI units.

        It solves J S + S J' + G G' = 0, with the factors G of the noise at this state: exact for linear flows with
        additive noise, the linear approximation to it otherwise.

        Raises:
            InputError: where there is no noise, the state is no fixed point, or it is not stable.
        """
        if self.residual > 1e-6 or not self.stability.is_stable:
            raise InputError(
                f"There is no stationary covariance of {self.field.system.name} here: the state is no stable fixed "
                "point.",
                code="no-covariance",
                remedy="Take a stable point of fixed_points(system).",
            )
        return covariance(self.field, self.flat, self.jacobian)

    @property
    def text(self) -> str:
        """The report as text."""
        found, system = self.stability, self.field.system
        word = "multipliers" if found.is_map else "eigenvalues"
        shown = ", ".join(map(str, self.eigenvalues[:8])) + (", ..." if len(self.eigenvalues) > 8 else "")
        there = found.kind if self.residual <= 1e-6 else f"no fixed point: the rate is {self.residual:.2g} in scales"
        sides = f"{found.stable} stable, {found.unstable} unstable, {found.undecided} undecided directions"
        blocks = [f"d({left.replace(' by ', ')/d(')}) = {right}" for left, right in self.symbolic.items()]
        control = [] if self.control is None else [f"  {self.control}"]
        return "\n".join([f"{system.name}, linearised: {there}", *(f"  {note}" for note in self.field.notes),
                          f"  {word} {shown}", f"  {sides}", *control,
                          *(f"  {shorten(b, WIDTH)}" for b in blocks)])  # fmt: skip

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def linearise(
    system: System | Model | str,
    state: FixedPoint | Mapping[str, Any] | None = None,
    *,
    at: Any = None,
    inputs: Sequence[str] = (),
) -> Linearisation:
    """A flow or map at a state, to first order.

    Args:
        system: a system, or the name of a model.
        state: a fixed point, or values of states by name; those that are not named are at their start.
        at: the time at which a system that depends on time, or its inputs, is held still.
        inputs: the names of those inputs of which it is told what they can reach, as `control`.
    """
    from neurodyn.system.build import built

    system = built(system)
    field = Field.of(system, at)
    flat = state.flat if isinstance(state, FixedPoint) else system.start(state or {})
    jacobian, scales = field.jacobian(flat), field.scales
    own = jacobian * scales / scales[:, None]
    values, vectors = np.linalg.eig(own)
    found = stability(values.astype(complex), float(np.linalg.norm(own, 2)), field.kind == "map")
    if isinstance(state, FixedPoint) and state.period == 1:
        found = state.stability  # counted by balls, where the point is proved
    residual = float(np.abs(field.defect(flat) / scales).max())
    values, vectors = values.astype(complex), vectors.astype(complex)
    control = controllability(field, flat, own, values, inputs) if inputs else None
    return Linearisation(field, flat, jacobian, values, vectors, found, residual, control)
