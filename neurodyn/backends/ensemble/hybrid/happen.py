"""What happens at an instant of a run in a lane: conditions are read, impulses arrive, states are set, round by round.

The order is that of `backends.instants`. Rounds go on until nothing happens in any lane; lanes in which nothing does
have no part in them.
"""

from __future__ import annotations

from collections.abc import Sequence

from neurodyn.backends.endless import MOST_ROUNDS
from neurodyn.backends.ensemble.frame import DONE, ENDLESS, PILED, Frame
from neurodyn.backends.ensemble.hybrid.acts import jump, make_space, note, set_states
from neurodyn.backends.ensemble.hybrid.memory import hold, is_free, next_stop, next_tick, resting, rules_in, whole
from neurodyn.backends.ensemble.hybrid.rules import Truth
from neurodyn.backends.ensemble.vector_math.values import Flag, Real


def write_happen(frame: Frame, fresh: Flag, working: Flag) -> None:
    """All that happens now in the lanes for which something is due; goes on in the block `happened`."""
    body, rules = frame.body, rules_in(frame)
    t, due = body.load("%t"), (body.load_flag("%due") | fresh) & working
    body.store_flag(due, "%due")
    body.store_flag(due, "%at_work")
    body.store(0.0, "%rounds")
    _bound(frame, due)
    frame.each(lambda c: body.store(body.load("%y", c), "%v", c))
    for k in range(rules.actors):
        body.store(due.choose(0.0, body.load("%fired", k)), "%fired", k)
    body.jump("ticks")
    _write_ticks(frame, t)
    _write_round(frame, t)
    _write_acts(frame, t)
    body.block("happened")
    failed = body.load_whole("%code")
    undone = due & body.is_whole("ne", failed, 0)
    frame.each(lambda c: body.store(undone.choose(body.load("%v", c), body.load("%y", c)), "%y", c))
    hold(frame, t)
    body.store(working.choose(next_stop(frame, t), t), "%bound")


def _bound(frame: Frame, where: Flag) -> None:
    """Put states within their bounds."""
    body = frame.body
    if rules_in(frame).boxed:
        frame.each(lambda c: body.store(where.choose(frame.within("y", c), body.load("%y", c)), "%y", c))


def _write_ticks(frame: Frame, t: Real) -> None:
    """What clocks, lists and Poisson trains set off now."""
    body, rules = frame.body, rules_in(frame)
    body.block("ticks")
    now = body.load_flag("%at_work") & (body.load("%tick") <= t)
    body.fork(body.any(now), "tick", "round")
    body.block("tick")
    place = rules.tick
    tick = body.load("%memo", place)
    actor = body.gather("%tickers", whole(frame, tick, now), now, -1.0)
    for k in rules.scheduled:
        there = now & actor.equals(float(k)) & is_free(frame, k, t)
        body.store(there.choose(1.0, body.load("%fired", k)), "%fired", k)
    body.store(now.choose(tick + 1.0, tick), "%memo", place)
    next_tick(frame, now)
    body.jump("ticks")


def _write_round(frame: Frame, t: Real) -> None:
    """Read all conditions; what has become true happens."""
    body, rules = frame.body, rules_in(frame)
    body.block("round")
    work = body.load_flag("%at_work")
    if rules.levels:
        frame.levels(t, "y", "level")
    signs = _signs(frame)
    for k, (actor, truth) in enumerate(rules.watched):
        holds = _holds(truth, signs)
        armed = body.load("%memo", k).differs(0.0) | (work & ~holds)
        body.store(armed.choose(1.0, 0.0), "%memo", k)
        risen = work & holds & armed & is_free(frame, actor, t)
        body.store(risen.choose(1.0, body.load("%fired", actor)), "%fired", actor)
    some = body.none()
    for k in range(rules.actors):
        some = some | body.load("%fired", k).differs(0.0)
    some = some & work
    # The lanes in which nothing more happens are left out, so that what happened last in them stays known.
    body.store_flag(some, "%at_work")
    body.fork(body.any(some), "acts", "happened")


def _signs(frame: Frame) -> list[tuple[Flag, Flag]]:
    """Of each level, whether it is above 0, and whether it is not."""
    levels = [frame.body.load("%level", c) for c in range(rules_in(frame).levels)]
    return [(level > 0.0, level <= 0.0) for level in levels]


def _holds(truth: Truth, signs: Sequence[tuple[Flag, Flag]]) -> Flag:
    word, parts = truth
    if isinstance(word, int):
        return signs[word][0 if parts else 1]
    assert isinstance(parts, tuple)
    found = [_holds(part, signs) for part in parts]
    if word == "not":
        return ~found[0]
    joined = found[0]
    for part in found[1:]:
        joined = joined & part if word == "and" else joined | part
    return joined


def _write_acts(frame: Frame, t: Real) -> None:
    """One round: what happens is noted, impulses arrive, states are set."""
    body = frame.body
    body.block("acts")
    work, rounds = body.load_flag("%at_work"), body.load("%rounds")
    endless = work & (rounds >= float(MOST_ROUNDS))
    body.store(rounds + 1.0, "%rounds")
    body.store_whole(endless.choose_whole(ENDLESS, body.load_whole("%code")), "%code")
    work = work & ~endless
    still = resting(frame, t)
    make_space(frame)
    piled = note(frame, t, work)
    body.store_whole(piled.choose_whole(PILED, body.load_whole("%code")), "%code")
    work = work & ~piled
    body.store_flag(work, "%at_work")
    jump(frame, t, work, still)
    set_states(frame, t, work)
    _bound(frame, work)
    for k in range(rules_in(frame).actors):
        body.store(work.choose(0.0, body.load("%fired", k)), "%fired", k)
    body.jump("round")


def write_ready(frame: Frame) -> None:
    """Runs that have come to their end, and those that cannot go on, are handed in; the others take steps."""
    body = frame.body
    body.block("ready")
    code, active = body.load_whole("%code"), body.load_flag("%active")
    ended = active & body.load_flag("%ending") & body.is_whole("eq", code, 0)
    code = ended.choose_whole(DONE, code)
    body.store_whole(code, "%code")
    body.store_flag(body.none(), "%due")
    body.fork(body.any(active & body.is_whole("ne", code, 0)), "settle", "step")


def write_arrivals(frame: Frame, arrived: Flag, cut: Flag, more: Flag) -> None:
    """Lanes that have come to an instant, or to the end."""
    body = frame.body
    body.store_flag(arrived | cut, "%due")
    at_end = arrived & ~more & body.load("%t").equals(body.load("%end"))
    body.store_flag(at_end, "%ending")
