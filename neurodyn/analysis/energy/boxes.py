"""A claim shown at all states of a box, by intervals: the box is halved until each piece is sure.

Where what must not be positive touches 0 without a slope, no halving ends. There it is shown that its matrix of second
derivatives has no positive eigenvalue in a whole piece around that place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from neurodyn.analysis.energy.premises import KINKS
from neurodyn.analysis.energy.search import excess_of
from neurodyn.analysis.field.enclosed import enclosed
from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.calculus.nodes import Floor, Stop
from neurodyn.calculus.normal import normal
from neurodyn.calculus.reductions import ArgLargest, ArgSmallest, Count
from neurodyn.calculus.rewrite import Definition, inline
from neurodyn.calculus.terms import TooLarge
from neurodyn.program.interval_function import Intervals
from neurodyn.program.interval_matrices import is_negative_definite
from neurodyn.program.intervals import Interval
from neurodyn.program.lower import Output
from neurodyn.system.claims import Claim
from neurodyn.system.jacobian import derived, spans
from neurodyn.system.system import System

Array = NDArray[np.float64]
OVER = "over"
# Where these stand, derivatives say nothing of neighbours: values alone count.
EDGED = (*KINKS, Floor, Stop, Count, ArgLargest, ArgSmallest)
# How many pieces are looked at together and in all, and below which share of its box none is halved again.
TOGETHER, MOST, LEAST = 4096, 400_000, 2.0**-40


@dataclass(frozen=True, eq=False)
class Covered:
    """What is known of a box.

    Attributes:
        pieces: how many were looked at.
        closed: of those, how many needed second derivatives.
        left: pieces that are not decided, (pieces, 2, size).
        sure, bent: the pieces in which it holds by values and slopes, and by second derivatives.
        broken: a state in which the claim surely does not hold, where one was met; it is looked no further then.
    """

    pieces: int
    closed: int
    left: Array
    sure: Array
    bent: Array
    broken: Array | None = None

    @property
    def is_sure(self) -> bool:
        """Whether the claim holds in all of the box."""
        return not len(self.left)


class Cover:
    """Shows a claim in boxes, at all times between two; inputs are held still at their values at the first.

    Raises:
        NoInterval: for an operation that intervals lack.
    """

    def __init__(self, system: System, claim: Claim, times: tuple[float, float]) -> None:
        self._system, self._t = system, Interval(np.asarray(times[0]), np.asarray(times[1]))
        structure = system.structure
        self._inputs = {n: Interval.point(v) for n, v in inputs_at(system, times[0]).items()}
        columns = {n: structure.letters(n) for n in system.layout.names}
        whole = inline(excess_of(claim), structure.varying)
        self._smooth = not whole.has(*EDGED)
        over = Definition((), _short(whole))
        first = derived(structure, {OVER: over}, columns)
        slopes = {x: Definition(out.letters, out.expr) for (_, x), out in first.outputs.items()}
        second = derived(structure, slopes, columns)
        self._value = enclosed(system, [Output(OVER, (), over.expr)], structure.definitions)
        self._slope = enclosed(system, [Output(x, d.letters, d.expr) for x, d in slopes.items()], first.definitions)
        self._bend = enclosed(system, [Output(f"{x} {y}", o.letters, o.expr) for (x, y), o in second.outputs.items()],
                                     second.definitions)  # fmt: skip
        self._pairs = tuple(second.outputs)

    def of(self, low: Array, high: Array, points: Sequence[Array] = (), most: int = MOST) -> Covered:
        """What is known of the box between two states.

        Args:
            points: where what must not be positive may be 0 without a slope.
            most: how many pieces are looked at.
        """
        touching = [p for p in points if self._smooth and self._touches(p)]
        waiting: list[Array] = [np.stack([low, high])[None]]
        left, sure, closings = list[Array](), list[Array](), list[Array]()
        pieces = closed = 0
        while waiting and pieces < most:
            some = waiting.pop()
            now, later = some[:TOGETHER], some[TOGETHER:]
            waiting += [later] if len(later) else []
            pieces += len(now)
            highest, at_middle = self._bounds(now)
            if (at_middle > 0).any():
                broken = now[int(at_middle.argmax())].mean(axis=0)
                rest = _joined([*left, now, *waiting], low)
                return Covered(pieces, closed, rest, _joined(sure, low), _joined(closings, low), broken)
            sure.append(now[highest <= 0])
            unsure = now[highest > 0]
            bent = np.array([self._is_closed(piece, touching) for piece in unsure], dtype=bool)
            closed += int(bent.sum())
            closings.append(unsure[bent])
            unsure = unsure[~bent]
            small = ((unsure[:, 1] - unsure[:, 0]) <= LEAST * (high - low)).all(axis=1)
            left += [unsure[small]] if small.any() else []
            waiting += [halved(unsure[~small], high - low)] if (~small).any() else []
        return Covered(pieces, closed, _joined([*left, *waiting], low), _joined(sure, low), _joined(closings, low))

    # --- what a second opinion needs ------------------------------------------------------------------------------

    @property
    def programs(self) -> tuple[Intervals, Intervals, Intervals]:
        """The value, its slopes and its second derivatives."""
        return self._value, self._slope, self._bend

    @property
    def times(self) -> Interval:
        return self._t

    def given(self, pieces: Array) -> dict[str, Interval]:
        """States and inputs in pieces."""
        lows, highs = (self._system.layout.unpack(pieces[:, k]) for k in (0, 1))
        return {**{n: Interval(lows[n], highs[n]) for n in lows}, **self._inputs}

    @property
    def spans(self) -> Mapping[str, slice]:
        """Where each state stands in the flat one."""
        return spans(self._system.layout)

    def matrix(self, found: Mapping[str, Any]) -> Any:
        """Second derivatives by pairs of states, of one piece, as one matrix."""
        layout = self._system.layout
        spans = self.spans
        any_block = next(iter(found.values()))
        whole = np.zeros((layout.size, layout.size), dtype=any_block.dtype)
        for x, y in self._pairs:
            whole[spans[x], spans[y]] = found[f"{x} {y}"].reshape(whole[spans[x], spans[y]].shape)
        return whole

    # --- bounds ---------------------------------------------------------------------------------------------------

    def _bounds(self, pieces: Array) -> tuple[Array, Array]:
        """An upper bound in each piece, and a lower one in its middle.

        The upper bound is that of the expression, or that of the line through the middle with any slope of the piece.
        """
        direct = self._value(self._t, self.given(pieces))[OVER].high
        middle = pieces.mean(axis=1)
        at = self._value(self._t, self.given(np.stack([middle, middle], axis=1)))[OVER]
        if not self._smooth:
            return direct, at.low
        away = Interval(pieces[:, 0], pieces[:, 1]) - Interval.point(middle)
        line = at + (self._gradient(pieces) * away).total((1,))
        return np.minimum(direct, line.high), at.low

    def _gradient(self, pieces: Array) -> Interval:
        found = self._slope(self._t, self.given(pieces))
        layout, rows = self._system.layout, len(pieces)
        missing = {n: np.zeros((rows, *s)) for n, s in zip(layout.names, layout.shapes, strict=True) if n not in found}
        ends = (
            {n: getattr(found[n], end) if n in found else missing[n] for n in layout.names} for end in ("low", "high")
        )
        return Interval(*(layout.pack(end, True) for end in ends))

    # --- where it touches 0 ---------------------------------------------------------------------------------------

    def _touches(self, point: Array) -> bool:
        """Whether the value and the slope are 0 at a point, with no rounding."""
        here = np.stack([point, point])[None]
        value, slope = self._value(self._t, self.given(here))[OVER], self._gradient(here)
        return not any(np.any(end) for end in (value.low, value.high, slope.low, slope.high))

    def _is_closed(self, piece: Array, points: Sequence[Array]) -> bool:
        """Whether a point at which it touches 0 lies in a piece in which it is concave."""
        inside = any((piece[0] <= p).all() and (p <= piece[1]).all() for p in points)
        return inside and self._is_concave(piece)

    def _is_concave(self, piece: Array) -> bool:
        """Whether each matrix of second derivatives in the piece is negative definite."""
        found = self._bend(self._t, self.given(piece[None]))
        low, high = (self.matrix({n: getattr(x, end) for n, x in found.items()}) for end in ("low", "high"))
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            return False
        return is_negative_definite(Interval(low, high))


def halved(pieces: Array, size: Array) -> Array:
    """Each piece cut in two along the side that is longest in terms of the box."""
    share = (pieces[:, 1] - pieces[:, 0]) / np.where(size > 0, size, 1.0)
    rows, side = np.arange(len(pieces)), share.argmax(axis=1)
    first, second = pieces.copy(), pieces.copy()
    cut = pieces.mean(axis=1)[rows, side]
    first[rows, 1, side], second[rows, 0, side] = cut, cut
    return np.concatenate([first, second])


def _joined(pieces: Sequence[Array], like: Array) -> Array:
    return np.concatenate(pieces) if pieces else np.empty((0, 2, len(like)))


def _short(expr: Expr) -> Expr:
    """The normal form of an expression, in which what cancels is gone; the expression, where that is too long."""
    try:
        return normal(expr)
    except TooLarge:
        return expr
