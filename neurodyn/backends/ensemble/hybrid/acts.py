"""What happens in one round: it is written down, impulses arrive, states are set."""

from __future__ import annotations

from neurodyn.backends.endless import MOST_PILED, PILE
from neurodyn.backends.ensemble.frame import ADVANCE, Frame
from neurodyn.backends.ensemble.hybrid.memory import rest_of, rules_in
from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole
from neurodyn.backends.march import LEAST_ADVANCE


def make_space(frame: Frame) -> None:
    """Have the log written away where what may happen in this round does not fit any more."""
    body = frame.body
    most = frame.lanes * max(1, len(rules_in(frame).recorded))
    left = body.put(f"sub i64 {body.put('load i64, ptr %room')}, {body.put('load i64, ptr %cursor')}")
    body.fork(body.put(f"icmp slt i64 {left}, {most}"), "full", "noted")
    body.block("full")
    body.act("call void %flush()")
    body.jump("noted")
    body.block("noted")


def note(frame: Frame, t: Real, work: Flag) -> Flag:
    """Write down what happens; the lanes in which the events of some actor pile up before a point in time."""
    body, rules = frame.body, rules_in(frame)
    conditions = {actor: k for k, (actor, _) in enumerate(rules.watched)}
    near, piled = body.read("%span", ADVANCE) * (PILE / LEAST_ADVANCE), body.none()
    for k in range(rules.actors):
        now = work & body.load("%fired", k).differs(0.0)
        if k in rules.recorded:
            _log(frame, t, now, k)
        if k in conditions:
            body.store(now.choose(0.0, body.load("%memo", conditions[k])), "%memo", conditions[k])
        place = rest_of(frame, k)
        if place is not None:
            end = t + body.load("%memo", place + len(rules.rests))
            body.store(now.choose(end, body.load("%memo", place)), "%memo", place)
        since, count = body.load("%since", k), body.load("%piled", k)
        close = (t - since) <= near
        count = now.choose(close.choose(count + 1.0, 0.0), count)
        body.store((now & ~close).choose(t, since), "%since", k)
        body.store(count, "%piled", k)
        piled = piled | (now & (count > float(MOST_PILED)))
        happened = body.load("%happened")
        body.store(now.choose(happened + 1.0, happened), "%happened")
    for k in range(rules.actors):  # of those that pile up, it is told who does
        who = (body.load("%piled", k) > float(MOST_PILED)).choose(1.0, 0.0)
        body.store(piled.choose(who, body.load("%fired", k)), "%fired", k)
    return piled


def _log(frame: Frame, t: Real, now: Flag, actor: int) -> None:
    """Add to the log: when, and who in which trial."""
    body, lanes = frame.body, frame.lanes
    cursor = body.put("load i64, ptr %cursor")
    mask = body.put(f"zext i{lanes} {body.mask(now)} to i64")
    before = ", ".join(f"i64 {(1 << lane) - 1}" for lane in range(lanes))
    ahead = body.given_whole(mask) & Whole(body, f"<{before}>")
    rank = body.whole(f"call {body.wholes} @llvm.ctpop.v{lanes}i64({body.wholes} {ahead.name})")
    place = body.given_whole(cursor) + rank
    body.scatter(t, "%log_time", place, now)
    body.scatter(body.times(body.load_whole("%id"), rules_in(frame).actors) + actor, "%log_code", place, now)
    count = body.put(f"call i64 @llvm.ctpop.i64(i64 {mask})")
    body.act(f"store i64 {body.put(f'add i64 {cursor}, {count}')}, ptr %cursor")


def jump(frame: Frame, t: Real, work: Flag, resting: dict[int, Flag]) -> None:
    """Impulses arrive."""
    body, rules, states = frame.body, rules_in(frame), frame.shape.states
    if not rules.moved:
        return
    frame.each(lambda c: body.store(body.load("%y", c), "%arrived", c))
    for k in range(rules.actors):
        body.store(body.load("%fired", k), "%arrived", states + k)
    frame.call("jumps", t, "arrived", "moves")
    for k, c in enumerate(rules.moved):
        moves = work & ~resting[c] if c in resting else work
        value = body.load("%y", c)
        body.store(moves.choose(value + body.load("%moves", k), value), "%y", c)


def set_states(frame: Frame, t: Real, work: Flag) -> None:
    """States are set."""
    body, rules = frame.body, rules_in(frame)
    if not rules.sets:
        return
    frame.call("sets", t, "y", "values_set")
    for c, value, actor in rules.sets:
        now = work & body.load("%fired", actor).differs(0.0)
        body.store(now.choose(body.load("%values_set", value), body.load("%y", c)), "%y", c)
