"""What is told of a zero that intervals show, and of a place where it stays open whether there is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fixed_points.clusters import Place
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.analysis.fixed_points.inertia import certified as certified_stability
from neurodyn.analysis.fixed_points.point import Eigenvalues, FixedPoint, Stability, Sure, stability
from neurodyn.analysis.fixed_points.proof import proof
from neurodyn.program.balls import between, many_digits
from neurodyn.program.interval_ops import NoInterval
from neurodyn.program.intervals import Interval

Array = NDArray[np.float64]


def shown(of: Enclosure, region: Array, tight: Array) -> FixedPoint:
    """A zero that intervals show, shown again by balls."""
    scales, notes = of.layout.scales, list[str]()
    middle = tight[0] + (tight[1] - tight[0]) / 2
    try:
        again = proof(of, middle)
        again = again if again is not None and again.lies_in(region) else None
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
    is_zero = np.abs(state) <= np.maximum(radius, 1e-30 * scales)
    radius, state = np.where(is_zero, radius + np.abs(state), radius), np.where(is_zero, 0.0, state)
    return FixedPoint(
        of.layout.unpack(state), state, 0.0, _stability(of, jacobian), Sure.PROVED, float(np.max(radius / scales)),
        region[0], region[1], notes=tuple(notes),
    )  # fmt: skip


def _stability(of: Enclosure, jacobian: Any) -> Stability:
    scales = between(of.layout.scales, of.layout.scales)
    if of.levels is not None:
        with many_digits():
            within = _in_scales(of.levels.within(jacobian), scales[of.levels.rest])
        found, count = certified_stability(within, False), of.levels.neutral
        if not count:
            return found
        still = Eigenvalues(0j, count, 0.0)
        values = sorted((*found.eigenvalues, still), key=lambda e: -e.value.real)
        return replace(found, eigenvalues=tuple(values), neutral=count)
    with many_digits():
        step = jacobian + np.eye(len(jacobian), dtype=int) if of.is_map else jacobian
        step = _in_scales(step, scales)
    return certified_stability(step, of.is_map)


def _in_scales(matrix: Any, scales: Any) -> Any:
    """A Jacobian of states in terms of their scales: it has the same eigenvalues."""
    return matrix * scales / scales[:, None]


def residuals(of: Enclosure, states: Array) -> Array:
    """The largest rate at each state, in terms of scales."""
    rate = of.rate(Interval.point(states))
    found: Array = np.max(np.maximum(np.abs(rate.low), np.abs(rate.high)) / of.layout.scales, axis=1)
    return found


def left_open(of: Enclosure, place: Place) -> FixedPoint:
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
        matrix = _in_scales(matrix, of.layout.scales)
        found = stability(np.linalg.eigvals(matrix), float(np.abs(matrix).max()), of.is_map, place.neutral)
        told = {"the rate is exactly 0 at this state, which is not shown to be the only one nearby": place.exact,
                "several states in it have a rate of 0 as far as numbers say": place.neutral}  # fmt: skip
        notes = [*(text for text, is_so in told.items() if is_so), *notes]
    return FixedPoint(of.layout.unpack(point), point, float(residuals(of, point[None])[0]), found,
                      Sure.UNDECIDED, low=place.low, high=place.high, notes=tuple(notes), named=named)  # fmt: skip


def _told(x: Array) -> str:
    shown = ", ".join(f"{v:.4g}" for v in x[:6])
    return f"({shown}{', ...' if len(x) > 6 else ''})"
