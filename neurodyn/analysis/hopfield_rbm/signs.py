"""Which vectors of +1 and -1 does a space hold?

A vector of the space is settled by its values on as many rows as the space has dimensions. So 2**(k-1) candidates, one
for each choice of signs on these rows (up to the sign of all), hold every answer, whatever the length of the vectors.
Where that is too many, descents look for them. Among vectors of one length those of signs have the least sum of fourth
powers, and are strict minima of it. From there x -> Q' tanh(alpha*Q x) with growing alpha, whose rest points at
alpha = beta are those of the mean field of the network J = QQ' (the search of Smart and Zilman 2021 has tanh too).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.analysis.hopfield_rbm.given import Array
from neurodyn.analysis.hopfield_rbm.states import blocks_of_states
from neurodyn.errors import InputError

EXACT = 22  # dimensions up to which all candidates are visited
BLOCK = 1 << 14  # of them at a time
KEPT = 4096  # vectors that are kept beside an independent set
ROWS = 8  # by which candidates are sorted out at a time
FRESH = 1e-6  # the part of a vector outside a space, from which it counts as independent
STRIDE, STRIDES = 0.25, 100  # of a descent along the fourth powers
ALPHAS = np.geomspace(2.0, 200.0, 50)  # slopes that follow
ROUNDS = 4  # of descents: the later ones start away from what was found
POLISH = 50  # steps of v -> sgn(QQ'v), which ends after a few


@dataclass(frozen=True, eq=False)
class Signs:
    """Vectors of +1 and -1 in a space, or close to it, each up to its sign: the first entry is +1.

    Attributes:
        vectors: one per column.
        count: how many there are; beyond 4096 an independent set is kept, and the first ones.
        tried: candidates that were visited, which are all that there are, or descents.
    """

    vectors: Array
    count: int
    tried: int


def distance_to(basis: Array, vectors: Array) -> Array:
    """Of each vector from the space of an orthonormal basis, as a share of the length of a vector of signs."""
    off = vectors - basis @ (basis.T @ vectors)
    return np.asarray(np.linalg.norm(off, axis=0) / np.sqrt(len(vectors)))


def independent(vectors: Array) -> list[int]:
    """Columns that are not in the span of those chosen before them."""
    rest = vectors / np.linalg.norm(vectors, axis=0)
    chosen: list[int] = []
    while True:
        sizes = np.linalg.norm(rest, axis=0)
        fresh = np.flatnonzero(sizes > FRESH)
        if not fresh.size or len(chosen) == len(vectors):
            return chosen
        chosen.append(int(fresh[0]))
        direction = rest[:, fresh[0]] / sizes[fresh[0]]
        rest = rest - np.outer(direction, direction @ rest)


def enumerated(basis: Array, tolerance: float) -> Signs:
    """All vectors of signs within the tolerance of the space of an orthonormal basis."""
    from scipy.linalg import qr

    units, dims = basis.shape
    pivots = qr(basis.T, mode="r", pivoting=True)[1][:dims]
    rows = np.linalg.solve(basis[pivots].T, basis.T).T  # a vector is rows @ (its values on the pivots)
    slack = _slack(rows, tolerance)
    order = np.argsort(-np.abs(np.abs(rows).sum(axis=1) - 1), kind="stable")
    kept, count = np.empty((units, 0)), 0
    for block in blocks_of_states(dims - 1, BLOCK):
        signs = np.column_stack([np.ones(len(block)), block])
        for some in np.array_split(order, -(-units // ROWS)):
            signs = signs[(np.abs(np.abs(signs @ rows[some].T) - 1) <= slack[some]).all(axis=1)]
        vectors = turned(np.sign(rows @ signs.T))
        vectors = vectors[:, distance_to(basis, vectors) <= tolerance]
        count += vectors.shape[1]
        kept = _fewer(basis, np.column_stack([kept, vectors]))
    return Signs(kept, count, 1 << (dims - 1))


def searched(basis: Array, tolerance: float, starts: int, seed: int, near: Array) -> Signs:
    """Vectors of signs that descents from seeded starts, and from those in `near`, end on, the closest first."""
    rng = np.random.default_rng(seed)
    units, dims = basis.shape
    first = basis.T @ near
    first = first[:, np.linalg.norm(first, axis=0) > FRESH * np.sqrt(units)]
    found = turned(_descents(basis, first))
    for _ in range(ROUNDS):
        x = rng.normal(size=(dims, -(-starts // ROUNDS)))
        good = basis.T @ found[:, distance_to(basis, found) <= tolerance]
        known = np.linalg.qr(good[:, independent(good)])[0] if good.size else good
        if known.shape[1] < dims:
            x = x - known @ (known.T @ x)
        found = np.unique(np.column_stack([found, turned(_descents(basis, x))]), axis=1)
    order = np.argsort(distance_to(basis, found), kind="stable")
    return Signs(found[:, order], len(order), first.shape[1] + -(-starts // ROUNDS) * ROUNDS)


def filled(basis: Array, vectors: Array) -> Array:
    """Independent vectors, as many as there are dimensions: those given, and the signs of directions they leave out."""
    while vectors.shape[1] < basis.shape[1]:
        left_out = np.linalg.svd(basis.T @ vectors)[0][:, -1:]
        vectors = np.column_stack([vectors, turned(_sign(basis @ left_out))])
    return vectors


def turned(vectors: Array) -> Array:
    """Each vector with +1 as its first entry."""
    return np.asarray(vectors * vectors[:1])


def _descents(basis: Array, x: Array) -> Array:
    length = np.sqrt(len(basis))
    for _ in range(STRIDES):
        x = x * (length / np.linalg.norm(x, axis=0))
        values = basis @ x
        x = (1 + STRIDE) * x - STRIDE * (basis.T @ (values * values * values))
    for alpha in ALPHAS:
        x = basis.T @ np.tanh(alpha * (basis @ x))
    vectors = _sign(basis @ x)
    for _ in range(POLISH):
        better = _sign(basis @ (basis.T @ vectors))
        if (better == vectors).all():
            break
        vectors = better
    return vectors


def _sign(values: Array) -> Array:
    return np.where(values < 0, -1.0, 1.0)


def _slack(rows: Array, tolerance: float) -> Array:
    """How far from +1 or -1 a value is at most if a vector of signs within the tolerance has these signs on the pivots.

    That vector is off by no more than tolerance*sqrt(N) in each entry, on the pivots as elsewhere.
    """
    largest = np.sqrt(len(rows)) * (1 + np.abs(rows).sum(axis=1))
    if tolerance * largest.max() > 0.5:
        raise InputError(
            f"Signs cannot be told apart at a tolerance of {tolerance:g} in this space.",
            code="bad-tolerance",
            remedy=f"It has to be below {0.5 / largest.max():.1g}.",
        )
    return np.asarray((tolerance + 1e-13) * largest)


def _fewer(basis: Array, vectors: Array) -> Array:
    """An independent set and the first others, where there are too many to keep."""
    if vectors.shape[1] <= KEPT:
        return vectors
    first = independent(basis.T @ vectors)
    return vectors[:, [*first, *(k for k in range(KEPT) if k not in set(first))]]
