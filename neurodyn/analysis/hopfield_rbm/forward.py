"""Which restricted Boltzmann machine is a Hopfield network? From patterns to weights.

Visible units s of +1 and -1, Gaussian hidden units h, and H(s, h) = |h - c|**2/2 - b.s - s'W h. Without the hidden
units this is the network of H(s) = -s'J s/2 - (b + W c).s with J = W W'. Source: Smart and Zilman 2021,
arXiv:2101.11744.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.hopfield_rbm.given import Array, patterns_of, vector_of
from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.system.matrices import Rank

RULES = ("projection", "hebb")
NEAR = 0.9  # the overlap, of 1 at most, from which two patterns are told as near duplicates
KEPT, SHOWN = 1000, 4  # pairs in the report and in its text


@dataclass(frozen=True)
class Pair:
    """Two patterns and their overlap, the mean of xi[i,first]*xi[i,second]."""

    first: int
    second: int
    overlap: float

    def __str__(self) -> str:
        what = {1.0: " (equal)", -1.0: " (opposite)"}.get(self.overlap, "")
        return f"{self.first} and {self.second} overlap by {self.overlap:.3g}{what}"


@dataclass(frozen=True, eq=False, repr=False)
class RbmOfPatterns(AsText):
    """The machine whose visible units are distributed as a Hopfield network.

    Attributes:
        rule: of the network: `projection`, J = xi (xi'xi)^-1 xi', or `hebb`, J = xi xi'/N.
        patterns: units by patterns.
        weights: W, visible by hidden units: J = W W'. Those of the projection rule have orthonormal columns.
        mixing: X with W X = patterns.
        bias: b, a field on each visible unit.
        known: rank, cutoff and condition number of the patterns.
        near: pairs of patterns that overlap by 0.9 or more, or -0.9 or less: the strongest first, a thousand at most.
    """

    rule: str
    patterns: Array
    weights: Array
    mixing: Array
    bias: Array
    known: Rank
    near: tuple[Pair, ...]

    @property
    def couplings(self) -> Array:
        """J of the Hopfield network, its diagonal included."""
        return self.weights @ self.weights.T

    @property
    def condition(self) -> float:
        """The largest singular value of the patterns over the least that counts."""
        sizes = np.linalg.svd(self.patterns, compute_uv=False)
        return float(sizes[0] / sizes[self.known.rank - 1])

    @property
    def error(self) -> float:
        """How far W X is from the patterns."""
        return float(np.abs(self.weights @ self.mixing - self.patterns).max())

    @property
    def notes(self) -> tuple[str, ...]:
        """What one should know of these patterns."""
        units, count = self.patterns.shape
        found = []
        if self.rule == "hebb":
            found.append("exact for any number of patterns, whether or not they depend on each other")
        elif self.known.rank == units:
            found.append(
                f"the patterns span all {units} dimensions: J = 1 stores nothing, and all states are equally likely;"
                f" take fewer than {units} patterns, or Hebb's rule"
            )
        elif self.known.rank < count:
            found.append(
                f"{count - self.known.rank} of the patterns depend on the others: a hidden unit for each"
                " dimension that they span"
            )
        if count >= units and self.rule == "projection":
            found.append(f"{count} patterns of {units} units; patterns stand in columns, units in rows")
        return (*found, "W O is as good as W for any orthogonal O: the visible units are distributed alike")

    def __str__(self) -> str:
        units, count = self.patterns.shape
        rule = "J = xi (xi'xi)^-1 xi'" if self.rule == "projection" else "J = xi xi'/N"
        made = "projection" if self.rule == "projection" else "Hebb's"
        lines = [
            f"Hopfield network, {units} units, {count} patterns -> RBM, {self.weights.shape[1]} hidden units",
            f"  {made} rule, {rule} = W W', W X = xi to {self.error:.2g}",
            f"  patterns: {self._spread()}",
            f"  near duplicates: {self._duplicates()}",
        ]
        return "\n".join(lines + [f"  {note}" for note in self.notes])

    def _spread(self) -> str:
        left = "" if self.known.is_full else f", {self.condition:.3g} within their span"
        return f"{self.known}{left}"

    def _duplicates(self) -> str:
        shown = "; ".join(map(str, self.near[:SHOWN]))
        return shown + (f"; and {len(self.near) - SHOWN} more" if len(self.near) > SHOWN else "") or "none"

    def plot(self) -> Any:
        """Patterns, weights and couplings, and the singular values of the patterns: a matplotlib figure."""
        from neurodyn.results.display import drawn

        return drawn("hopfield_rbm", self)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "rule": self.rule,
            "patterns": self.patterns.tolist(),
            "weights": self.weights.tolist(),
            "mixing": self.mixing.tolist(),
            "bias": self.bias.tolist(),
            "error": self.error,
            "rank": self.known.rank,
            "cutoff": self.known.cutoff,
            "condition": self.condition,
            "near": [[pair.first, pair.second, pair.overlap] for pair in self.near],
            "notes": list(self.notes),
        }


def rbm_of_patterns(patterns: ArrayLike, *, rule: str = "projection", field: ArrayLike = 0.0) -> RbmOfPatterns:
    """The restricted Boltzmann machine that is the Hopfield network of some patterns.

    The weights of the projection rule are left singular vectors, one for each singular value above the cutoff, so
    patterns may depend on each other. `build("hopfield_rbm_gibbs", Q=found.weights, b=found.bias)` samples it.

    Args:
        patterns: of +1 and -1, units by patterns: one pattern per column.
        rule: `projection` or `hebb`.
        field: on each unit of the network, or on all.

    Raises:
        InputError: for what is no matrix of +1 and -1, or an unknown rule.
    """
    from neurodyn.calculus.matrices import Basis
    from neurodyn.system.matrices import computed, rank

    xi = patterns_of(patterns)
    units, count = xi.shape
    if rule not in RULES:
        raise InputError(
            f"There is no rule called {rule}.", code="unknown-rule", remedy=f"There are: {', '.join(RULES)}."
        )
    known = rank(xi)
    if rule == "hebb":
        weights, mixing = xi / np.sqrt(units), np.sqrt(units) * np.eye(count)
    else:
        weights = computed(Basis, xi, known.rank)[0]
        mixing = weights.T @ xi
    return RbmOfPatterns(rule, xi, weights, mixing, vector_of(field, units, "The field"), known, _near(xi))


def _near(patterns: Array) -> tuple[Pair, ...]:
    overlaps = np.triu(patterns.T @ patterns, 1) / len(patterns)
    found = np.argwhere(np.abs(overlaps) >= NEAR)
    strongest = np.argsort(-np.abs(overlaps[tuple(found.T)]), kind="stable")[:KEPT]
    return tuple(Pair(int(m), int(n), float(overlaps[m, n])) for m, n in found[strongest])
