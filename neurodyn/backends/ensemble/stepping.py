"""The stepping loop of an explicit Runge-Kutta method as LLVM text: every lane has a time and a step of its own.

All lanes take a step at once; those whose error is too large stay where they are, and try a shorter one. Lanes do not
know of each other, so a run has the same bits in any lane, at any width, among any others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from neurodyn.backends.ensemble import goal_text, keeping_text
from neurodyn.backends.ensemble.body import Body, Place, function
from neurodyn.backends.ensemble.frame import HEAD, MORE, Frame, Shape
from neurodyn.backends.ensemble.hybrid.search import write_search
from neurodyn.backends.ensemble.methods import Rosenbrock, Tableau
from neurodyn.backends.ensemble.node_text import node_functions
from neurodyn.backends.ensemble.paths import ExplicitPath, Path, write_first, write_paths
from neurodyn.backends.ensemble.settling import write_entry, write_event, write_settle
from neurodyn.backends.ensemble.vector_math.values import Flag, Real

SAFETY, LEAST, MOST = 0.9, 0.2, 10.0
# A step shorter than so many roundings of the time does not lead on.
ROUNDINGS = 10 * 2.0**-52
# log2 of a double from its upper half, by a straight line between powers of two, and back; off by 4 % at most.
BIAS, SHIFT, PARTS = 1022.957, 32, 2.0**20


Advance = Callable[[Frame, Real, Real, Real], "tuple[Real, Path]"]


def loop_text(method: Tableau | Rosenbrock, shape: Shape, width: int, advance: Advance | None = None) -> str:
    """The function `run`, which carries out the trials from `first` to before `last`.

    Args:
        advance: writes a step from a time, of a length, to a time: it leaves the state there in `u`, and the rates
            there in the last of the vectors of rates, and gives the square of the error over what is allowed (None
            for fixed steps), and the path; by default that of an explicit method.
    """
    frame = Frame(Body(width), method, shape)
    write_entry(frame)
    write_settle(frame)
    if shape.saved:
        write_first(frame)
    _write_step(frame, advance or explicit)
    frame.body.block("exit")
    frame.body.act("ret void")
    text = function(HEAD + (MORE if shape.rules else ")"), frame.body, "nounwind ")
    if shape.kept:
        text += node_functions(keeping_text.points_of(frame), width)
    return text


def _write_step(frame: Frame, advance: Advance) -> None:
    body = frame.body
    body.block("step")
    halted = body.put("load atomic i64, ptr %stop monotonic, align 8")
    body.fork(body.put(f"icmp ne i64 {halted}, 0"), "halt", "try")
    body.block("try")
    t, active = body.load("%t"), body.load_flag("%active")
    h, after, last, least = _chosen(frame, t)
    error, path = advance(frame, t, h, after)
    good = error <= 1.0
    longer = h * _factor(frame, error, good)
    failed = active & ~good & (longer < least)
    cut, instant = body.none(), None
    if frame.rules:
        if frame.rules.levels:
            after, cut = write_search(frame, active & good, t, h, after, path)
        last = last & ~cut
        instant = cut | frame.is_instant(after, last)
    if frame.shape.saved:
        write_paths(frame, active & good, t, h, after, path, instant)
    if frame.shape.kept:
        keeping_text.write_step(frame, active & good, t, h, after, path)
    settled = goal_text.write_step(frame, active & good) if frame.shape.goals else body.none()
    _keep(frame, good, after, longer)
    arrived = active & good & last
    looked = active & body.is_whole("sge", body.load_whole("%tried"), body.load_whole("%look"))
    body.fork(body.any(arrived | cut | failed | looked | settled), "event", "step")
    write_event(frame, arrived, cut, failed, settled)


def _chosen(frame: Frame, t: Real) -> tuple[Real, Real, Flag, Real]:
    """How long the step is, where it ends, whether that is the end of the piece, and how short a step may be."""
    body = frame.body
    end, h, least = body.load("%bound" if frame.rules else "%end"), body.load("%h"), t.size() * ROUNDINGS
    h, left = (h > least).choose(h, least), end - t
    last = h >= left
    h = last.choose(left, h)
    return h, last.choose(end, t + h), last, least


def explicit(frame: Frame, t: Real, h: Real, after: Real) -> tuple[Real, Path]:
    """A step of an explicit method."""
    method = frame.method
    assert isinstance(method, Tableau)
    for j in range(1, method.stages):
        frame.lead(h, method.a[j], "u")
        frame.flow(after if method.c[j] == 1.0 else h.fma(method.c[j], t), "u", f"k{j}")
    return _error(frame, h), ExplicitPath(frame, method, t, h)


def _error(frame: Frame, h: Real) -> Real:
    """The square of the estimated error over what is allowed, in the root mean square over states."""
    body, n, method = frame.body, frame.shape.states, frame.method

    def one(c: Place, sums: Sequence[Real]) -> Sequence[Real]:
        weight = frame.weight(c)
        found = []
        for k, (estimate, total) in enumerate(zip(method.error, sums, strict=True)):
            # The rates at the end count in any case: where they are no numbers, the step has led too far.
            wanted = [j for j, w in enumerate(estimate) if w or (k == 0 and j == method.stages - 1)]
            parts = [(estimate[j], body.load(f"%k{j}", c)) for j in wanted]
            off = parts[0][1] * parts[0][0]
            for w, rate in parts[1:]:
                off = rate.fma(w, off)
            off = off * weight
            found.append(off.fma(off, total))
        return found

    squares = body.added(n, [body.number(0.0)] * len(method.error), one)
    if len(squares) == 1:
        return squares[0] * (h * h) * (1.0 / n)
    # Hairer's estimate of order 7 from those of orders 5 and 3.
    fifth, third = squares
    under = third.fma(0.01, fifth) + 1e-300
    return fifth * fifth * (h * h) / (under * float(n))


def _level(error: Real) -> Real:
    """log2 of the squared error, nearly; of no number, of a large one."""
    body, width = error.w, error.w.width
    bounded = (error < 1e30).choose(error, 1e30)
    bits = bounded.at_least(1e-30).bits() >> SHIFT
    narrow = body.put(f"trunc {body.wholes} {bits.name} to <{width} x i32>")
    return body.real(f"sitofp <{width} x i32> {narrow} to {body.reals}").fma(1.0 / PARTS, -BIAS)


def _power_of_two(level: Real) -> Real:
    """2**level, nearly."""
    body, width = level.w, level.w.width
    narrow = body.put(f"fptosi {body.reals} {level.fma(PARTS, BIAS * PARTS).name} to <{width} x i32>")
    wide = body.whole(f"zext <{width} x i32> {narrow} to {body.wholes}") << SHIFT
    return wide.real()


def _factor(frame: Frame, error: Real, good: Flag) -> Real:
    """By how much the next step is longer."""
    wanted = _power_of_two(_level(error) * (-0.5 / (frame.method.error_order + 1))) * SAFETY
    bounded = (wanted > LEAST).choose(wanted, LEAST)
    most = good.choose(MOST, 1.0)
    return (bounded < most).choose(bounded, most)


def _keep(frame: Frame, good: Flag, after: Real, longer: Real) -> None:
    """Go on from the end of the step where its error is small enough."""
    body, last = frame.body, frame.method.stages - 1

    def one(c: Place) -> None:
        body.store(good.choose(body.load("%u", c), body.load("%y", c)), "%y", c)
        body.store(good.choose(body.load(f"%k{last}", c), body.load("%k0", c)), "%k0", c)

    frame.each(one)
    body.store(good.choose(after, body.load("%t")), "%t")
    body.store(longer, "%h")
    one_more = good.choose_whole(1, 0)
    body.store_whole(body.load_whole("%accepted") + one_more, "%accepted")
    body.store_whole(body.load_whole("%tried") + 1, "%tried")
