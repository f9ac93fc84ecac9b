"""The largest ellipsoid around a stable point in which a quadratic function of Lyapunov falls: a part of its basin.

With A the Jacobian at the point and A'P + PA = -Q, V = x'Px falls near it (x from the point on). All states with
V < level come to the point if dV/dt < 0 at each of them but the point, and the largest such level is that of the
lowest place where dV/dt is 0 (Genesio, Tartaglia and Vicino 1985, IEEE Trans. Automat. Contr. 30:747).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_continuous_lyapunov
from scipy.optimize import minimize
from scipy.stats import norm, qmc

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.basins.inside import falls_inside
from neurodyn.analysis.basins.points import eigenvalues_at, polished, side
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.verdict import Verdict
from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.system.build import built
from neurodyn.system.system import System

Array = NDArray[np.float64]
# Directions that are gone along, steps along each, how far they go in units of scales, and places that are polished.
DIRECTIONS, STEPS, FARTHEST, POLISHED = 2048, 400, 1e3, 12
# The share of the level that is shown by intervals: at the level itself dV/dt is 0.
SHOWN = 1 - 2.0**-7


@dataclass(frozen=True, eq=False, repr=False)
class Ellipsoid(AsText):
    """The states x with (x - point)' matrix (x - point) < level.

    Attributes:
        point: a stable fixed point, (size,), in SI units as all that follows.
        matrix: P with A'P + PA = -Q.
        level: the largest found at which V falls inside; infinite if dV/dt is 0 nowhere that was looked at.
        contact: where dV/dt is 0 on it; NaN if there is no such place.
        volume: of the ellipsoid (of two states its area).
        verdict, reason: proved for `SHOWN` of the level if intervals show it there, else searched.
    """

    system: System
    point: Array
    matrix: Array
    level: float
    contact: Array
    volume: float
    verdict: Verdict
    reason: str

    def __str__(self) -> str:
        names = [self.system.layout.element(k) for k in range(len(self.point))]
        told = ", ".join(f"{n} = {v:.6g}" for n, v in zip(names, self.point, strict=True))
        rows = "\n".join("  " + "  ".join(f"{v: .6g}" for v in row) for row in self.matrix)
        lines = [f"V = x'Px falls for V < {self.level:.10g} around {told}: volume {self.volume:.8g}", "P ="]
        return "\n".join([*lines, rows, f"{self.verdict}: {self.reason}"])

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "model": self.system.name,
            "point": self.point.tolist(),
            "matrix": self.matrix.tolist(),
            "level": self.level,
            "contact": self.contact.tolist(),
            "volume": self.volume,
            "verdict": str(self.verdict),
            "reason": self.reason,
        }


def basin_ellipsoid(
    system: System | Model | str, *, near: Mapping[str, ArrayLike] | None = None, seed: int = 0
) -> Ellipsoid:
    """The largest ellipsoid around a stable fixed point of a flow in which x'Px falls, with P from the Jacobian.

    Q is diagonal with the squares of the largest scale of a state over its own: the unit matrix where scales are equal.

    Args:
        system: an autonomous flow, or its model, or the name of one.
        near: states from which Newton's method looks for the point; by default those of the start.
        seed: of the directions in which it is looked where V stops falling.

    Raises:
        InputError: for maps, for flows that move with time, and where there is no stable point.
    """
    system = built(system)
    field = Field.of(system)
    if field.kind == "map":
        raise InputError(f"{system.name} is a map.", code="no-flow", remedy="Take a flow; `basins` is for maps too.")
    point = polished(field, system.start(near, seed=seed)[None])[0]
    if np.isnan(point).any() or side(field, eigenvalues_at(field, point)) >= 0:
        raise InputError(
            f"Newton's method finds no stable fixed point of {system.name} from there.",
            code="no-stable-point",
            remedy="Say where to look: near={'x': ...}; `fixed_points` lists them.",
        )
    scales = field.scales
    matrix = solve_continuous_lyapunov(field.jacobian(point).T, -np.diag((scales.max() / scales) ** 2))
    falling = _Falling(field, point, (matrix + matrix.T) / 2)
    contact = falling.lowest(seed)
    level = math.inf if np.isnan(contact).any() else float(contact @ falling.matrix @ contact)
    verdict, reason = Verdict.SEARCHED, f"{DIRECTIONS} directions, the {POLISHED} lowest places polished"
    if math.isfinite(level):
        shown = falls_inside(field, point, falling.matrix, SHOWN * level)
        if shown:
            verdict, reason = Verdict.PROVED, f"for {100 * SHOWN:.4g} % of the level, by {shown:,} boxes of intervals"
    return Ellipsoid(
        system, point, falling.matrix, level, point + contact, _volume(falling.matrix, level), verdict, reason
    )


def _volume(matrix: Array, level: float) -> float:
    n = len(matrix)
    ball = math.pi ** (n / 2) / math.gamma(n / 2 + 1)
    return float(ball * level ** (n / 2) / math.sqrt(np.linalg.det(matrix)))


@dataclass(frozen=True, eq=False)
class _Falling:
    """How V = x'Px changes, x from the point on."""

    field: Field
    point: Array
    matrix: Array

    def rates(self, x: Array) -> Array:
        """dV/dt at (states, size)."""
        with np.errstate(all="ignore"):
            return np.asarray(2 * np.einsum("...i,ij,...j", x, self.matrix, self.field.values(self.point + x)))

    def slope(self, x: Array) -> Array:
        """The gradient of dV/dt."""
        here = self.point + x
        return np.asarray(2 * (self.matrix @ self.field.values(here) + self.field.jacobian(here).T @ self.matrix @ x))

    def lowest(self, seed: int) -> Array:
        """The place with the least V at which dV/dt is 0; NaN where there is none."""
        size, scales = len(self.point), self.field.scales
        sobol = qmc.Sobol(size, seed=np.random.default_rng(seed)).random(DIRECTIONS)
        normal = norm.ppf(np.clip(sobol, 1e-12, 1 - 1e-12))
        units = normal / np.linalg.norm(normal, axis=1)[:, None]
        way = np.linalg.solve(np.linalg.cholesky(self.matrix).T, units.T).T  # V is 1 at the end of each
        way *= (np.sqrt(np.diag(self.matrix)) * scales).max()
        radii = np.geomspace(1e-3, FARTHEST, STEPS)
        first = np.full(len(way), np.inf)
        for radius in radii:
            up = (self.rates(radius * way) >= 0) & np.isinf(first)
            first[up] = radius
            if (~np.isinf(first)).any() and radius > 4 * first.min():
                break
        best = np.full(size, np.nan)
        for k in np.argsort(first)[:POLISHED]:
            if np.isfinite(first[k]):
                found = self._polished(first[k] * way[k])
                if found is not None and not found @ self.matrix @ found >= best @ self.matrix @ best:
                    best = found
        return best

    def _polished(self, x: Array) -> Array | None:
        """A place near x with dV/dt = 0 and the least V; None if iterations do not come to one."""
        unit, size = float(x @ self.matrix @ x), np.abs(x).max()
        found = minimize(
            lambda z: (size * z) @ self.matrix @ (size * z) / unit,
            x / size,
            jac=lambda z: 2 * size**2 * self.matrix @ z / unit,
            constraints={
                "type": "eq",
                "fun": lambda z: self.rates(size * z) / unit,
                "jac": lambda z: size * self.slope(size * z) / unit,
            },
            method="SLSQP",
            options={"ftol": 1e-15, "maxiter": 300},
        )
        place = np.asarray(size * found.x)
        settled = abs(float(self.rates(place))) <= 1e-9 * unit and float(place @ self.matrix @ place) > 1e-6 * unit
        return place if settled else None
