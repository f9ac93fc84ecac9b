"""A fixed point: where it is, what its eigenvalues say, and how sure both are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.drift import Drift

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
# Real parts below this share of the size of the Jacobian say nothing, unless more is shown.
NEAR = 1e-8
# Eigenvalues that are closer than this share of the size of the Jacobian are one cluster.
SAME = 1e-9


class Sure(StrEnum):
    """How sure a point is; the words of `Verdict`, and one for what is no fixed point.

    PROVED: one exact fixed point lies within the radius, and no other within the region; by intervals or symbols.
    VERIFIED: computed, with a bound on the error.
    SEARCHED: found by iteration, with a small residual.
    SLOW: the rate is small and not shown to be 0: a trajectory may stay long, or for ever.
    UNDECIDED: there may be one, several or none.
    """

    PROVED = "proved"
    VERIFIED = "verified"
    SEARCHED = "searched"
    SLOW = "slow"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Eigenvalues:
    """A cluster of eigenvalues: their middle, how many they are, and how far they may be from it (NaN: not known)."""

    value: complex
    count: int = 1
    radius: float = float("nan")

    def __str__(self) -> str:
        real, imag = self.value.real, self.value.imag
        text = f"{real:.6g}" if imag == 0 else f"{real:.6g}{imag:+.6g}i"
        return text if self.count == 1 else f"{text} ({self.count} times)"


@dataclass(frozen=True, eq=False)
class Stability:
    """What the eigenvalues say.

    Attributes:
        eigenvalues: clusters, those with the largest real part (of a map: modulus) first.
        unstable, stable, undecided: how many eigenvalues lie on either side, and on which side is not known.
        sure: PROVED if the first two numbers are; SEARCHED if they come from numbers in floating point.
        neutral: eigenvalues that are 0 for a reason: there is a line, plane, ... of fixed points.
    """

    eigenvalues: tuple[Eigenvalues, ...]
    unstable: int
    stable: int
    undecided: int
    sure: Sure
    is_map: bool = False
    neutral: int = 0

    @property
    def is_stable(self) -> bool | None:
        """Whether states near it come back; None where that is not known."""
        if self.unstable:
            return False
        return None if self.undecided else True

    @property
    def kind(self) -> str:
        """Its name: stable node, saddle, ..."""
        if self.neutral:
            where = "line" if self.neutral == 1 else f"continuum of dimension {self.neutral}"
            side = "unstable" if self.unstable else "undecided" if self.undecided else "attracting"
            return f"{where} of fixed points, {side}"
        turns = any(e.value.imag for e in self.eigenvalues)
        if self.undecided:
            pair = self.undecided == 2 and not self.unstable and turns and not self.is_map
            return "centre or focus, undecided" if pair else "undecided"
        shape = "focus" if turns else "node"
        if self.unstable and self.stable:
            return f"saddle of index {self.unstable}"
        return f"unstable {shape}" if self.unstable else f"stable {shape}"


def clusters(values: Sequence[complex] | Complex, size: float, is_map: bool = False) -> tuple[Eigenvalues, ...]:
    """Eigenvalues in clusters of those that floating point cannot tell apart; `size` is that of the matrix."""
    left = sorted(np.asarray(values).tolist(), key=lambda z: _order(z, is_map))
    found = []
    while left:
        own = [z for z in left if abs(z - left[0]) <= SAME * max(size, 1e-300)]
        left = [z for z in left if z not in own]
        middle = complex(np.mean(own))
        middle = complex(middle.real, 0.0) if abs(middle.imag) <= SAME * size else middle
        found.append(Eigenvalues(middle, len(own)))
    return tuple(found)


def _order(z: complex, is_map: bool) -> tuple[float, float]:
    return (-abs(z) if is_map else -z.real, -z.imag)


def stability(values: Complex, size: float, is_map: bool = False, neutral: int = 0) -> Stability:
    """Stability from eigenvalues in floating point; those that are too near to the border are undecided."""
    off = np.abs(values) - 1 if is_map else values.real
    near = np.abs(off) <= NEAR * size
    unstable, stable = int((~near & (off > 0)).sum()), int((~near & (off < 0)).sum())
    rest = max(int(near.sum()) - neutral, 0)
    return Stability(clusters(values, size, is_map), unstable, stable, rest, Sure.SEARCHED, is_map, neutral)


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """A point at which a flow stands still, or to which a map returns.

    Attributes:
        state: the value of each state, by name.
        flat: the same in one vector.
        residual: the largest rate there, each in terms of the scale of its state; of a map what a step changes.
        stability: eigenvalues and what follows from them.
        sure: how sure it is that there is one.
        radius: how far the exact one may be from it, in terms of scales; NaN where that is not known.
        low, high: a region in which there is no other; of an undecided one, where it would be.
        period: of a map, after how many steps it returns; `cycle` holds all states that it goes through.
        orbit: which of the points are its images under symmetries, itself included, by a number for each orbit.
        notes: what else is to be told.
        named: what it is, where that is not decided: degenerate, a jump of the rate, or a rate that is not bounded.
        drift: how the state goes on, where it is activations that stay.
    """

    state: Mapping[str, Any]
    flat: Array
    residual: float
    stability: Stability
    sure: Sure
    radius: float = float("nan")
    low: Array | None = None
    high: Array | None = None
    period: int = 1
    cycle: Array | None = None
    orbit: int | None = None
    notes: tuple[str, ...] = ()
    named: str = ""
    drift: Drift | None = None

    @property
    def kind(self) -> str:
        """Node, focus, saddle, ..., stable or not; or what it is where it may be no fixed point."""
        if self.sure is Sure.SLOW:
            return "slow point"
        if self.sure is Sure.UNDECIDED and not self.stability.neutral:
            return self.named or "degenerate"
        drifts = self.drift is not None and not self.drift.is_still
        return f"{self.stability.kind}, drifting" if drifts else self.stability.kind

    @property
    def eigenvalues(self) -> tuple[Eigenvalues, ...]:
        """Clusters of eigenvalues of the Jacobian there; of a cycle, of one turn."""
        return self.stability.eigenvalues

    @property
    def is_stable(self) -> bool | None:
        """Whether states near it come back; None where that is not known, or where there may be no fixed point."""
        is_there = self.sure not in (Sure.SLOW, Sure.UNDECIDED) or self.stability.neutral
        return self.stability.is_stable if is_there else None

    @property
    def index(self) -> int:
        """The number of unstable directions that are known."""
        return self.stability.unstable

    def to_json(self) -> dict[str, Any]:
        """The point as plain data."""
        s = self.stability
        region = {} if self.low is None or self.high is None else {"low": self.low.tolist(), "high": self.high.tolist()}
        more = {} if self.cycle is None else {"cycle": self.cycle.tolist()}
        more |= {} if self.drift is None else {"drift": self.drift.to_json()}
        return {
            "state": {n: np.asarray(v).tolist() for n, v in self.state.items()},
            "residual": self.residual, "radius": None if np.isnan(self.radius) else self.radius,
            "kind": self.kind, "sure": str(self.sure), "stable": self.is_stable, "stability_sure": str(s.sure),
            "index": self.index, "undecided": s.undecided, "neutral": s.neutral, "period": self.period,
            "orbit": self.orbit, "notes": list(self.notes), **region, **more,
            "eigenvalues": [
                {"real": e.value.real, "imag": e.value.imag, "count": e.count,
                 "radius": None if np.isnan(e.radius) else e.radius} for e in s.eigenvalues
            ],
        }  # fmt: skip
