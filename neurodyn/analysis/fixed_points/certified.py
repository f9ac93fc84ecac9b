"""All fixed points in a box, proved: each box of states holds exactly one, or none, or is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.boxes import Halving, joined
from neurodyn.analysis.fixed_points.clusters import Place, Settling
from neurodyn.analysis.fixed_points.contraction import tightened
from neurodyn.analysis.fixed_points.cycles import cycles
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.inertia import certified as certified_stability
from neurodyn.analysis.fixed_points.orbits import orbits
from neurodyn.analysis.fixed_points.point import Eigenvalues, FixedPoint, Stability, Sure, stability
from neurodyn.analysis.fixed_points.proof import proof
from neurodyn.analysis.fixed_points.symmetries import Symmetry, symmetries
from neurodyn.program.balls import between, many_digits
from neurodyn.program.interval_ops import NoInterval
from neurodyn.program.intervals import Interval

Array = NDArray[np.float64]
# Boxes this share of the whole are small: they are looked at by the places where they touch.
SMALL = 2.0**-12
MOST = 2_000_000


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


def certified(of: Enclosure, ends: tuple[Array, Array], whole: tuple[Array, Array], most: int = MOST) -> Certified:
    """All zeros in a box.

    Args:
        ends: its ends, or those of a smaller one in which all its zeros are known to lie.
        whole: the ends as they are told.
        most: how many pieces are looked at.

    Raises:
        NoInterval: for an operation that intervals lack.
    """
    low, high = ends
    sides = high - low
    search = Halving(of, sides, SMALL, most).run([np.stack([low, high])[None]])
    settling = Settling(of, sides, SMALL, list(search.proved))
    settling.interrupted = search.interrupted
    if search.tough:
        settling.run(joined(search.tough, (2, low.size)))
    unresolved = joined([*search.waiting, *settling.left], (2, low.size))
    pairs = joined(settling.proved, (2, 2, low.size))
    maps = symmetries(of, low, high) if of.period == 1 and of.levels is None else ()
    points, interrupted = _points(of, pairs, whole, maps)
    opened = tuple(_open(of, place) for place in settling.places)
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
    of: Enclosure, pairs: Array, whole: tuple[Array, Array], maps: Sequence[Symmetry]
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
        points.update(parts)
    except KeyboardInterrupt:
        interrupted = True
    return _with_edges(of, [points[k] for k in sorted(points)], whole), interrupted


def _by_orbits(
    of: Enclosure, tight: Array, regions: Array, maps: Sequence[Symmetry]
) -> Iterator[tuple[int, FixedPoint]]:
    """Points by their numbers: the first of each orbit is shown again, and the others are its images."""
    for number, orbit in enumerate(orbits(tight[:, 0], tight[:, 1], regions, maps)):
        first = orbit[0][0]
        shown = _proved(of, regions[first], tight[first])
        for k, way in orbit:
            state = way(shown.flat) + 0.0  # no -0
            yield k, replace(
                shown, state=of.layout.unpack(state), flat=state, low=regions[k, 0], high=regions[k, 1],
                orbit=number if len(orbit) > 1 else None,
            )  # fmt: skip


def _by_cycles(of: Enclosure, tight: Array, regions: Array) -> Iterator[tuple[int, FixedPoint]]:
    """One point of each cycle of a map."""
    for cycle in cycles(of, tight[:, 0], tight[:, 1], regions):
        k = cycle.number
        shown = _proved(of.after(cycle.period), regions[k], tight[k])
        yield k, replace(shown, period=cycle.period, cycle=cycle.states if cycle.period > 1 else None)


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


def _proved(of: Enclosure, region: Array, tight: Array) -> FixedPoint:
    """A zero that intervals show, shown again by balls."""
    scales, notes = of.layout.scales, list[str]()
    middle = tight[0] + (tight[1] - tight[0]) / 2
    try:
        again = proof(of, middle)
        notes += [] if again is not None else ["not shown again by balls of Arb, which are too wide"]
    except NoInterval as error:
        again = None
        notes.append(f"not shown again by balls of Arb, which lack {error}")
    if again is None:
        state, radius = middle, (tight[1] - tight[0]) / 2
        slope = of.jacobian(Interval(tight[None, 0], tight[None, 1]))
        jacobian = between(slope.low[0], slope.high[0])
    else:
        state, radius, jacobian = again.state, again.radius, again.jacobian
    state = np.where(np.abs(state) <= np.maximum(radius, 1e-30 * scales), 0.0, state)
    return FixedPoint(
        of.layout.unpack(state), state, 0.0, _stability(of, jacobian), Sure.PROVED, float(np.max(radius / scales)),
        region[0], region[1], notes=tuple(notes),
    )  # fmt: skip


def _stability(of: Enclosure, jacobian: Any) -> Stability:
    if of.levels is not None:
        with many_digits():
            within = of.levels.within(jacobian)
        found, count = certified_stability(within, False), len(of.levels.pivots)
        still = Eigenvalues(0j, count, 0.0)
        values = sorted((*found.eigenvalues, still), key=lambda e: -e.value.real)
        return replace(found, eigenvalues=tuple(values), neutral=count)
    with many_digits():
        step = jacobian + np.eye(len(jacobian), dtype=int) if of.is_map else jacobian
    return certified_stability(step, of.is_map)


def residuals(of: Enclosure, states: Array) -> Array:
    """The largest rate at each state, in terms of scales."""
    rate = of.rate(Interval.point(states))
    found: Array = np.max(np.maximum(np.abs(rate.low), np.abs(rate.high)) / of.layout.scales, axis=1)
    return found


def _open(of: Enclosure, place: Place) -> FixedPoint:
    """A place where it is not known how many zeros there are."""
    point, box = place.point, Interval(place.low[None], place.high[None])
    notes = [f"{place.boxes} boxes stay open, from {_told(place.low)} to {_told(place.high)}"]
    rate, slope = of.rate(box), of.jacobian(Interval.point(point[None]))
    named, found = "degenerate", Stability((), 0, 0, len(point), Sure.UNDECIDED, of.is_map)
    if of.jumps_in(box)[0]:
        named = "jump"
        notes.insert(0, "the rate jumps in it, from one sign to another or past 0")
    elif not all(np.isfinite(end).all() for end in (rate.low, rate.high, slope.low, slope.high)):
        named = "not bounded"
        notes.insert(0, "the rate or its slope is not bounded there: a pole, or the border of where it has a value")
    else:
        matrix = slope.low[0] + (np.eye(len(point)) if of.is_map else 0.0)
        found = stability(np.linalg.eigvals(matrix), float(np.abs(matrix).max()), of.is_map, place.neutral)
        told = {"the rate is exactly 0 at this state, which is not shown to be the only one nearby": place.exact,
                "several states in it have a rate of 0 as far as numbers say": place.neutral}  # fmt: skip
        notes = [*(text for text, is_so in told.items() if is_so), *notes]
    return FixedPoint(of.layout.unpack(point), point, float(residuals(of, point[None])[0]), found,
                      Sure.UNDECIDED, low=place.low, high=place.high, notes=tuple(notes), named=named)  # fmt: skip


def _told(x: Array) -> str:
    shown = ", ".join(f"{v:.4g}" for v in x[:6])
    return f"({shown}{', ...' if len(x) > 6 else ''})"
