"""Fixed points of systems of any size, searched for: what many starts lead to, and how much they are likely to have
missed; what is no root is told by its speed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.point import FixedPoint, Stability, Sure, stability
from neurodyn.analysis.fixed_points.search.distinct import Distinct, distinct
from neurodyn.analysis.fixed_points.search.newton import Ended, newton
from neurodyn.analysis.fixed_points.search.scaled import Scaled
from neurodyn.analysis.fixed_points.search.shown import Judge, Shown
from neurodyn.analysis.fixed_points.search.speed import how_slow, slowest
from neurodyn.analysis.fixed_points.search.starts import from_start, in_box
from neurodyn.analysis.fixed_points.shares import Told, nobody, part

Array = NDArray[np.float64]
# Steps from each start; starts that are searched again beside known roots; searches for slow points, of how many states
# at most; below which share of the median speed of the starts a point is slow.
MOST_STEPS, AGAIN, MOST_SLOW, SLOW_SIZE, SLOW_SHARE = 60, 64, 24, 2000, 0.005
MOST_EIGEN = 3000
# Which share of the work is done, about, when searches have ended, and when roots are shown.
FOUND, SHOWN = 0.6, 0.9
# States of least speed that are closer than this are one.
NEARBY = 1e-4
# Of how many states it is looked in full whether roots go on from there.
MOST_LINES = 6
OPEN = "the rate is as small as rounding lets it be, but a degenerate root or a ghost: none is shown"


@dataclass(frozen=True, eq=False)
class Searched:
    """What a search came to.

    Attributes:
        points: fixed points and slow points.
        reason: how hard it was looked and what that led to, in a sentence.
        counts: starts, found, deflated, slow, unseen.
    """

    points: tuple[FixedPoint, ...]
    reason: str
    counts: Mapping[str, Any]
    interrupted: bool
    verdict: Sure = Sure.SEARCHED


def searched(
    field: Field, box: tuple[Array, Array] | None = None, *, starts: int = 256, seed: int = 0, slow: bool = True,
    told: Told = nobody,
) -> Searched:  # fmt: skip
    """Search for fixed points from many starts.

    Args:
        box: where to start and to look, flat; without one, at the start of the model and along its trajectories.
        starts: how many searches begin.
        slow: whether to tell slow points too, where searches find no root.
        told: is told which share of the work is done.
    """
    of = Scaled(field)
    begin = from_start(field, starts, seed) if box is None else in_box(*box, starts, seed)
    ended = newton(of, begin / field.scales, MOST_STEPS, tick=lambda n: told(FOUND * n / starts))
    roots, tally, again, interrupted = _roots(of, ended)
    judge = Judge(of)
    points, left = _told(of, judge, roots, part(told, FOUND, SHOWN))
    interrupted |= left
    if slow and not interrupted:
        lost = ended.states[ended.tried & ~ended.found]
        more, interrupted = _slow_points(of, judge, lost, begin / field.scales, points, part(told, SHOWN, 1.0))
        points += more
    if box is not None:
        points = [p for p in points if ((p.flat >= box[0]) & (p.flat <= box[1])).all()]
    counts = {"starts": int(ended.tried.sum()), "led to a root": int(ended.found.sum()), "searched again": again,
              "unseen": round(tally.unseen, 4)}  # fmt: skip
    return Searched(tuple(points), _reason(counts, points, interrupted), counts, interrupted)


def _roots(of: Scaled, ended: Ended) -> tuple[Array, Distinct, int, bool]:
    """Different roots, those of a second search beside the known ones included; and whether it was interrupted."""
    found = ended.states[ended.found]
    tally = distinct(found)
    roots = found[tally.first]
    if ended.interrupted or not len(roots) or len(roots) == len(found) or of.size > SLOW_SIZE:
        return roots, tally, 0, ended.interrupted
    rows = np.setdiff1d(np.arange(len(found)), tally.first)[:AGAIN]
    more = newton(of, found[rows] + 0.1 * np.random.default_rng(1).standard_normal((len(rows), of.size)), MOST_STEPS,
                  roots)  # fmt: skip
    every = np.concatenate([roots, more.states[more.found]])
    return every[distinct(every).first], tally, len(rows), more.interrupted


def _told(of: Scaled, judge: Judge, roots: Array, told: Told) -> tuple[list[FixedPoint], bool]:
    """What is known of each; of a continuum one point, with how many places of it were found. Interrupted, of some."""
    points, lines, near = list[FixedPoint](), list[FixedPoint](), list[Array]()
    places, interrupted = 0, False
    try:
        for number, z in enumerate(roots, 1):
            shown = judge.judged(z, lines_known=len(lines) >= MOST_LINES)
            if shown.sure is not Sure.SLOW and not shown.neutral:
                points.append(_point(of, z, shown))
            elif shown.neutral:
                places += 1
                lines += [_point(of, z, shown)] if len(lines) < MOST_LINES else []
            elif all(np.abs(z - y).max() > NEARBY * (1 + np.abs(z).max()) for y in near):
                near.append(z)
                point = _point(of, z, replace(shown, sure=Sure.UNDECIDED))
                told_slow = f"; {how_slow(of, z)}" if of.size <= SLOW_SIZE else ""
                points.append(replace(point, notes=(f"{OPEN}{told_slow}",)))
            told(number / len(roots))
    except KeyboardInterrupt:
        interrupted = True
    for neutral in sorted({p.stability.neutral for p in lines}):
        first = next(p for p in lines if p.stability.neutral == neutral)
        points.append(replace(first, notes=(f"one of {places} places that were found, of one continuum or more",)))
    return points, interrupted


def _slow_states(of: Scaled, lost: Array) -> Iterator[Array]:
    """Where the speed is least near the ends of searches that found no root."""
    with np.errstate(all="ignore"):
        rates = np.abs(of.defect(lost)).max(axis=1, initial=0.0)
        for k in [k for k in np.argsort(rates) if np.isfinite(rates[k])][:MOST_SLOW]:
            yield slowest(of, lost[k])


def _slow_points(
    of: Scaled, judge: Judge, lost: Array, begin: Array, known: list[FixedPoint], told: Told
) -> tuple[list[FixedPoint], bool]:
    """Slow points near some states, and roots that only the search for slow ones led to; and if it was interrupted."""
    found = list[FixedPoint]()
    if of.size > SLOW_SIZE or not len(lost):
        return found, False
    usual = float(np.median(np.linalg.norm(of.defect(begin), axis=1)))
    lines = {p.stability.neutral for p in known} - {0}
    taken = [p.flat / of.field.scales for p in known]
    try:
        for number, z in enumerate(_slow_states(of, lost)):
            told(number / min(len(lost), MOST_SLOW))
            if any(np.abs(z - y).max() <= NEARBY * (1 + np.abs(y).max()) for y in taken):
                continue
            shown = judge.judged(z, lines_known=bool(lines))
            if shown.neutral in lines:
                continue
            if shown.sure is not Sure.SLOW:
                found.append(_point(of, z, shown))
            elif np.linalg.norm(of.defect(z)) <= SLOW_SHARE * usual:
                point = _point(of, z, shown)
                found.append(replace(point, notes=(str(how_slow(of, z)), *point.notes)))
            taken.append(z)
    except KeyboardInterrupt:
        return found, True
    return found, False


def _point(of: Scaled, z: Array, shown: Shown) -> FixedPoint:
    field = of.field
    flat = z * field.scales
    found = _stability(field, flat, shown.neutral)
    return FixedPoint(
        field.system.layout.unpack(flat), flat, float(np.abs(of.defect(z)).max()), found, shown.sure, shown.radius,
        shown.low, shown.high,
    )  # fmt: skip


def _stability(field: Field, flat: Array, neutral: int) -> Stability:
    if field.size > MOST_EIGEN:
        return Stability((), 0, 0, field.size, Sure.UNDECIDED, field.kind == "map")
    matrix = field.jacobian(flat)
    size = float(np.linalg.norm(matrix, 2)) if field.size < 500 else float(np.abs(matrix).sum(axis=1).max())
    return stability(np.linalg.eigvals(matrix).astype(complex), size, field.kind == "map", neutral)


def _reason(counts: Mapping[str, Any], points: list[FixedPoint], interrupted: bool) -> str:
    slow = sum(p.sure is Sure.SLOW for p in points)
    text = f"{counts['starts']} starts led {counts['led to a root']} times to {len(points) - slow} fixed points"
    lines = any(p.stability.neutral for p in points)
    if lines:
        text += ", a continuum among them"
    elif counts["led to a root"]:
        text += f"; of further ones, {100 * counts['unseen']:.2g} % are expected to lead to one that is not listed"
    text += f"; {slow} slow points, at which there is no fixed point as far as can be shown" if slow else ""
    return f"interrupted, so in part only: {text}" if interrupted else text
