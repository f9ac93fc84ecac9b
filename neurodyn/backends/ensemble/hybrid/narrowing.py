"""The first change in a bracket, shut in from both sides; the step of its lane is cut there."""

from __future__ import annotations

from collections.abc import Sequence

from neurodyn.backends.ensemble.body import Place
from neurodyn.backends.ensemble.hybrid.probe import Probe
from neurodyn.backends.ensemble.vector_math.values import Flag, Real

# Every third step halves the bracket, in case the others do not.
HALVED, MOST_TRIES = 3, 200
# How wide the bracket is at the end, in roundings of the time, and at least in parts of the step.
ROUNDINGS, LEAST = 2 * 2.0**-52, 2.0**-51


def write_narrowing(probe: Probe, good: Flag) -> None:
    """Shut in the first change of each lane that has one, and cut its step just after it; goes on at `searched`."""
    body, frame = probe.body, probe.frame
    body.block("narrow")
    low, high = body.load("%from"), body.load("%to")
    there = good & (high <= 1.0)
    low, high = there.choose(low, 0.0), there.choose(high, 1.0)
    for name, value in (("from", low), ("to", high), ("width", high - low)):
        body.store(value, f"%{name}")
    probe.levels(low, "left")
    probe.levels(high, "right")
    body.act("store i64 0, ptr %tries")
    body.jump("narrower")
    _write_narrower(probe, there)
    body.block("cut")
    part = body.load("%to")
    state = probe.state(part)
    frame.each(lambda c: body.store(there.choose(state(c), body.load("%u", c)), "%u", c))
    body.store(there.choose(probe.time(part), probe.after), "%after")
    body.store_flag(there, "%cut")
    body.jump("searched")


def _write_narrower(probe: Probe, there: Flag) -> None:
    body = probe.body
    body.block("narrower")
    low, high = body.load("%from"), body.load("%to")
    tries, wide = probe.counted(), high - low
    x = _tried(probe, low, high, tries)
    probe.levels(x, "middle")
    size = (probe.t.size() > probe.after.size()).choose(probe.t.size(), probe.after.size())
    least = size * ROUNDINGS / probe.h
    wanted = there & (wide > (least > LEAST).choose(least, LEAST))
    changed = probe.differ("middle", "left")
    _shut(probe, wanted & changed, x, "to", "right")
    _shut(probe, wanted & ~changed, x, "from", "left")
    few = body.put(f"icmp ult i64 {tries}, {MOST_TRIES}")
    body.fork(body.put(f"and i1 {body.any(wanted)}, {few}"), "narrower", "cut")


def _tried(probe: Probe, low: Real, high: Real, tries: str) -> Real:
    """Where to look next: a step beyond the guess, so that the bracket shrinks from its longer side; or the middle."""
    body = probe.body
    guess, middle, wide = _guess(probe, low, high), (low + high) * 0.5, high - low
    beyond, far = wide * wide * 0.2 / body.load("%width"), (middle - guess).size()
    x = guess + (beyond < far).choose(beyond, far).with_sign_of(middle - guess)
    halved = body.put(f"icmp eq i64 {body.put(f'urem i64 {tries}, {HALVED}')}, 0")
    guessed = body.flag(f"select i1 {halved}, {body.flags} zeroinitializer, {body.flags} splat (i1 true)")
    return (guessed & (x > low) & (x < high)).choose(x, middle)


def _guess(probe: Probe, low: Real, high: Real) -> Real:
    """Where the first of the levels that change would be 0 if they were straight."""
    body = probe.body

    def one(c: Place, sums: Sequence[Real]) -> Sequence[Real]:
        a, b = body.load("%left", c), body.load("%right", c)
        guess = low + (high - low) * (a / (a - b))
        return [(((a > 0.0) ^ (b > 0.0)) & (guess < sums[0])).choose(guess, sums[0])]

    return body.added(probe.count, [high], one)[0]


def _shut(probe: Probe, where: Flag, x: Real, side: str, levels: str) -> None:
    body = probe.body
    body.store(where.choose(x, body.load(f"%{side}")), f"%{side}")
    body.each(
        probe.count,
        lambda c: body.store(where.choose(body.load("%middle", c), body.load(f"%{levels}", c)), f"%{levels}", c),
    )
