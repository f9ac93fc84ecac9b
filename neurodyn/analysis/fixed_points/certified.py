"""All fixed points in a box, proved: each box of states holds exactly one, or none, or is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.boxes import Halving, joined
from neurodyn.analysis.fixed_points.clusters import Settling
from neurodyn.analysis.fixed_points.contraction import tightened
from neurodyn.analysis.fixed_points.cycles import cycles
from neurodyn.analysis.fixed_points.described import left_open, residuals, shown
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.orbits import orbits
from neurodyn.analysis.fixed_points.point import FixedPoint, Sure
from neurodyn.analysis.fixed_points.shares import Told, nobody, part
from neurodyn.analysis.fixed_points.symmetries import Symmetry, symmetries

Array = NDArray[np.float64]
# Boxes this share of the whole are small: they are looked at by the places where they touch.
SMALL = 2.0**-12
MOST = 2_000_000
# Which share of the work is done, about, when all boxes are known and the points are still to be shown again.
HALVED = 0.7


@dataclass(frozen=True, eq=False)
class Certified:
    """What is known of a box.

    Attributes:
        points: fixed points that are proved, and places where it stays open.
        verdict, reason: whether these are all, and why.
        unresolved: boxes of which nothing is known.
        symmetries: those that make some points images of others.
    """

    points: tuple[FixedPoint, ...]
    verdict: Sure
    reason: str
    unresolved: Array = field(default_factory=lambda: np.empty((0, 2, 0)))
    boxes: int = 0
    interrupted: bool = False
    symmetries: tuple[Symmetry, ...] = ()


def certified(
    of: Enclosure, ends: tuple[Array, Array], whole: tuple[Array, Array], most: int = MOST, told: Told = nobody,
) -> Certified:  # fmt: skip
    """All zeros in a box.

    Args:
        ends: its ends, or those of a smaller one in which all its zeros are known to lie.
        whole: the ends as they are told.
        most: how many pieces are looked at.
        told: is told which share of the work is done.

    Raises:
        NoInterval: for an operation that intervals lack.
    """
    low, high = ends
    sides = high - low
    search = Halving(of, sides, SMALL, most, told=part(told, 0.0, HALVED)).run([np.stack([low, high])[None]])
    settling = Settling(of, sides, SMALL, list(search.proved))
    settling.interrupted = search.interrupted
    if search.tough:
        settling.run(joined(search.tough, (2, low.size)))
    unresolved = joined([*search.waiting, *settling.left], (2, low.size))
    pairs = joined(settling.proved, (2, 2, low.size))
    maps = symmetries(of, low, high) if of.period == 1 and of.levels is None else ()
    points, interrupted = _points(of, pairs, whole, maps, part(told, HALVED, 1.0))
    opened = tuple(left_open(of, place) for place in settling.places)
    interrupted |= settling.interrupted
    verdict, reason = _verdict(len(points), opened, unresolved, interrupted, search.boxes >= most)
    boxes = search.boxes + settling.boxes
    return Certified((*points, *opened), verdict, f"{reason} ({boxes} boxes)", unresolved, boxes, interrupted, maps)


def _verdict(
    found: int, opened: Sequence[FixedPoint], unresolved: Array, interrupted: bool, full: bool
) -> tuple[Sure, str]:
    if len(unresolved) or interrupted:
        why = "it was interrupted" if interrupted else "there were too many boxes" if full else "they stay open"
        return Sure.UNDECIDED, f"partial: of {len(unresolved)} boxes nothing is known, for {why}"
    if opened:
        where = "one place" if len(opened) == 1 else f"{len(opened)} places"
        return Sure.UNDECIDED, f"complete in this box but for {where}, where it stays open how many there are"
    if not found:
        return Sure.PROVED, "there is no fixed point in this box"
    return Sure.PROVED, "complete in this box: these are all, each of them unique in its region"


def _points(
    of: Enclosure, pairs: Array, whole: tuple[Array, Array], maps: Sequence[Symmetry], told: Told
) -> tuple[list[FixedPoint], bool]:
    """The zeros of boxes that hold one each, without those that were found twice or lie outside."""
    low, high = tightened(of, pairs[:, 1, 0], pairs[:, 1, 1])
    order = np.lexsort(np.round((low / of.layout.scales).T[::-1], 6)) if len(low) else np.empty(0, int)
    order = order[np.all((high >= whole[0]) & (low <= whole[1]), axis=1)[order]]
    kept = _different(low[order], high[order], pairs[order, 0])
    order = order[kept]
    low, high, regions = low[order], high[order], pairs[order, 0]
    points: dict[int, FixedPoint] = {}
    tight = np.stack([low, high], axis=1)
    parts = _by_cycles(of, tight, regions) if of.period > 1 else _by_orbits(of, tight, regions, maps)
    interrupted = False
    try:
        for number, (k, point) in enumerate(parts, 1):
            points[k] = point
            told(number / len(low))
    except KeyboardInterrupt:
        interrupted = True
    return _with_edges(of, [points[k] for k in sorted(points)], whole), interrupted


def _by_orbits(
    of: Enclosure, tight: Array, regions: Array, maps: Sequence[Symmetry]
) -> Iterator[tuple[int, FixedPoint]]:
    """Points by their numbers: the first of each orbit is shown again, and the others are its images."""
    for number, orbit in enumerate(orbits(tight[:, 0], tight[:, 1], regions, maps)):
        first = orbit[0][0]
        one = shown(of, regions[first], tight[first])
        for k, way in orbit:
            state = way(one.flat) + 0.0  # no -0
            yield k, replace(
                one, state=of.layout.unpack(state), flat=state, low=regions[k, 0], high=regions[k, 1],
                orbit=number if len(orbit) > 1 else None,
            )  # fmt: skip


def _by_cycles(of: Enclosure, tight: Array, regions: Array) -> Iterator[tuple[int, FixedPoint]]:
    """One point of each cycle of a map."""
    for cycle in cycles(of, tight[:, 0], tight[:, 1], regions):
        k = cycle.number
        one = shown(of.after(cycle.period), regions[k], tight[k])
        notes = (*one.notes, *(() if cycle.is_first else ("it may return earlier",)))
        yield k, replace(one, period=cycle.period, cycle=cycle.states if cycle.period > 1 else None, notes=notes)


def _different(low: Array, high: Array, regions: Array) -> list[int]:
    """Zeros without those that lie in the region of an earlier one, in which there is one only."""
    from scipy.spatial import cKDTree

    if not len(low):
        return []
    middles, widest = (low + high) / 2, (regions[:, 1] - regions[:, 0]).max(axis=0)
    pairs = cKDTree(middles / widest).query_pairs(1.0, p=np.inf, output_type="ndarray")
    inside = ((low[pairs[:, 1]] >= regions[pairs[:, 0], 0]) & (high[pairs[:, 1]] <= regions[pairs[:, 0], 1])).all(
        axis=1
    )
    inside |= ((low[pairs[:, 0]] >= regions[pairs[:, 1], 0]) & (high[pairs[:, 0]] <= regions[pairs[:, 1], 1])).all(
        axis=1
    )
    twice = set(pairs[inside, 1].tolist())
    return [k for k in range(len(low)) if k not in twice]


def _with_edges(of: Enclosure, points: list[FixedPoint], whole: tuple[Array, Array]) -> list[FixedPoint]:
    """Points with their residuals, and a note where they are on an edge of the box."""
    if not points:
        return []
    states = np.stack([p.flat for p in points])
    off = residuals(of, states)
    reach = np.array([p.radius for p in points])[:, None] * of.layout.scales
    edge = np.any((states - reach <= whole[0]) | (states + reach >= whole[1]), axis=1)
    return [
        replace(p, residual=float(r), notes=(*p.notes, *(["on an edge of the box"] if e else [])))
        for p, r, e in zip(points, off, edge, strict=True)
    ]
