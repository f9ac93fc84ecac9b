"""What was found out about the Hopfield network that an RBM is, on one screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.hopfield_rbm.given import Array
from neurodyn.analysis.hopfield_rbm.signs import independent
from neurodyn.analysis.verdict import Verdict

ROUNDING = 1e-10  # of matrices that are equal but for rounding


@dataclass(frozen=True, eq=False, repr=False)
class PatternsOfRbm(AsText):
    """The Hopfield network that an RBM is, or is close to.

    Attributes:
        weights: W as given, visible by hidden units.
        basis: the polar factor of W, the closest matrix with orthonormal columns: W itself if it has them. If the
            columns of W depend on each other, its left singular vectors.
        stretch: the largest distance of a singular value of W from 1, which is that of W from its polar factor.
        patterns: independent vectors of +1 and -1, units by patterns, as many as the rank of W; exact ones first.
        distances: of each from the space of W, as a share of its length.
        exact: how many of them are within the tolerance of that space.
        others: further vectors of +1 and -1 that were found in it.
        count: how many vectors it holds in all, up to their sign, as far as is known.
        tried: candidates or descents.
        complete: whether all candidates were visited.
        rule: of the network: `projection`, `hebb`, `both`, or `neither`, of these patterns, within the tolerance.
        field: b + W c, on the units of the network.
        tolerance: up to which a pattern counts as exact.
    """

    weights: Array
    basis: Array
    stretch: float
    patterns: Array
    distances: Array
    exact: int
    others: Array
    count: int
    tried: int
    complete: bool
    rule: str
    field: Array
    tolerance: float

    @property
    def exists(self) -> bool:
        """Whether patterns were found that W has exactly."""
        return self.exact == self.basis.shape[1] or self.rule in ("hebb", "both")

    @property
    def claim(self) -> str:
        """What the verdict is about."""
        if self.exists:
            return f"W X = xi with xi of +1 and -1, to {self.distances.max():.1g} of the length of a pattern"
        return f"no invertible X makes W X a matrix of +1 and -1, to {self.tolerance:g} of their length"

    @property
    def verdict(self) -> Verdict:
        """Searched, if there may be patterns that were not found."""
        return Verdict.VERIFIED if self.exists or self.complete else Verdict.SEARCHED

    @property
    def mixing(self) -> Array:
        """X, the least-squares solution of W X = patterns."""
        return np.asarray(np.linalg.lstsq(self.weights, self.patterns)[0])

    @property
    def error(self) -> float:
        """The largest singular value of W W' minus the projector on the patterns."""
        space = np.linalg.qr(self.patterns[:, independent(self.patterns)])[0]
        return float(np.linalg.norm(self.weights @ self.weights.T - space @ space.T, 2))

    def __str__(self) -> str:
        units, hidden = self.weights.shape
        lines = [
            f"RBM, {units} visible and {hidden} hidden units -> Hopfield network J = W W'",
            f"  {self.claim}    {str(self.verdict).upper()}",
            *(f"  {line}" for line in (*self.found(), *self.notes)),
        ]
        return "\n".join(lines)

    def found(self) -> tuple[str, ...]:
        """How the verdict was found."""
        rank = self.basis.shape[1]
        if not self.tried:
            return ("W sqrt(N) consists of +1 and -1 as it stands: these are the patterns of Hebb's rule",)
        how = f"all {self.tried} candidates" if self.complete else f"{self.tried} descents"
        met = "1 vector" if self.count == 1 else f"{self.count} vectors"
        lines = [f"{how}: {met} of +1 and -1 in the span of W"]
        if self.exact < rank:
            lines.append(f"{self.exact} of them independent, where {rank} are needed")
            off = self.distances[self.exact :]
            lines.append(
                f"the closest others that were met are off by {off.min():.3g} to {off.max():.3g} of their length"
            )
            if not self.complete:
                lines.append(
                    "others may lie in the span that these descents did not meet: try more starts, or near=..."
                )
        return tuple(lines)

    @property
    def notes(self) -> tuple[str, ...]:
        """What sort of network this is, how close the one of the projection rule is, and what stays open."""
        names = {"projection": "the projection rule", "hebb": "Hebb's rule", "both": "the projection rule and Hebb's"}
        lines = []
        if self.rule in names:
            off = "" if self.rule == "hebb" else f", whose couplings are off by {self.error:.2g}"
            lines.append(f"a network of {names[self.rule]}{off}")
        elif self.exists:
            lines.append("J = xi C xi' with C = X^-1 (X^-1)': of these patterns, but of neither rule")
        if self.stretch > max(self.tolerance, ROUNDING):
            lines.append(
                f"W'W is not 1: singular values are off by up to {self.stretch:.3g}, the distance of W from its"
                " polar factor, whose columns are orthonormal and span the same space"
            )
        if self.rule not in ("projection", "both"):
            lines.append(f"the projection rule of the patterns given here has couplings off by {self.error:.3g}")
        lines.append(self._open())
        return tuple(lines)

    def _open(self) -> str:
        extra = max(0, self.count - self.patterns.shape[1]) if self.exists else 0
        others = f"; {extra} other vectors of +1 and -1 lie in the span and can take their places" if extra else ""
        return f"patterns are known up to their order and signs{others}"

    def plot(self) -> Any:
        """Weights, W X, patterns and their distances: a matplotlib figure."""
        from neurodyn.results.display import drawn

        return drawn("hopfield_rbm", self)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        arrays = {
            name: getattr(self, name).tolist()
            for name in ("weights", "basis", "patterns", "distances", "others", "mixing", "field")
        }
        numbers = {
            name: getattr(self, name)
            for name in ("exists", "claim", "rule", "stretch", "error", "exact", "count", "tried", "complete")
        }
        return {**numbers, "verdict": str(self.verdict), "tolerance": self.tolerance, **arrays,
                "found": list(self.found()), "notes": list(self.notes)}  # fmt: skip
