"""A dense memory with random features as arrays, beside the exact energy that the features stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp, softmax

from neurodyn.analysis.features.given import check_memory, points
from neurodyn.errors import InputError
from neurodyn.model.random_features import FEATURE_MAPS
from neurodyn.system.system import System

Array = NDArray[np.float64]
# Of a phase h and a scaled squared size u = beta*|z|**2: each kind of feature, its slope by h, and its slope by u.
Feature = Callable[[Array, Array], tuple[Array, Array, float]]
FLOOR = 1e-5
# How many features are computed at a time.
BLOCK = 2**22


def _up(h: Array, u: Array) -> tuple[Array, Array, float]:
    value = np.exp(h - u)
    return value, value, -1.0


def _down(h: Array, u: Array) -> tuple[Array, Array, float]:
    value = np.exp(-h - u)
    return value, -value, -1.0


def _cos(h: Array, u: Array) -> tuple[Array, Array, float]:
    return np.cos(h), -np.sin(h), 0.0


def _sin(h: Array, u: Array) -> tuple[Array, Array, float]:
    return np.sin(h), np.cos(h), 0.0


# The square of the factor, times the number of frequencies, and the kinds of features.
_MAPS: Mapping[str, tuple[float, tuple[Feature, ...]]] = {
    "cos": (2.0, (_cos,)), "sincos": (1.0, (_cos, _sin)), "exp": (1.0, (_up,)), "expexp": (0.5, (_up, _down)),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class FeatureMemory:
    """Memories, and the frequencies of the features that stand for them.

    Attributes:
        kind: the feature map: `cos`, `sincos`, `exp` or `expexp`.
        memories: one per row.
        omega: the frequencies, one per row.
        beta: inverse temperature.
        phases: of `cos`, one for each frequency.
        floor: what S counts as at least, under the logarithm; 0 for the positive maps.
        log: whether the energy is -log(S)/beta; else -S/beta.
        weights: of the memories; 1 where nothing is said.
        kept: T as it is kept, where that is not the sum of the features of the memories.
    """

    kind: str
    memories: Array
    omega: Array
    beta: float
    phases: Array | None = None
    floor: float = FLOOR
    log: bool = True
    weights: Array | None = None
    kept: Array | None = None

    def __post_init__(self) -> None:
        for name in ("memories", "omega"):
            object.__setattr__(self, name, points(name, getattr(self, name)))
        for name in ("phases", "weights", "kept"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        check_memory(self, FEATURE_MAPS)

    @classmethod
    def drawn(
        cls, memories: ArrayLike, *, beta: float, count: int, kind: str = "sincos", seed: int = 0, log: bool = True,
        floor: float | None = None,
    ) -> FeatureMemory:  # fmt: skip
        """With frequencies (and phases) that are drawn."""
        xi, rng = points("memories", memories), np.random.default_rng(seed)
        omega = rng.normal(size=(count, xi.shape[1]))
        phases = rng.uniform(0, 2 * np.pi, count) if kind == "cos" else None
        usual = 0.0 if kind in FEATURE_MAPS and FEATURE_MAPS[kind].positive else FLOOR
        return cls(kind, xi, omega, beta, phases, usual if floor is None else floor, log)

    @classmethod
    def of(cls, system: System) -> FeatureMemory:
        """That of a system of the family `random_features`.

        Raises:
            InputError: where its energy is not that of features of its memories `xi`, with one beta for both.
        """
        values = system.values
        kinds = [k for k, m in FEATURE_MAPS.items() if set(m.traces) <= {*system.structure.derived}]
        kinds = [k for k in kinds if (k == "cos") == ("b" in values)]
        if len(kinds) != 1 or not {"xi", "omega", "beta"} <= values.keys():
            raise InputError(
                f"{system.name} is no memory with random features that stay as they are.",
                code="no-features",
                remedy='Take one of the family "random_features", or give arrays: FeatureMemory(kind, memories, ...).',
            )
        known = cls(
            kinds[0], values["xi"], values["omega"], float(values["beta"]), values.get("b"),
            float(values.get("floor_S", 0.0 if FEATURE_MAPS[kinds[0]].positive else FLOOR)),
        )  # fmt: skip
        return known._as_in(system)

    def _as_in(self, system: System) -> FeatureMemory:
        """With the energy that a system has: it is compared at its start."""
        y = system.start()
        v = system.layout.unpack(y)["v"]
        told = float(system.observe(["E"])(0.0, y, {})["E"])
        for log in (True, False):
            same = replace(self, log=log)
            if np.isclose(float(same.energy(v)[0]), told, rtol=1e-8, atol=1e-12):
                return same
        raise InputError(
            f"E of {system.name} is not that of its random features.",
            code="other-features",
            remedy="Use one beta and the same frequencies for memories and state, and E = -log(S)/beta or -S/beta.",
        )

    # --- by features ----------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many frequencies there are."""
        return len(self.omega)

    @cached_property
    def weighing(self) -> Array:
        """The weights of the memories."""
        return np.ones(len(self.memories)) if self.weights is None else self.weights

    def _each(self, z: Array) -> list[tuple[Array, Array, float]]:
        h = np.sqrt(self.beta) * z @ self.omega.T + (0.0 if self.phases is None else self.phases)
        u = self.beta * (z**2).sum(axis=1)[:, None]
        return [feature(h, u) for feature in _MAPS[self.kind][1]]

    def features(self, z: ArrayLike) -> Array:
        """phi of points, (points, features)."""
        found = np.concatenate([f for f, _, _ in self._each(points("points", z, self.memories))], axis=1)
        return np.asarray(self._factor * found)

    @property
    def _factor(self) -> float:
        return float(np.sqrt(_MAPS[self.kind][0] / self.count))

    def _blocks(self, rows: Array) -> list[Array]:
        """Rows in blocks, so that the features of one fit into memory."""
        return np.array_split(rows, -(-len(rows) * self.count // BLOCK))

    @cached_property
    def trace(self) -> Array:
        """T, the weighted sum of the features of the memories, or what is kept of it."""
        if self.kept is not None:
            return self.kept
        weights, memories = self._blocks(self.weighing), self._blocks(self.memories)
        parts = [weight @ self.features(rows) for weight, rows in zip(weights, memories, strict=True)]
        return np.asarray(np.sum(parts, axis=0))

    def closeness(self, z: ArrayLike) -> Array:
        """S at points."""
        return np.concatenate([self.features(rows) @ self.trace for rows in self._blocks(points("points", z))])

    def energy(self, z: ArrayLike) -> Array:
        """The energy that the features make, at points."""
        s = self.closeness(z)
        with np.errstate(divide="ignore"):  # positive features may be too small for doubles
            return np.asarray(-np.log(np.maximum(s, self.floor)) if self.log else -s, dtype=float) / self.beta

    def gradient(self, z: ArrayLike) -> Array:
        """Of that energy; exactly 0 where S is below the floor."""
        z = points("points", z, self.memories)
        return np.concatenate([self._gradient(rows) for rows in self._blocks(z)])

    def _gradient(self, z: Array) -> Array:
        s, slope, each = np.zeros(len(z)), np.zeros_like(z), self._each(z)
        for trace, (f, by_h, by_u) in zip(np.split(self.trace, len(each)), each, strict=True):
            part = self._factor * f @ trace
            s += part
            slope += self._factor * np.sqrt(self.beta) * (by_h * trace) @ self.omega
            slope += 2 * self.beta * by_u * part[:, None] * z
        if not self.log:
            return -slope / self.beta
        alive = s > self.floor
        return np.where(alive[:, None], -slope / (self.beta * np.where(alive, s, 1.0))[:, None], 0.0)

    # --- exactly --------------------------------------------------------------------------------------------------

    def log_kernels(self, z: ArrayLike) -> Array:
        """log of weight times exp(-beta*|z - xi|**2/2), (points, memories)."""
        z = points("points", z, self.memories)
        squares = ((z[:, None] - self.memories) ** 2).sum(axis=2)
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.weighing) - self.beta * squares / 2)

    def exact_energy(self, z: ArrayLike) -> Array:
        """The energy that the features stand for."""
        log_s = np.asarray(logsumexp(self.log_kernels(z), axis=1))
        return np.asarray(-log_s if self.log else -np.exp(log_s), dtype=float) / self.beta

    def exact_gradient(self, z: ArrayLike) -> Array:
        """Of that energy."""
        z, kernels = points("points", z, self.memories), self.log_kernels(z)
        p = softmax(kernels, axis=1) if self.log else np.exp(kernels)
        return np.asarray(p.sum(axis=1)[:, None] * z - p @ self.memories)
