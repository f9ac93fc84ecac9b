"""What each lane remembers of its events, where it begins and ends, and the tables that all of them read and write."""

from __future__ import annotations

import math

from neurodyn.backends.ensemble.frame import Frame
from neurodyn.backends.ensemble.hybrid.rules import Rules
from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole

POINTERS = ("memory", "ticks", "tickers", "limits", "told_fired", "log_time", "log_code", "cursor", "flush", "room")


def make_room(frame: Frame) -> None:
    """Room for what lanes remember of their events; and the tables that they read and write."""
    body, rules = frame.body, rules_in(frame)
    for k, name in enumerate(POINTERS):
        where = body.put(f"getelementptr ptr, ptr %more, i64 {k}")
        body.act(f"%{name} = load ptr, ptr {where}, align 8")
    sizes = {
        "memo": rules.memory,
        "fired": rules.actors,
        "since": rules.actors,
        "piled": rules.actors,
        "still": len(rules.held) + 1,
        "moves": len(rules.moved) + 1,
        "values_set": len(rules.sets) + 1,
        "within": rules.boxed + 1,
        "arrived": frame.shape.states + rules.actors,
    }
    for name, size in sizes.items():
        body.room(name, body.reals, size)
        for k in range(size):
            body.store(0.0, f"%{name}", k)
    for name in ("bound", "tick", "limit", "rounds", "happened"):
        body.room(name, body.reals)
        body.store(0.0, f"%{name}")
    for name in ("due", "ending", "at_work"):
        body.room(name, body.flags)
        body.store_flag(body.none(), f"%{name}")


def rules_in(frame: Frame) -> Rules:
    """The events of a loop that has some."""
    assert frame.rules is not None
    return frame.rules


def write_start(frame: Frame, new: Flag, number: Whole) -> None:
    """What a run remembers where it begins."""
    body, rules = frame.body, rules_in(frame)
    first = body.times(number, rules.memory)
    body.each(rules.memory, lambda c: body.store(
        body.gather("%memory", body.beyond(first, c), new, body.load("%memo", c)), "%memo", c
    ))  # fmt: skip
    for k in range(rules.actors):
        body.store(new.choose(-math.inf, body.load("%since", k)), "%since", k)
        for name in ("piled", "fired"):
            body.store(new.choose(0.0, body.load(f"%{name}", k)), f"%{name}", k)
    for k in range(len(rules.held)):
        body.store(new.choose(0.0, body.load("%still", k)), "%still", k)
    body.store(new.choose(0.0, body.load("%happened")), "%happened")
    body.store_flag(body.load_flag("%ending") & ~new, "%ending")
    next_tick(frame, new)


def next_tick(frame: Frame, where: Flag) -> None:
    """When the next of the ticks is due."""
    body = frame.body
    place = whole(frame, body.load("%memo", rules_in(frame).tick), where)
    body.store(body.gather("%ticks", place, where, body.load("%tick")), "%tick")


def whole(frame: Frame, number: Real, where: Flag) -> Whole:
    """A number of each lane as a whole one; 0 in the others."""
    body = frame.body
    return body.whole(f"fptosi {body.reals} {where.choose(number, 0.0).name} to {body.wholes}")


def hand_in(frame: Frame, done: Flag, number: Whole) -> None:
    """What a run that has ended remembers, and what happened last in it."""
    body, rules = frame.body, rules_in(frame)
    first = body.times(number, rules.memory)
    body.each(rules.memory, lambda c: body.scatter(body.load("%memo", c), "%memory", body.beyond(first, c), done))
    first = body.times(number, rules.actors + 1)
    for k in range(rules.actors):
        body.scatter(body.load("%fired", k), "%told_fired", first + k, done)
    body.scatter(body.load("%happened"), "%told_fired", first + rules.actors, done)


def is_free(frame: Frame, actor: int, t: Real) -> Flag:
    """The lanes in which an actor does not rest."""
    body, place = frame.body, rest_of(frame, actor)
    return ~body.none() if place is None else body.load("%memo", place) <= t


def rest_of(frame: Frame, actor: int) -> int | None:
    """The place of the end of its refractory period."""
    rules = rules_in(frame)
    return len(rules.watched) + rules.rests.index(actor) if actor in rules.rests else None


def resting(frame: Frame, t: Real) -> dict[int, Flag]:
    """The elements that stand still, lane by lane."""
    body, found = frame.body, dict[int, Flag]()
    for actor, elements in rules_in(frame).holds:
        place = rest_of(frame, actor)
        assert place is not None
        rests = body.load("%memo", place) > t
        found |= {c: found[c] | rests if c in found else rests for c in elements}
    return found


def hold(frame: Frame, t: Real) -> None:
    """What stands still from now on."""
    body, still = frame.body, resting(frame, t)
    for k, c in enumerate(rules_in(frame).held):
        body.store(still[c].choose(1.0, 0.0), "%still", k)


def next_stop(frame: Frame, t: Real) -> Real:
    """Where a step must end at the latest: the end of the piece, the next tick, the end of a rest."""
    body, rules = frame.body, rules_in(frame)
    found = body.load("%end")
    tick = body.load("%tick")
    found = (tick < found).choose(tick, found)
    for k in range(len(rules.rests)):
        until = body.load("%memo", len(rules.watched) + k)
        found = ((until > t) & (until < found)).choose(until, found)
    return found
