"""Saving states on the way: the path over each step is evaluated at the times that fall into it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from neurodyn.backends.ensemble.body import Place
from neurodyn.backends.ensemble.frame import Frame
from neurodyn.backends.ensemble.methods import Tableau
from neurodyn.backends.ensemble.vector_math.values import Flag, Real


def write_first(frame: Frame) -> None:
    """Save the start where that is wanted."""
    body = frame.body
    body.block("reached")
    due = body.load_flag("%active") & (body.load("%next") <= body.load("%t"))
    then = "ready" if frame.rules else "step"
    body.fork(body.any(due), "first", then)
    body.block("first")
    _save(frame, due, lambda c: body.load("%y", c))
    body.jump(then)


def write_paths(
    frame: Frame, good: Flag, t: Real, h: Real, after: Real, path: Path, instant: Flag | None = None
) -> None:
    """Save what the step of each good lane has passed, before it goes on; what comes next is the block `passed`.

    Args:
        t, h, after: where the step begins, how long it is, where it ends.
        instant: where something happens at its end, which is saved afterwards.
    """
    body = frame.body

    def is_passed(now: Real) -> Flag:
        return now <= after if instant is None else (now < after) | (now.equals(after) & ~instant)

    body.fork(body.any(good & is_passed(body.load("%next"))), "path", "passed")
    body.block("path")
    path.prepare()
    body.jump("point")
    body.block("point")
    now = body.load("%next")
    due, along = good & is_passed(now), path.at((now - t) / h)
    _save(frame, due, lambda c: (now >= after).choose(body.load("%u", c), along(c)))
    body.fork(body.any(good & is_passed(body.load("%next"))), "point", "passed")
    body.block("passed")


class Path(Protocol):
    """The states along a step."""

    def prepare(self) -> None:
        """Write what is needed once for a step."""

    def at(self, part: Real) -> Callable[[Place], Real]:
        """The elements of the state at a part of the step."""


@dataclass(frozen=True)
class ExplicitPath:
    """The path of an explicit method: further stages, and a weight for each that changes along the step."""

    frame: Frame
    method: Tableau
    t: Real
    h: Real

    def prepare(self) -> None:
        for k, (part, row) in enumerate(zip(self.method.more_c, self.method.more_a, strict=True)):
            self.frame.lead(self.h, row, "v")
            self.frame.flow(self.h.fma(part, self.t), "v", f"k{self.method.stages + k}")

    def at(self, part: Real) -> Callable[[Place], Real]:
        body, weights = self.frame.body, _weights(self.method, part)

        def state(c: Place) -> Real:
            total = body.number(0.0)
            for j, weight in enumerate(weights):
                total = total if weight is None else body.load(f"%k{j}", c).fma(weight, total)
            return self.h.fma(total, body.load("%y", c))

        return state


def _weights(method: Tableau, part: Real) -> list[Real | None]:
    """The weight of each rate at a part of the step; None where it is 0."""
    rest, found = 1.0 - part, list[Real | None]()
    for row in method.path:
        if not any(row):
            found.append(None)
            continue
        weight = part.w.number(row[-1])
        for k in range(len(row) - 2, -1, -1):
            factor = rest if method.alternating and k % 2 == 0 else part
            weight = weight.fma(factor, row[k])
        found.append(weight * part)
    return found


def _save(frame: Frame, due: Flag, state: Callable[[Place], Real]) -> None:
    """Write states at the next time of each lane."""
    body = frame.body
    count = body.load_whole("%count")
    row = body.whole(f"mul {body.wholes} {count.name}, {body.given_whole('%trials').name}")
    first = body.times(row + body.load_whole("%id"), frame.shape.states)
    frame.each(lambda c: body.scatter(frame.within("y", c, state(c)), "%saved", body.beyond(first, c), due))
    body.store_whole(due.choose_whole(count + 1, count), "%count")
    next_time(frame, ~body.none())


def next_time(frame: Frame, where: Flag) -> None:
    """The time that each lane saves next; with events, on the piece that it is on."""
    body = frame.body
    count = body.load_whole("%count")
    left = where & body.is_whole("slt", count, body.given_whole("%saves"))
    if frame.rules:
        left = left & (count.converted() < body.load("%limit"))
    body.store(body.gather("%times", count, left, math.inf), "%next")
