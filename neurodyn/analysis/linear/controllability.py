"""Whether inputs can steer a system close to a state: the reach of B under A, and the test of Popov, Belevitch, Hautus.

Of dz/dt = A z + B u (of a map, of a step) states in the span of B, A B, A^2 B, ... can be reached; its dimension is the
rank of Kalman. An eigenvalue l is out of reach if [l - A, B] has a rank below the number of states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.point import NEAR
from neurodyn.analysis.small_signal.slopes import Reader
from neurodyn.errors import InputError
from neurodyn.language.names import near

Array = NDArray[np.float64]
# What counts as 0, in terms of the sizes of A and of the columns of B.
CUTOFF = 1e-10


@dataclass(frozen=True, eq=False)
class Controllability:
    """What inputs can do to the states, in numbers: ranks are those of floating point, with `cutoff`.

    Attributes:
        inputs: the names of the inputs, those of many numbers once.
        matrix: B, the derivative of each rate by each number of an input, in SI units.
        basis: an orthonormal basis of the states that can be reached, as columns in terms of scales.
        out_of_reach: the eigenvalues of A that no input moves: those of what is left of A modulo the basis.
        is_stabilisable: whether what they stand for decays by itself, and is not near the border.
        distances: of each eigenvalue of A, the least singular value of [l - A, B], in terms of the size of A and with
            the columns of B at length 1: how far it is from being out of reach.
        cutoff: what counted as 0.
    """

    inputs: tuple[str, ...]
    matrix: Array
    basis: Array
    out_of_reach: tuple[complex, ...]
    is_stabilisable: bool
    distances: Array
    cutoff: float = CUTOFF

    @property
    def rank(self) -> int:
        """How many directions of states can be reached."""
        return len(self.basis.T)

    @property
    def is_controllable(self) -> bool:
        """Whether all can be."""
        return self.rank == len(self.basis)

    def __str__(self) -> str:
        names, count = ", ".join(self.inputs), len(self.basis)
        head = f"inputs {names} reach {self.rank} of {count} directions (cutoff {self.cutoff:g})"
        if self.is_controllable:
            return f"{head}; the least distance of an eigenvalue from being out of reach is {self.distances.min():.2g}"
        shown = ", ".join(f"{v.real:.6g}{v.imag:+.6g}i" if v.imag else f"{v.real:.6g}" for v in self.out_of_reach)
        return f"{head}; out of reach: {shown}; {'' if self.is_stabilisable else 'not '}stabilisable"


def controllability(field: Field, flat: Array, own: Array, values: Any, inputs: Sequence[str]) -> Controllability:
    """What inputs reach; `own` is the Jacobian in terms of scales, `values` its eigenvalues.

    Raises:
        InputError: for what is no input, and where none is given.
    """
    system = field.system
    known = [*system.signals]
    for name in inputs:
        if name not in known:
            raise InputError(
                f"{system.name} has no input {name}.",
                code="unknown-quantity",
                remedy=near(name, known)
                or f"Inputs: {', '.join(known) or 'none'}. A parameter becomes one by a signal.",
            )
    if not inputs:
        raise InputError("No input is named.", code="no-input", remedy=f"Inputs: {', '.join(known) or 'none'}.")
    read = Reader(system, field.t, {**system.layout.unpack(flat), **field.inputs})
    rows = {**system.structure.flows, **system.structure.maps}
    ordered = {n: rows[n] for n in system.layout.names}
    matrix = read.matrix(ordered, [*inputs])
    drive = matrix / field.scales[:, None]
    lengths = np.linalg.norm(drive, axis=0)
    drive = drive[:, lengths > 0] / lengths[lengths > 0]
    size = float(np.linalg.norm(own, 2)) or 1.0
    eye = np.eye(len(own))
    distances = [
        np.linalg.svd(np.hstack([(v * eye - own) / size, drive]), compute_uv=False)[-1] for v in np.atleast_1d(values)
    ]
    basis = _reach(own / size, drive)
    rest = np.linalg.qr(np.hstack([basis, eye]))[0][:, basis.shape[1] :]
    left = np.linalg.eigvals(rest.T @ own @ rest).astype(complex)
    decays = bool(((np.abs(left) - 1 if field.kind == "map" else left.real) < -NEAR * size).all())
    return Controllability(tuple(inputs), matrix, basis, tuple(left.tolist()), decays, np.array(distances))


def _reach(a: Array, drive: Array) -> Array:
    """An orthonormal basis of the span of B, A B, A^2 B, ..."""
    basis, new = np.empty((len(a), 0)), drive
    while new.shape[1] and basis.shape[1] < len(a):
        for _ in range(2):  # twice, for what rounding leaves
            new = new - basis @ (basis.T @ new)
        left, sizes, _ = np.linalg.svd(new, full_matrices=False)
        new = left[:, sizes > CUTOFF]
        basis = np.hstack([basis, new])
        new = a @ new
    return basis
