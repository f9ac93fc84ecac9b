"""Invariant manifolds of saddles in a plane: trajectories that leave along an eigenvector, or come in along it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.integrate import solve_ivp

if TYPE_CHECKING:
    from neurodyn.analysis.field.field import Array, Field

# How far from the saddle a branch begins, in widths of what is shown, and how many times it grows by e at most.
_BEGIN, _GROWTHS = 1e-5, 60.0


class Branch(NamedTuple):
    """One side of a manifold.

    Attributes:
        path: states on it, (points, 2), the saddle first.
        broken: whether the integrator could not go on.
    """

    path: Array
    broken: bool


def manifolds(field: Field, saddle: Array, way: str, spans: Array) -> list[Branch]:
    """The two branches of the stable or unstable manifold of a saddle, within the spans.

    Of the stable one, trajectories are followed backwards in time.
    """
    sign = 1.0 if way == "unstable" else -1.0
    widths = spans[:, 1] - spans[:, 0]
    values, vectors = np.linalg.eig(field.jacobian(saddle))
    k = int(np.argmax(sign * values.real))
    along = vectors[:, k].real / np.linalg.norm(vectors[:, k].real / widths)

    def rate(t: float, x: Array) -> Array:
        return sign * field.values(x) / widths

    def outside(t: float, z: Array) -> float:
        at = (z * widths - spans[:, 0]) / widths
        return float(min((at + 0.1).min(), (1.1 - at).min()))

    outside.terminal = True  # type: ignore[attr-defined]
    until = _GROWTHS / abs(values[k].real)
    branches = []
    for turn in (1.0, -1.0):
        begin = (saddle + turn * _BEGIN * along) / widths
        with np.errstate(all="ignore"):
            run = solve_ivp(lambda t, z: rate(t, z * widths), (0.0, until), begin, events=outside, rtol=1e-8,
                            atol=1e-10, max_step=until / 200)  # fmt: skip
        path = run.y.T * widths
        branches.append(Branch(np.vstack([saddle, path[np.isfinite(path).all(axis=1)]]), run.status < 0))
    return branches
