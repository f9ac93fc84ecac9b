"""What each lane keeps of its path, as LLVM text: written where runs begin, after each good step, and where they end.

What is computed stands in `reducing`, where it is written for arrays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from neurodyn.backends.ensemble.body import Place
from neurodyn.backends.ensemble.frame import ATOL, Frame, Kept
from neurodyn.backends.ensemble.methods import Tableau
from neurodyn.backends.ensemble.node_text import call, combined
from neurodyn.backends.ensemble.paths import Path
from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole
from neurodyn.backends.nodes import Nodes, nodes
from neurodyn.system.reductions import DOWN, UP, FirstCrossing, Max, Mean, SettledAt

IMPLICIT_POINTS = 4  # its path has degree 3


def points_of(frame: Frame) -> Nodes:
    """The points at which a step is looked at: one more than the degree of its path."""
    method = frame.method
    return nodes(len(method.path[0]) + 1 if isinstance(method, Tableau) else IMPLICIT_POINTS)


def make_room(frame: Frame) -> None:
    """Room on the stack."""
    body, shape, count = frame.body, frame.shape, points_of(frame).count
    body.room("keep", body.reals, shape.slots)
    body.room("window", body.reals, count)
    for k in range(1, count - 1):
        body.room(f"at{k}", body.reals, shape.states)
    for k in range(count if shape.observed else 0):
        body.room(f"seen{k}", body.reals, shape.observed)
    body.each(shape.slots, lambda place: body.store(0.0, "%keep", place))


def write_start(frame: Frame, new: Flag) -> None:
    """Lanes that have taken a trial have kept nothing yet."""
    body = frame.body
    for own in frame.shape.kept:
        for place in range(own.slot, own.slot + own.slots):
            body.store(new.choose(own.beginning, body.load("%keep", place)), "%keep", place)


def hand_in(frame: Frame, done: Flag, number: Whole) -> None:
    """What was kept of runs that have ended."""
    body = frame.body
    first = body.times(number, frame.shape.slots)
    body.each(
        frame.shape.slots,
        lambda c: body.scatter(body.load("%keep", c), "%kept", body.beyond(first, c), done),
    )


def write_step(frame: Frame, good: Flag, t: Real, h: Real, after: Real, path: Path) -> None:
    """What a step of each good lane adds; it ends in a block of its own.

    Args:
        t, h, after: where the step begins, how long it is, where it ends.
    """
    body, shape, points = frame.body, frame.shape, points_of(frame)
    path.prepare()
    for k, part in enumerate(points.parts.tolist()[1:-1], 1):
        state = path.at(body.number(part))
        frame.each(lambda c, k=k, state=state: body.store(state(c), f"%at{k}", c))  # type: ignore[misc]
    bases = ["y", *(f"at{k}" for k in range(1, points.count - 1)), "u"]
    if shape.observed:
        for k, (part, base) in enumerate(zip(points.parts.tolist(), bases, strict=True)):
            now = after if part == 1 else h.fma(part, t)
            frame.call("seen", now, base, f"seen{k}")
    step = _Step(frame, points, good, t, h)
    for own in shape.kept:
        step.keep(own, [f"seen{k}" for k in range(points.count)] if own.observed else bases)


@dataclass(frozen=True)
class _Step:
    """Writes what one step adds."""

    frame: Frame
    points: Nodes
    good: Flag
    t: Real
    h: Real

    def keep(self, own: Kept, bases: Sequence[str]) -> None:
        """All numbers of one reduction."""
        if own.word == SettledAt.word:
            self._settle(own, bases)
            return
        body = self.frame.body
        step = self._late(own) if own.late else self
        if own.word == Mean.word:
            time = body.load("%keep", own.slot + own.count)
            body.store(step.good.choose(time + step.h, time), "%keep", own.slot + own.count)
        body.each(own.count, partial(step._one, own, bases, self))

    def _late(self, own: Kept) -> _Step:
        """The part of the step that counts, from a time on."""
        begin = self.frame.body.read("%span", own.limit)
        end, cut = self.t + self.h, self.t < begin
        return _Step(
            self.frame,
            self.points,
            self.good & (end > begin),
            cut.choose(begin, self.t),
            cut.choose(end - begin, self.h),
        )

    def _one(self, own: Kept, bases: Sequence[str], whole: _Step, c: Place) -> None:
        """One number."""
        body = self.frame.body
        values = [body.load(f"%{base}", body.further(c, own.first)) for base in bases]
        if own.late:
            values = self._shortened(values, whole)
        if own.word == Mean.word:
            self._add(own, values, c)
        elif own.word == FirstCrossing.word:
            self._cross(own, values, c)
        else:
            self._extreme(own, values if own.word == Max.word else [-value for value in values], c)

    def _shortened(self, values: Sequence[Real], whole: _Step) -> list[Real]:
        """The values at the points of the part that counts, where that is not the whole step."""
        body, label = self.frame.body, f"cut{len(self.frame.body.lines)}"
        for k, value in enumerate(values):
            body.store(value, "%window", k)
        cut = self.good & (self.t > whole.t)
        body.fork(body.any(cut), label, f"{label}.end")
        body.block(label)
        first = ((self.t - whole.t) / whole.h) * 2.0 - 1.0
        for k, part in enumerate(self.points.parts.tolist()):
            moved = call(body, "at", [*values, (1.0 - first).fma(part, first)])
            body.store(cut.choose(moved, values[k]), "%window", k)
        body.jump(f"{label}.end")
        body.block(f"{label}.end")
        return [body.load("%window", k) for k in range(len(values))]

    def _add(self, own: Kept, values: Sequence[Real], c: Place) -> None:
        body, place = self.frame.body, self.frame.body.further(c, own.slot)
        total, mean = body.load("%keep", place), combined(self.points.weights.tolist(), values)
        body.store(self.good.choose(self.h.fma(mean, total), total), "%keep", place)

    def _extreme(self, own: Kept, values: Sequence[Real], c: Place) -> None:
        """The largest value so far."""
        body, place = self.frame.body, self.frame.body.further(c, own.slot)
        best, top, low = body.load("%keep", place), values[0], values[0]
        odd = values[0]  # no number, if any value is none
        for value in values[1:]:
            top, low, odd = (value > top).choose(value, top), (value < low).choose(value, low), odd + value
        larger = self.good & ((top > best) | odd.differs(odd))
        body.store(larger.choose(odd.differs(odd).choose(odd, top), best), "%keep", place)
        # A polynomial exceeds its values at Chebyshev's points by less than half of what they span.
        possible, label = self.good & ((top - low).fma(0.5, top) > best), f"top{len(body.lines)}"
        # Nor at an end where it rises out of the step.
        first, last = (combined(row, values) for row in self.points.to_rates[[0, -1]].tolist())
        out = (values[-1].equals(top) & (last >= 0.0)) | (values[0].equals(top) & (first <= 0.0))
        possible = possible & ~out
        body.fork(body.any(possible), label, f"{label}.end")
        body.block(label)
        best, found = body.load("%keep", place), call(body, "top", values)
        body.store((possible & (found > best)).choose(found, best), "%keep", place)
        body.jump(f"{label}.end")
        body.block(f"{label}.end")

    def _cross(self, own: Kept, values: Sequence[Real], c: Place) -> None:
        """The first time at which a level is crossed."""
        body = self.frame.body
        level, time = body.read("%span", own.limit, 1), body.further(c, own.slot)
        last = body.further(c, own.slot + own.count)
        off = [body.load("%keep", last), *(value - level for value in values)]
        crossed = [_crossed(own.direction, a, b) for a, b in pairwise(off)]
        body.store(self.good.choose(off[-1], off[0]), "%keep", last)
        found, every = body.load("%keep", time), crossed[0]
        for one in crossed[1:]:
            every = every | one
        due, label = self.good & every & found.differs(found), f"cross{len(body.lines)}"
        body.fork(body.any(due), label, f"{label}.end")
        body.block(label)
        x = self.points.x.tolist()
        a, b = body.number(x[-2]), body.number(x[-1])
        for k in range(self.points.count - 2, 0, -1):
            a, b = crossed[k].choose(x[k - 1], a), crossed[k].choose(x[k], b)
        part = call(body, "root", [*off[1:], a, b]).fma(0.5, 0.5)
        at = crossed[0].choose(self.t, self.h.fma(part, self.t))
        body.store(due.choose(at, body.load("%keep", time)), "%keep", time)
        body.jump(f"{label}.end")
        body.block(f"{label}.end")

    def _settle(self, own: Kept, bases: Sequence[str]) -> None:
        """Since when the speed has been small."""
        body, limit = self.frame.body, self.frame.body.read("%span", own.limit, 1) * self.h
        speeds = self._speeds(bases)
        fast = [~(speed <= limit) for speed in speeds]
        since = body.load("%keep", own.slot)
        since = since.differs(since).choose(self.t, since)
        came = body.none()
        for one in fast[:-1]:
            came = came | one
        came = came & ~fast[-1] & self.good
        kept = fast[-1].choose(math.nan, since)
        body.store(self.good.choose(kept, body.load("%keep", own.slot)), "%keep", own.slot)
        label, parts = f"slow{len(body.lines)}", self.points.parts.tolist()
        body.fork(body.any(came), label, f"{label}.end")
        body.block(label)
        first, second, begin, length = speeds[0], speeds[1], body.number(0.0), body.number(parts[1])
        for k in range(1, len(parts) - 1):
            first, second = fast[k].choose(speeds[k], first), fast[k].choose(speeds[k + 1], second)
            begin, length = fast[k].choose(parts[k], begin), fast[k].choose(parts[k + 1] - parts[k], length)
        share = call(body, "log", [first / limit]) / call(body, "log", [first / second.at_least(1e-300)])
        part = share.fma(length, begin)
        body.store(came.choose(self.h.fma(part, self.t), body.load("%keep", own.slot)), "%keep", own.slot)
        body.jump(f"{label}.end")
        body.block(f"{label}.end")

    def _speeds(self, bases: Sequence[str]) -> list[Real]:
        """The largest change of all states in a step, at the rates at each point, in absolute tolerances."""
        body, rows = self.frame.body, self.points.to_rates.tolist()

        def one(c: Place, most: Sequence[Real]) -> Sequence[Real]:
            values = [body.load(f"%{base}", c) for base in bases]
            per = 1.0 / body.read("%span", c, ATOL)
            found = [combined(row, values).size() * per for row in rows]
            return [(a <= b).choose(b, a) for a, b in zip(found, most, strict=True)]

        return list(body.added(self.frame.shape.states, [body.number(0.0)] * len(rows), one))


def _crossed(direction: str, before: Real, behind: Real) -> Flag:
    up, down = (before < 0.0) & (behind >= 0.0), (before > 0.0) & (behind <= 0.0)
    return {UP: up, DOWN: down}.get(direction, up | down)
