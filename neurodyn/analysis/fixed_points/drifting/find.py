"""Where activations stay while states drift: along directions that rates do not depend on, or for long times."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.certified import Certified, certified
from neurodyn.analysis.fixed_points.drift import Drift
from neurodyn.analysis.fixed_points.drifting.fields import Across
from neurodyn.analysis.fixed_points.drifting.growing import growing
from neurodyn.analysis.fixed_points.drifting.settled import settled
from neurodyn.analysis.fixed_points.drifting.translations import Translations, translations
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.jumps import Unknown
from neurodyn.analysis.fixed_points.point import FixedPoint, Sure, stability
from neurodyn.analysis.fixed_points.report import FixedPoints
from neurodyn.analysis.fixed_points.search.distinct import distinct
from neurodyn.analysis.fixed_points.search.newton import newton
from neurodyn.analysis.fixed_points.search.searched import MOST_STEPS
from neurodyn.analysis.fixed_points.search.shown import Judge
from neurodyn.analysis.fixed_points.search.starts import from_start, in_box
from neurodyn.analysis.fixed_points.search.steps import MOST_DENSE
from neurodyn.analysis.fixed_points.shares import Effort, Told, part
from neurodyn.errors import InputError
from neurodyn.program.interval_ops import NoInterval
from neurodyn.system.checks.periods import period_of
from neurodyn.system.jacobian import spans

Array = NDArray[np.float64]
# How many directions are told; up to how many states there are intervals; below which share of the slopes a drift is
# none; how far along it definitions are looked at, in scales.
TOLD, MOST_ENCLOSED, STILL, ALONG = 3, 12, 1e-9, (0.0, 1.0, 10.0, 100.0)
# Which share of the work is done, about, when the first of two parts is.
NEAR = 0.6
# Up to how many states it is looked whether there may be a drift where none is asked for, and what is said then.
MOST_HINTED = 200
HINT = "rates do not depend on some directions: drift=True looks for activations that stay while states drift"
SEEN = "that rates stay along it is seen at some states, not shown"


def drifting(field: Field, given: tuple[Array, Array] | None, home: Array, effort: Effort) -> FixedPoints:
    """States at which all but a drift is 0.

    Args:
        given: the ends of a box, flat, maybe infinite; without one all states are searched, and also far out.
        home: the state at which states are held along directions of drift, and from which they grow.
    """
    system = field.system
    if field.kind == "map" or field.size > MOST_DENSE:
        why = "it is a map" if field.kind == "map" else f"it has more than {MOST_DENSE} numbers of state"
        raise InputError(f"Drifts of {system.name} are not looked for: {why}.", code="no-drift",
                         remedy="Leave drift=True out.")  # fmt: skip
    of = _enclosure(field)
    ways = translations(field, of, home)
    points, reasons = list[FixedPoint](), list[str]()
    found = Certified((), Sure.SEARCHED, "")
    if ways is not None:
        found = _along(field, of, ways, given, replace(effort, told=part(effort.told, 0.0, NEAR)))
        points += [_with_drift(field, p, ways) for p in found.points]
        reasons.append(f"along directions that rates do not depend on: {found.reason}")
    verdict, interrupted = found.verdict, found.interrupted
    if given is None and not interrupted:
        grown, led, interrupted = growing(field, home, replace(effort, told=part(effort.told, NEAR, 1.0)))
        points += [p for p in grown if ways is None or not _lies_in(p, ways, field.scales)]
        reasons.append(f"far out: {effort.starts} starts led {led} times to a rate that stays or to none")
        verdict = Sure.UNDECIDED if interrupted else Sure.SEARCHED
    if not reasons:
        reasons.append("rates depend on all directions of states")
    along = [] if ways is None else ways.texts(system.layout)
    said = tuple(f"Rates do not change along {t}." for t in along[:TOLD])
    said += (f"And {len(along) - TOLD} more such directions.",) if len(along) > TOLD else ()
    return FixedPoints(
        system, tuple(points), verdict, "; ".join(reasons), given, found.unresolved, field.notes, invariants=said,
        interrupted=interrupted, counts={"starts": effort.starts}, at=field.t, drifting=True,
    )  # fmt: skip


def may_drift(field: Field, home: Array) -> bool:
    """Whether there are directions that the rates of a flow do not depend on, in systems that are not large."""
    return field.kind == "flow" and field.size <= MOST_HINTED and translations(field, None, home) is not None


def _enclosure(field: Field) -> Enclosure | None:
    if field.size > MOST_ENCLOSED:
        return None
    with suppress(NoInterval, Unknown, InputError):
        return Enclosure(field)
    return None


def _along(
    field: Field, of: Enclosure | None, ways: Translations, given: tuple[Array, Array] | None, effort: Effort
) -> Certified:
    """What is 0 across the directions of drift: all of it in a box, or what a search finds."""
    if given is None:
        return _searched(field, ways, from_start(field, effort.starts, effort.seed), None, effort.told)
    low, high = given[0].copy(), given[1].copy()
    reach = field.scales[ways.pivots]
    low[ways.pivots], high[ways.pivots] = ways.through[ways.pivots] - reach, ways.through[ways.pivots] + reach
    if not np.isfinite([low, high]).all():
        name = field.names[int(np.argmax(~np.isfinite([low, high]).all(axis=0)))]
        raise InputError(f"The box has no ends for {name}.", code="bad-box", remedy="Bound all states, or none.")
    if of is not None:
        of.levels = ways
        with suppress(NoInterval, Unknown):
            found = certified(of, (low, high), (low, high), effort.boxes, effort.told)
            return found if ways.shown or found.verdict is not Sure.PROVED else replace(found, verdict=Sure.SEARCHED)
    return _searched(field, ways, in_box(low, high, effort.starts, effort.seed), (low, high), effort.told)


def _searched(field: Field, ways: Translations, begin: Array, box: tuple[Array, Array] | None, told: Told) -> Certified:
    of = Across(field, ways)
    ended = newton(of, begin / field.scales, MOST_STEPS, tick=lambda n: told(NEAR * n / len(begin)))
    roots = _in_one_turn(field, ended.states[ended.found] * field.scales, ways.through) / field.scales
    roots, points, interrupted = roots[distinct(roots).first], list[FixedPoint](), ended.interrupted
    judge = Judge(of, ways)
    try:
        for number, z in enumerate(roots, 1):
            point = _point(of, judge, z)
            if point is not None and (box is None or ((point.flat >= box[0]) & (point.flat <= box[1])).all()):
                points.append(point)
            told(NEAR + (1 - NEAR) * number / len(roots))
    except KeyboardInterrupt:
        interrupted = True
    reason = f"{len(begin)} starts led {int(ended.found.sum())} times to {len(points)} of them"
    return Certified(tuple(points), Sure.SEARCHED, reason, interrupted=interrupted)


def _in_one_turn(field: Field, states: Array, around: Array) -> Array:
    """States with a period within half of it around a state: after it they are the same."""
    turns = np.zeros(field.size)
    for name, span in spans(field.system.layout).items():
        declared = field.system.model.states[name]
        if declared.period is not None:
            turns[span] = period_of(declared, field.system.bound())
    return np.asarray(states - turns * np.rint((states - around) / np.where(turns > 0, turns, 1.0)))


def _point(of: Across, judge: Judge, z: Array) -> FixedPoint | None:
    """What is known of a root; None of what is not shown to be one."""
    shown, flat, rest = judge.judged(z), z * of.field.scales, of.ways.rest
    if shown.sure is Sure.SLOW or shown.neutral:
        return None
    slopes = of.jacobian(z)[np.ix_(rest, rest)]
    size = float(np.linalg.norm(slopes, 2)) if slopes.size else 0.0
    return FixedPoint(
        of.field.system.layout.unpack(flat), flat, float(np.abs(of.defect(z)).max()),
        stability(np.linalg.eigvals(slopes).astype(complex), size), shown.sure, shown.radius, shown.low, shown.high,
    )  # fmt: skip


def _with_drift(field: Field, p: FixedPoint, ways: Translations) -> FixedPoint:
    """A point with its drift, and what stays along it."""
    if p.sure is Sure.UNDECIDED:
        return p
    rate = ways.ways.T @ field.values(p.flat)[ways.pivots]
    size = float(np.abs(field.jacobian(p.flat) * field.scales / field.scales[:, None]).max(initial=0.0))
    largest = float(np.abs(rate / field.scales).max())
    rate = np.where(np.abs(rate / field.scales) > STILL * max(size, largest), rate, 0.0)
    length = float(np.abs(rate / field.scales).max()) or 1.0
    stays, moves = settled(field, p.flat + np.array(ALONG)[:, None] * rate / length, STILL)
    sure = p.sure if ways.shown else Sure.SEARCHED
    notes: tuple[str, ...] = (*p.notes, *(() if ways.shown else (SEEN,)))
    return replace(p, sure=sure, notes=notes, drift=Drift(rate, field.names, stays, moves, lasting=True))


def _lies_in(p: FixedPoint, ways: Translations, scales: Array) -> bool:
    """Whether a drift goes along the directions that are looked at by themselves."""
    assert p.drift is not None
    rate: Any = p.drift.flat / scales
    basis = (ways.ways / scales).T
    rest = rate - basis @ np.linalg.lstsq(basis, rate, rcond=None)[0]
    return bool(np.abs(rest).max() <= 1e-3 * np.abs(rate).max())
