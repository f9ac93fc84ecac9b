"""How far steps down the energy of random features part from steps down the exact energy, with a bound.

One step of size a <= 1 takes two points at most 1 + a*(beta*rho - 1) times as far apart, rho being at least the largest
eigenvalue of the covariance of the memories under their weights on the line between the points: the exact energy has
the second derivative I - beta*Cov. A gradient that is off by at most d adds a*d. So after L steps from one start the
two paths are at most a*d*((1 + a*r)**L - 1)/(a*r) apart, with r = max(beta*rho - 1, -1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.features.given import plain, points
from neurodyn.analysis.features.memory import FeatureMemory
from neurodyn.errors import InputError

Array = NDArray[np.float64]
# At how many points of each line between the paths the covariance is taken.
SAMPLES = 5


@dataclass(frozen=True, eq=False, repr=False)
class Divergence(AsText):
    """Two paths from one start, and how far apart they can be.

    Attributes:
        exact, features: the paths down the one and the other energy, (steps + 1, numbers).
        alpha: the size of a step.
        off: by how much the gradients differ at most, along the path of the features.
        rho: the largest variance of the memories in any direction, at points between the paths.
        rho_anyway: the square of the largest distance between memories, over 4: it is at least that, at all states.
    """

    memory: FeatureMemory
    exact: Array
    features: Array
    alpha: float
    off: float
    rho: float
    rho_anyway: float

    @property
    def distance(self) -> Array:
        """Between the paths, after each step."""
        return np.asarray(np.linalg.norm(self.exact - self.features, axis=1))

    @property
    def bound(self) -> Array:
        """Of that distance, with the variance as it was met between the paths."""
        return self._bound(self.rho)

    @property
    def bound_anyway(self) -> Array:
        """Of that distance, with the variance that no state exceeds."""
        return self._bound(self.rho_anyway)

    def _bound(self, rho: float) -> Array:
        steps, rate = np.arange(len(self.exact)), self.alpha * max(self.memory.beta * rho - 1, -1.0)
        with np.errstate(over="ignore", divide="ignore"):
            grown = steps if rate == 0 else np.expm1(steps * np.log1p(rate)) / rate
        return np.asarray(self.alpha * self.off * grown)

    def __str__(self) -> str:
        steps = len(self.exact) - 1
        return "\n".join([
            f"{steps} steps of {self.alpha:g} down the energy of {self.memory.kind} features and down the exact one",
            f"  they end {self.distance[-1]:.3g} apart, at most {self.distance.max():.3g}; "
            f"gradients differ by up to {self.off:.3g}",
            f"  bound {self.bound[-1]:.3g}, with the variance {self.rho:.3g} met between the paths "
            f"({SAMPLES} points of each line)",
            f"  bound {self.bound_anyway[-1]:.3g}, with {self.rho_anyway:.3g}, which no state exceeds",
        ])  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "kind": self.memory.kind, "steps": len(self.exact) - 1, "alpha": self.alpha,
            "distance": plain(self.distance), "bound": plain(self.bound), "bound_anyway": plain(self.bound_anyway),
            "off": self.off, "rho": self.rho, "rho_anyway": self.rho_anyway,
        }  # fmt: skip


def divergence(
    memory: FeatureMemory, start: ArrayLike, *, alpha: float, steps: int, clamp: ArrayLike = 0.0
) -> Divergence:
    """Steps down both energies from one start.

    Args:
        memory: with a logarithm in its energy.
        start: where both begin.
        alpha: the size of a step, above 0 and at most 1.
        clamp: 1 for each number that is held.

    Raises:
        InputError: for other sizes of steps, and without the logarithm: the bound does not hold there.
    """
    if not 0 < alpha <= 1 or steps < 1:
        raise InputError(
            f"The bound is not for {steps} steps of {alpha:g}.",
            code="bad-steps",
            remedy="Give steps of a size above 0 and at most 1, one or more.",
        )
    if not memory.log:
        raise InputError(
            "The bound is for energies with a logarithm.", code="no-logarithm", remedy="Take a memory with log=True."
        )
    first, held = points("start", start, memory.memories), np.asarray(clamp, dtype=float)
    if len(first) > 1:
        raise InputError("There are several starts.", code="bad-points", remedy="Give one.")
    if held.shape not in ((), first.shape[1:]) or not np.isin(held, (0, 1)).all():
        raise InputError(
            "The clamp is not 0 or 1 for each number.", code="bad-clamp", remedy=f"Give {first.size} of them."
        )
    moves = 1 - np.broadcast_to(held, first.shape[1:])
    exact, features, off, rho = [first], [first], 0.0, 0.0
    for _ in range(steps):
        v, w = exact[-1], features[-1]
        slope = memory.gradient(w)
        off = max(off, float(np.linalg.norm(moves * (slope - memory.exact_gradient(w)))))
        line = v + np.linspace(0, 1, SAMPLES)[:, None] * (w - v)
        rho = max(rho, *(_variance(memory, one, moves) for one in line))
        exact.append(v - alpha * moves * memory.exact_gradient(v))
        features.append(w - alpha * moves * slope)
    xi = memory.memories[memory.weighing > 0]
    widest = max(float(((xi - one) ** 2).sum(axis=1).max()) for one in xi)
    return Divergence(memory, np.concatenate(exact), np.concatenate(features), alpha, off, rho, widest / 4)


def _variance(memory: FeatureMemory, z: Array, moves: Array) -> float:
    """The largest variance of the memories in any direction that moves, under their weights at a point."""
    p = softmax(memory.log_kernels(z)[0])
    away = np.sqrt(p)[:, None] * (memory.memories - p @ memory.memories) * moves
    return float(np.linalg.norm(away, 2) ** 2)
