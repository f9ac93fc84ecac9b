"""One step: changes are read along it, and combined as a tableau says."""

from __future__ import annotations

from collections.abc import Sequence

from neurodyn.backends.ensemble.body import Place
from neurodyn.backends.ensemble.lockstep.frame import LEAPS, Frame
from neurodyn.backends.ensemble.lockstep.parts import ALONG, ONCE
from neurodyn.backends.ensemble.methods import Tableau
from neurodyn.backends.ensemble.vector_math.values import Flag, Real
from neurodyn.backends.outcome import LEAP


def take(frame: Frame, begin: Real, stop: Real, length: Real) -> None:
    """The state `u` at the end of a step."""
    if frame.method is None:
        _map(frame, begin)
        return
    along = length if frame.shape.forward else -length
    for j in range(frame.method.stages - 1):
        if j:
            _lead(frame, frame.method.a[j])
        frame.flow(_time(frame.method, j, begin, stop, along), "u" if j else "y")
        _change(frame, along, length, f"%k{j}")
    _lead(frame, frame.method.a[-1])


def _map(frame: Frame, t: Real) -> None:
    frame.flow(t, "y")
    frame.each(lambda c: frame.body.store(frame.body.load("%out", c), "%u", c))


def _time(method: Tableau, j: int, begin: Real, stop: Real, along: Real) -> Real:
    """When a stage is read."""
    if method.c[j] in (0.0, 1.0):
        return stop if method.c[j] else begin
    return along.fma(method.c[j], begin)


def _change(frame: Frame, along: Real, length: Real, to: str) -> None:
    """By how much a step changes each state, as all parts together say."""
    body, shape = frame.body, frame.shape

    def one(c: Place) -> None:
        total: Real | None = None
        for k, factor in enumerate(shape.factors):
            if isinstance(c, int) and k * shape.states + c in shape.zeros:
                continue
            part = body.load("%out", c if not k else body.put(f"add i64 {c}, {k * shape.states}"))
            if factor == ONCE:
                total = part if total is None else total + part
            else:
                times = along if factor == ALONG else length
                total = part * times if total is None else part.fma(times, total)
        body.store(0.0 if total is None else total, to, c)

    frame.each(one)


def _lead(frame: Frame, weights: Sequence[float]) -> None:
    """The state `u` that changes with these weights lead to."""
    body = frame.body

    def one(c: Place) -> None:
        state = body.load("%y", c)
        for j, weight in enumerate(weights):
            if weight:
                change = body.load(f"%k{j}", c)
                state = state + change if weight == 1.0 else change.fma(weight, state)
        body.store(state, "%u", c)

    frame.each(one)


def is_good(frame: Frame) -> Flag:
    """Where a step has led to numbers; of a flow, to such as no step that follows it could miss by far."""
    body = frame.body

    def one(c: Place, sums: Sequence[Real]) -> Sequence[Real]:
        after = body.load("%u", c)
        if frame.method is None:
            return [after.fma(0.0, sums[0])]
        before = body.load("%y", c)
        least, most = body.read("%limits", c, LEAPS), before.size() * LEAP
        within = (after - before).size() <= (most > least).choose(most, least)
        return [within.choose(sums[0], 1.0)]

    return body.added(frame.shape.states, [body.number(0.0)], one)[0].equals(0.0)
