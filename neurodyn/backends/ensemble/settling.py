"""Where runs end and begin in a stepping loop: finished lanes hand in their results and take the next trials."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from neurodyn.backends.ensemble import goal_text, keeping_text
from neurodyn.backends.ensemble.body import Place
from neurodyn.backends.ensemble.frame import (
    ADVANCE,
    BAD_RATE,
    BEGIN,
    DONE,
    SETTLED,
    STALLED,
    STOPPED,
    TOLD,
    TOO_SMALL,
    Frame,
)
from neurodyn.backends.ensemble.hybrid import happen, memory, probe
from neurodyn.backends.ensemble.paths import next_time
from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole
from neurodyn.backends.march import WATCHED_STEPS

# The first step is this part of the time in which the state changes by its own size; see `solvers._first_step`.
FIRST, SHORT = 0.1, 1e-5


def write_entry(frame: Frame) -> None:
    """Begin with no lane at work."""
    body = frame.body
    frame.make_room()
    if frame.rules:
        probe.make_room(frame)
        memory.make_room(frame)
    if frame.shape.kept:
        keeping_text.make_room(frame)
    if frame.shape.goals:
        goal_text.make_room(frame)
    for name in ("t", "h", "end", "next", "mark"):
        body.store(0.0, f"%{name}")
    for name in ("y", "k0"):
        frame.each(partial(_clear, frame, f"%{name}"))
    body.each(frame.shape.varied, partial(_clear, frame, "%lane"))
    body.each(2 * frame.shape.inputs + 1, partial(_clear, frame, "%input"))
    for name in ("id", "piece", "accepted", "tried", "look", "count", "code"):
        body.store_whole(0, f"%{name}")
    for name in ("active", "moved"):
        body.store_flag(body.none(), f"%{name}")
    body.act("store i64 %first, ptr %queue")
    body.jump("settle")


def _clear(frame: Frame, base: str, place: Place) -> None:
    frame.body.store(0.0, base, place)


def write_settle(frame: Frame) -> None:
    """Lanes whose run has ended write what it came to, and take the next trials from the queue."""
    body = frame.body
    body.block("settle")
    active, code, number = body.load_flag("%active"), body.load_whole("%code"), body.load_whole("%id")
    done = active & body.is_whole("ne", code, 0)
    _hand_in(frame, done, number)
    working = active & ~done
    new, number = _taken(frame, ~working, number)
    body.store_whole(number, "%id")
    _start(frame, new, number)
    working = working | new
    body.store_flag(working, "%active")
    body.fork(body.any(working), "begin", "exit")
    _write_begin(frame, new, working)
    body.block("halt")
    body.act("store i64 %last, ptr %queue")
    body.store_whole(STOPPED, "%code")
    body.jump("settle")


def _hand_in(frame: Frame, done: Flag, number: Whole) -> None:
    body = frame.body
    first = body.times(number, frame.shape.states)
    frame.each(lambda c: body.scatter(frame.within("y", c), "%final", body.beyond(first, c), done))
    body.scatter(body.load("%t"), "%ended", number, done)
    told = body.times(number, TOLD)
    for k, name in enumerate(("code", "accepted", "tried", "count")):
        body.scatter(body.load_whole(f"%{name}"), "%told", told + k, done)
    if frame.rules:
        memory.hand_in(frame, done, number)
    if frame.shape.kept:
        keeping_text.hand_in(frame, done, number)
    if frame.shape.goals:
        body.scatter(body.load("%goal", goal_text.REACHED), "%goals", number, done)


def _taken(frame: Frame, free: Flag, number: Whole) -> tuple[Flag, Whole]:
    """Which of the free lanes get a trial, and the numbers of the trials of all lanes."""
    body, lanes = frame.body, frame.lanes
    queue = body.put("load i64, ptr %queue")
    bits = body.given_whole(_extended(frame, body.mask(free)))
    before = ", ".join(f"i64 {(1 << lane) - 1}" for lane in range(lanes))
    ahead = body.whole(f"and {body.wholes} {bits.name}, <{before}>")
    rank = body.whole(f"call {body.wholes} @llvm.ctpop.v{lanes}i64({body.wholes} {ahead.name})")
    candidate = body.given_whole(queue) + rank
    new = free & body.is_whole("slt", candidate, body.given_whole("%last"))
    count = body.put(f"call i64 @llvm.ctpop.i64(i64 {_extended(frame, body.mask(new))})")
    body.act(f"store i64 {body.put(f'add i64 {queue}, {count}')}, ptr %queue")
    return new, new.choose_whole(candidate, number)


def _extended(frame: Frame, mask: str) -> str:
    return frame.body.put(f"zext i{frame.lanes} {mask} to i64")


def _start(frame: Frame, new: Flag, number: Whole) -> None:
    """The start of the trials that lanes have taken."""
    body = frame.body
    for name, source, size in (("y", "start", frame.shape.states), ("lane", "varied", frame.shape.varied)):
        body.each(size, partial(_fetch, frame, name, source, body.times(number, size), new))
    begin = body.read("%span", BEGIN)
    for name, value in (("t", begin), ("mark", begin)):
        body.store(new.choose(value, body.load(f"%{name}")), f"%{name}")
    for name, count in (("piece", 0), ("accepted", 0), ("tried", 0), ("look", WATCHED_STEPS), ("count", 0)):
        body.store_whole(new.choose_whole(count, body.load_whole(f"%{name}")), f"%{name}")
    if frame.shape.saved:
        body.store(new.choose(body.read("%times", 0), body.load("%next")), "%next")
    if frame.rules:
        memory.write_start(frame, new, number)
    if frame.shape.kept:
        keeping_text.write_start(frame, new)
    if frame.shape.goals:
        goal_text.write_start(frame, new)


def _fetch(frame: Frame, name: str, source: str, first: Whole, new: Flag, place: Place) -> None:
    body = frame.body
    found = body.gather(f"%{source}", body.beyond(first, place), new, body.load(f"%{name}", place))
    body.store(found, f"%{name}", place)


def _write_begin(frame: Frame, new: Flag, working: Flag) -> None:
    """Rates and first steps where a run, or a piece of one, begins."""
    body = frame.body
    body.block("begin")
    fresh = new | body.load_flag("%moved")
    body.store_flag(body.none(), "%moved")
    t = body.load("%t")
    _enter_pieces(frame, working)
    body.store_whole(0, "%code")
    begun = fresh
    if frame.rules:
        happen.write_happen(frame, fresh, working)
        begun = body.load_flag("%due") & ~body.load_flag("%ending") & body.is_whole("eq", body.load_whole("%code"), 0)
    frame.flow(t, "y", "k0")
    size, speed, still = _sizes(frame)
    bad = begun & ~still.equals(0.0)
    body.store_whole(bad.choose_whole(BAD_RATE, body.load_whole("%code")), "%code")
    step = _first_step(frame, size, speed, body.load("%end") - t)
    body.store(fresh.choose(step, body.load("%h")), "%h")
    # Lanes without a trial stand still.
    body.store(working.choose(body.load("%end"), t), "%end")
    if frame.rules:
        body.jump("reached" if frame.shape.saved else "ready")
        happen.write_ready(frame)
    else:
        body.fork(body.any(bad), "settle", "reached" if frame.shape.saved else "step")


def _enter_pieces(frame: Frame, working: Flag) -> None:
    """Inputs, and the end, of the piece that each lane is on."""
    body, inputs = frame.body, frame.shape.inputs
    piece = body.load_whole("%piece")
    body.store(body.gather("%edges", piece + 1, working), "%end")
    first = body.times(piece, 2 * inputs)
    body.each(2 * inputs, partial(_fetch, frame, "input", "segments", first, working))
    if frame.rules and frame.shape.saved:
        body.store(body.gather("%limits", piece, working), "%limit")
        next_time(frame, working)
    if inputs:
        begin = body.gather("%edges", piece, working)
        body.store(begin if frame.shape.forward else -begin, "%input", 2 * inputs)


def _sizes(frame: Frame) -> Sequence[Real]:
    """The squared sizes of state and rate over the error that is allowed, and 0 if all rates are finite."""
    body = frame.body

    def one(c: Place, sums: Sequence[Real]) -> Sequence[Real]:
        value, rate = body.load("%y", c), body.load("%k0", c)
        allowed = frame.allowed(c, value.size())
        a, b = value / allowed, rate / allowed
        return a.fma(a, sums[0]), b.fma(b, sums[1]), rate.fma(0.0, sums[2])

    return body.added(frame.shape.states, [body.number(0.0)] * 3, one)


def _first_step(frame: Frame, size: Real, speed: Real, span: Real) -> Real:
    small = SHORT**2 * frame.shape.states
    ratio = frame.body.intrinsic("sqrt", size / speed) * FIRST
    step = ((size > small) & (speed > small)).choose(ratio, span * SHORT)
    return (step < span).choose(step, span)


def write_event(frame: Frame, arrived: Flag, cut: Flag, failed: Flag, settled: Flag) -> None:
    """A lane has come to the end of a piece, an instant, or an attractor, cannot go on, or is looked at."""
    body = frame.body
    body.block("event")
    t, tried, look = body.load("%t"), body.load_whole("%tried"), body.load_whole("%look")
    seen = body.load_flag("%active") & body.is_whole("sge", tried, look)
    slow = seen & ((t - body.load("%mark")) < body.read("%span", ADVANCE))
    body.store(seen.choose(t, body.load("%mark")), "%mark")
    body.store_whole(seen.choose_whole(look + WATCHED_STEPS, look), "%look")
    piece = body.load_whole("%piece") + 1
    more = arrived & body.is_whole("slt", piece, body.given_whole("%pieces"))
    if frame.rules:
        more = more & t.equals(body.load("%end"))
    body.store_whole(more.choose_whole(piece, body.load_whole("%piece")), "%piece")
    body.store_flag(more, "%moved")
    code = slow.choose_whole(STALLED, 0)
    code = failed.choose_whole(TOO_SMALL, code)
    if frame.rules:
        happen.write_arrivals(frame, arrived, cut, more)
    else:
        code = (arrived & ~more).choose_whole(DONE, code)
    if frame.shape.goals:
        code = settled.choose_whole(SETTLED, code)
    body.store_whole(code, "%code")
    body.jump("settle")
