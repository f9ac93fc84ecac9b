"""Which Hopfield network is a restricted Boltzmann machine? From weights back to patterns.

The machine with weights W is the network J = W W', whatever W is. It is a network of the projection rule if W'W = 1 and
W X consists of +1 and -1 for an invertible X: then xi = W X are its patterns. Source: Smart and Zilman 2021,
arXiv:2101.11744.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neurodyn.analysis.hopfield_rbm.given import Array, patterns_of, vector_of, weights_of
from neurodyn.analysis.hopfield_rbm.network import ROUNDING, PatternsOfRbm
from neurodyn.analysis.hopfield_rbm.signs import EXACT, distance_to, enumerated, filled, independent, searched, turned
from neurodyn.errors import InputError


def patterns_of_rbm(
    weights: ArrayLike,
    *,
    bias: ArrayLike = 0.0,
    offset: ArrayLike = 0.0,
    tolerance: float = 1e-8,
    near: ArrayLike | None = None,
    starts: int = 200,
    seed: int = 0,
) -> PatternsOfRbm:
    """The patterns of a Hopfield network that is an RBM, or the certificate that there are none.

    Up to 22 dimensions all candidates are visited, so that what is not found does not exist. Beyond, descents
    look for them. Where there are too few, the report has the closest vectors of +1 and -1 instead.

    Args:
        weights: visible by hidden units.
        bias, offset: b and c of the RBM, which make the field of the network.
        tolerance: how far from the span of W a pattern may be, as a share of its length.
        near: vectors of +1 and -1, units by patterns, from which descents start too: those before training, say.
        starts: how many other descents there are.
        seed: of their starts.

    Raises:
        InputError: for weights that span all dimensions, where every pattern will do.
    """
    w = weights_of(weights)
    units = len(w)
    left, sizes, right = np.linalg.svd(w, full_matrices=False)
    rank = int((sizes > sizes[0] * max(w.shape) * np.finfo(float).eps).sum())
    basis = left @ right if rank == w.shape[1] else left[:, :rank]
    field = vector_of(bias, units, "The bias") + w @ vector_of(offset, w.shape[1], "The offset")
    first = _near(near, units)
    _check(tolerance, starts)
    stands = np.sqrt(units) * w
    if np.abs(np.abs(stands) - 1).max() <= ROUNDING:
        met = _Met(turned(np.sign(stands)), rank, np.empty((units, 0)), w.shape[1], 0, True)
    elif rank == units:
        raise InputError(
            f"The weights span all {units} dimensions of the visible units: any {units} patterns are theirs.",
            code="no-memory",
            remedy="A network of the projection rule has fewer hidden than visible units.",
        )
    else:
        met = _met(basis, tolerance, first, starts, seed)
    stretch = float(np.abs(sizes[:rank] - 1).max())
    rule = _rule(w, met, rank, stretch, max(tolerance, ROUNDING))
    distances = distance_to(basis, met.patterns)
    return PatternsOfRbm(
        w, basis, stretch, met.patterns, distances, met.exact, met.others, met.count, met.tried, met.complete, rule,
        field, tolerance,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Met:
    """Vectors of signs that were met, as in the report."""

    patterns: Array
    exact: int
    others: Array
    count: int
    tried: int
    complete: bool


def _met(basis: Array, tolerance: float, first: Array, starts: int, seed: int) -> _Met:
    """Patterns of a space: exact ones, the first of which are taken if they are; then the closest others."""
    rank = basis.shape[1]
    complete = rank <= EXACT
    seen = enumerated(basis, tolerance) if complete else searched(basis, tolerance, starts, seed, first)
    good = seen.vectors[:, distance_to(basis, seen.vectors) <= tolerance]
    good = np.column_stack([first[:, distance_to(basis, first) <= tolerance], good])
    good = good[:, np.sort(np.unique(good, axis=1, return_index=True)[1])]
    count = seen.count if complete else good.shape[1]
    chosen = independent(basis.T @ good)
    patterns, others = good[:, chosen], np.delete(good, chosen, axis=1)
    if len(chosen) < rank:
        more = searched(basis, tolerance, starts, seed, first) if complete else seen
        patterns = np.column_stack([patterns, more.vectors])
        patterns = filled(basis, patterns[:, independent(basis.T @ patterns)])
    return _Met(patterns, len(chosen), others, count, seen.tried, complete)


def _rule(weights: Array, met: _Met, rank: int, stretch: float, equal: float) -> str:
    """Of which rule the couplings are, for the patterns that were found."""
    own = weights @ weights.T
    hebb = np.abs(own - met.patterns @ met.patterns.T / len(own)).max() <= equal
    if met.exact == rank and stretch <= equal:
        return "both" if hebb else "projection"
    return "hebb" if hebb else "neither"


def _near(near: ArrayLike | None, units: int) -> Array:
    found = np.empty((units, 0)) if near is None else turned(patterns_of(near))
    if len(found) != units:
        raise InputError(
            f"The vectors in near have {len(found)} units, but the weights {units}.",
            code="bad-shape",
            remedy="Give units by patterns.",
        )
    return found


def _check(tolerance: float, starts: int) -> None:
    if not 0 < tolerance < 1 or starts < 1:
        raise InputError(
            f"A tolerance of {tolerance:g} and {starts} starts do not make a search.",
            code="bad-search",
            remedy="Give a tolerance between 0 and 1, and one start at least.",
        )
