"""Where runs come to rest: ends that are one, and the fixed points that they have come near."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.analysis.field.zeros import zeros_near
from neurodyn.analysis.fixed_points.point import Stability, stability

Array = NDArray[np.float64]
Labels = NDArray[np.intp]
# Ends closer than this are one; Newton's method may go as far as the second. In scales.
SAME, NEAR = 1e-3, 2e-2
STEPS = 12
# How many entries of Jacobians are held at a time.
ENTRIES = 4_000_000


@dataclass(frozen=True, eq=False)
class Rest:
    """Fixed points, and which of them each of many states has come to.

    Attributes:
        points: (points, size), those of the most states first.
        labels: for each state the number of its point, or -1 where it is at none.
    """

    points: Array
    labels: Labels


def has_slopes(field: Field) -> bool:
    """Whether Newton's method and eigenvalues can be had: not where units are updated one after the other."""
    return not field.system.structure.asynchronous


def at_rest(field: Field, ends: Array) -> Rest:
    """The fixed points beside the ends of runs; ends that are not numbers, or not beside one, are at none."""
    labels = np.full(len(ends), -1, dtype=np.intp)
    finite = np.flatnonzero(np.isfinite(ends).all(axis=1))
    if not len(finite):
        return Rest(np.empty((0, field.size)), labels)
    groups, own = _distinct(field, ends[finite])
    points, good = solved(field, groups, NEAR)
    kept = np.full(len(groups), -1, dtype=np.intp)
    merged, kept[good] = _distinct(field, points[good]) if good.any() else (points[:0], kept[good])
    labels[finite] = kept[own]
    counts = np.bincount(labels[labels >= 0], minlength=len(merged))
    order = np.argsort(-counts, kind="stable")
    ranks = np.append(np.argsort(order), -1)  # the last is what -1 picks
    return Rest(merged[order], ranks[labels])


def solved(field: Field, states: Array, near: float = np.inf) -> tuple[Array, NDArray[np.bool_]]:
    """The fixed points that Newton's method comes to from states, and for which there is one within a distance.

    Maps without slopes are looked at as they are: the state itself must be fixed, to the last bit.
    """
    if not has_slopes(field):
        return states, np.asarray((field.defect(states) == 0).all(axis=1))
    at_once = max(1, ENTRIES // field.size**2)
    found = [zeros_near(field, states[k : k + at_once], STEPS) for k in range(0, len(states), at_once)]
    points, good = np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])
    points = np.where(good[:, None], points, states)
    return points, good & (_sizes(field, points - states) <= near * np.maximum(1.0, _sizes(field, states)))


def stability_at(field: Field, point: Array) -> Stability | None:
    """What the eigenvalues say of a fixed point; None where there are no slopes."""
    if not has_slopes(field):
        return None
    jacobian = field.jacobian(point)
    values = np.linalg.eigvals(jacobian).astype(np.complex128)
    return stability(values, float(np.abs(jacobian).sum(axis=1).max(initial=0.0)), field.kind == "map")


def _sizes(field: Field, states: Array) -> Array:
    """The largest coordinate of each, in scales."""
    found: Array = np.abs(states / field.scales).max(axis=1, initial=0.0)
    return found


def _distinct(field: Field, states: Array) -> tuple[Array, Labels]:
    """States of which no two are the same, and the number of the one that each is."""
    labels, firsts = np.full(len(states), -1, dtype=np.intp), list[int]()
    # States that are the same have nearly the same mean; only those are compared.
    weights = np.random.default_rng(0).random(field.size)
    means = (states / field.scales) @ (weights / weights.sum())
    order, sizes = np.argsort(means, kind="stable"), _sizes(field, states)
    for k, first in enumerate(order):
        if labels[first] < 0:
            near = SAME * max(1.0, float(sizes[first]))
            end = np.searchsorted(means, means[first] + near, "right", sorter=order)
            left = order[k:end][labels[order[k:end]] < 0]
            labels[left[_sizes(field, states[left] - states[first]) <= near]] = len(firsts)
            firsts.append(int(first))
    return states[firsts], labels
