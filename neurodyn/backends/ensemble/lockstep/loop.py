"""The loop of fixed steps as LLVM text: all trials take the same steps at the same times, lane by lane.

Each lane draws numbers of its own. A trial that comes to no number stands still from then on, and touches no other.
"""

from __future__ import annotations

from neurodyn.backends.ensemble.body import Body, Place, function
from neurodyn.backends.ensemble.frame import DONE, STOPPED, TOO_SMALL
from neurodyn.backends.ensemble.lockstep.frame import HEAD, TOLD, Frame, Shape
from neurodyn.backends.ensemble.lockstep.schedule import (
    BEGIN,
    BY_STREAM,
    COUNT,
    FILLED,
    LENGTH,
    NUMBER,
    PIECE,
    PLACE,
    ROOT,
    SAVES,
    STOP,
    TEXT,
    WHOLES,
)
from neurodyn.backends.ensemble.lockstep.taking import is_good, take
from neurodyn.backends.ensemble.methods import Tableau
from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole


def loop_text(method: Tableau | None, shape: Shape, width: int) -> str:
    """The function `run`, which carries out the trials from `first` to before `last`.

    Args:
        method: how changes are combined; None for a map.
    """
    frame = Frame(Body(width), method, shape)
    body = frame.body
    frame.make_room()
    body.act("store i64 %first, ptr %group")
    body.jump("group")
    _write_group(frame)
    _write_stretch(frame)
    _write_step(frame)
    _write_behind(frame)
    _write_ends(frame)
    body.block("exit")
    body.act("ret void")
    return function(HEAD, body, "nounwind ")


def _write_group(frame: Frame) -> None:
    """The next trials, one for each lane; lanes without one repeat the last."""
    body, shape = frame.body, frame.shape
    body.block("group")
    group = frame.number("group")
    body.fork(body.put(f"icmp slt i64 {group}, %last"), "start", "exit")
    body.block("start")
    lanes = Whole(body, f"<{', '.join(f'i64 {k}' for k in range(body.width))}>")
    number = body.given_whole(group) + lanes
    there = body.is_whole("slt", number, body.given_whole("%last"))
    number = there.choose_whole(number, body.given_whole("%last") - 1)
    body.store_whole(number, "%id")
    for name in ("alive", "there"):
        body.store_flag(there, f"%{name}")
    every = Flag(body, "splat (i1 true)")
    first = body.times(number, shape.states)
    frame.each(lambda c: body.store(body.gather("%start", body.beyond(first, c), every), "%y", c))
    row = body.times(number, shape.columns)
    for slot, column in shape.constants:
        body.store(body.gather("%varied", row + column, every), "%lane", slot)
    for name in ("row", "steps", "count"):
        frame.count(name, "0")
    body.jump("stretch")


def _write_stretch(frame: Frame) -> None:
    """What a stretch of steps needs: its inputs, and numbers that are drawn together."""
    body = frame.body
    body.block("stretch")
    body.fork(body.put(f"icmp slt i64 {frame.number('row')}, %stretches"), "look", "finish")
    body.block("look")
    halted = body.put("load atomic i64, ptr %stop monotonic, align 8")
    body.fork(body.put(f"icmp ne i64 {halted}, 0"), "halt", "enter")
    body.block("enter")
    row = _row(frame)
    _read_inputs(frame, frame.whole(row, PIECE))
    for k in range(len(frame.shape.streams)):
        _write_draw(frame, row, k)
    frame.count("step", "0")
    body.fork(body.put(f"icmp sgt i64 {frame.whole(row, COUNT)}, 0"), "step", "behind")


def _row(frame: Frame) -> str:
    width = WHOLES + BY_STREAM * len(frame.shape.streams)
    return frame.body.put(f"mul i64 {frame.number('row')}, {width}")


def _read_inputs(frame: Frame, piece: str) -> None:
    body, inputs = frame.body, frame.shape.inputs
    if not inputs:
        return
    first = body.put(f"mul i64 {piece}, {2 * inputs}")

    def one(place: Place) -> None:
        body.store(body.read("%segments", body.put(f"add i64 {first}, {place}")), "%input", place)

    body.each(2 * inputs, one)
    body.store(body.read("%edges", piece), "%input", 2 * inputs)


def _write_draw(frame: Frame, row: str, k: int) -> None:
    """Draw the next block of a stream, for all lanes that have a trial."""
    body, stream = frame.body, frame.shape.streams[k]
    column = WHOLES + BY_STREAM * k
    text = frame.whole(row, column + TEXT)
    body.fork(body.put(f"icmp sge i64 {text}, 0"), f"draw{k}", f"drawn{k}")
    body.block(f"draw{k}")
    group = frame.number("group")
    places = {"beginning": str(k), "middle": body.put(f"sub i64 {group}, %first"), "ending": text}
    rows = []
    for name, place in places.items():
        offset = body.put(f"mul i64 {place}, %{name}")
        rows.append(body.put(f"getelementptr i8, ptr %{name}s, i64 {offset}"))
    left = body.put(f"sub i64 %last, {group}")
    lanes = body.put(f"call i64 @llvm.smin.i64(i64 {left}, i64 {body.width})")
    numbers = body.put(f"mul i64 {frame.whole(row, column + FILLED)}, {stream.size}")
    starts = frame.shape.scratch(body.width)
    out = body.put(f"getelementptr double, ptr %scratch, i64 {starts[k]}")
    room = body.put(f"getelementptr double, ptr %scratch, i64 {starts[-1]}")
    pointers = ", ".join(f"ptr {x}" for x in (out, *rows, room))
    wholes = ", ".join(f"i64 {x}" for x in ("%middle", "%room", lanes, numbers))
    body.act(f"call void @nd_draw_{stream.kind}({pointers}, {wholes})")
    body.jump(f"drawn{k}")
    body.block(f"drawn{k}")


def _write_step(frame: Frame) -> None:
    body = frame.body
    body.block("step")
    step, row = frame.number("step"), _row(frame)
    following = body.put(f"add i64 {step}, 1")
    _read_draws(frame, row, step)
    begin = _time(frame, step, BEGIN, body.put(f"icmp eq i64 {step}, 0"))
    ends = body.put(f"icmp eq i64 {following}, {frame.whole(row, COUNT)}")
    stop = _time(frame, following, STOP, ends)
    take(frame, begin, stop, body.given(frame.real(LENGTH)))
    good, alive = is_good(frame), body.load_flag("%alive")
    keep = alive & good

    def one(c: Place) -> None:
        body.store(keep.choose(body.load("%u", c), body.load("%y", c)), "%y", c)

    frame.each(one)
    lost = alive & ~good
    body.fork(body.any(lost), "lost", "next")
    body.block("lost")
    number = body.load_whole("%id")
    first = body.times(number, frame.shape.states)
    frame.each(lambda c: body.scatter(body.load("%u", c), "%wrong", body.beyond(first, c), lost))
    _tell(frame, lost, TOO_SMALL, begin, body.put(f"add i64 {frame.number('steps')}, {step}"))
    body.store_flag(keep, "%alive")
    body.jump("next")
    body.block("next")
    frame.count("step", following)
    body.fork(body.put(f"icmp slt i64 {following}, {frame.whole(row, COUNT)}"), "step", "behind")


def _time(frame: Frame, step: str, column: int, is_told: str) -> Real:
    """When a step begins: a whole multiple of its length, or as the schedule says."""
    body = frame.body
    more = body.put(f"sitofp i64 {step} to double")
    number = body.put(f"{'fadd' if frame.shape.forward else 'fsub'} double {frame.real(NUMBER)}, {more}")
    dt = body.put("load double, ptr %limits, align 8")
    regular = body.put(f"fmul double {number}, {dt}")
    return body.given(body.put(f"select i1 {is_told}, double {frame.real(column)}, double {regular}"))


def _read_draws(frame: Frame, row: str, step: str) -> None:
    """The numbers that are drawn for a step; of white noise the increments."""
    body, shape = frame.body, frame.shape
    starts, root = shape.scratch(body.width), body.given(frame.real(ROOT))
    for draw in shape.draws:
        stream = shape.streams[draw.stream]
        place = frame.whole(row, WHOLES + BY_STREAM * draw.stream + PLACE)
        place = body.put(f"{'add' if shape.forward else 'sub'} i64 {place}, {step}")
        place = body.put(f"mul i64 {place}, {stream.size * body.width}")
        place = body.put(f"add i64 {place}, {starts[draw.stream] + draw.element * body.width}")
        where = body.put(f"getelementptr double, ptr %scratch, i64 {place}")
        value = body.real(f"load {body.reals}, ptr {where}, align 8")
        if frame.method is not None:
            value = value * root
        body.store(1.0 / value if draw.inverted else value, "%lane", draw.slot)


def _write_behind(frame: Frame) -> None:
    """Save the state behind a stretch as often as that is wanted."""
    body = frame.body
    body.block("behind")
    row = _row(frame)
    frame.count("steps", body.put(f"add i64 {frame.number('steps')}, {frame.whole(row, COUNT)}"))
    frame.count("step", "0")
    body.jump("saves")
    body.block("saves")
    done = frame.number("step")
    body.fork(body.put(f"icmp slt i64 {done}, {frame.whole(row, SAVES)}"), "save", "on")
    body.block("save")
    count, number = frame.number("count"), body.load_whole("%id")
    if frame.shape.saved:
        alive = body.load_flag("%alive")
        first = body.times(number + body.given_whole(body.put(f"mul i64 {count}, %trials")), frame.shape.states)
        frame.each(lambda c: body.scatter(body.load("%y", c), "%saved", body.beyond(first, c), alive))
    frame.count("count", body.put(f"add i64 {count}, 1"))
    frame.count("step", body.put(f"add i64 {done}, 1"))
    body.jump("saves")
    body.block("on")
    frame.count("row", body.put(f"add i64 {frame.number('row')}, 1"))
    body.jump("stretch")


def _write_ends(frame: Frame) -> None:
    """Hand in where the trials of a group have come to."""
    body = frame.body
    for label, code, column in (("halt", STOPPED, BEGIN), ("finish", DONE, STOP)):
        body.block(label)
        if code == DONE:
            frame.count("row", body.put("sub i64 %stretches, 1"))
        alive = body.load_flag("%alive")
        _tell(frame, alive, code, body.given(frame.real(column)), frame.number("steps"))
        body.jump("leave")
    body.block("leave")
    there, first = body.load_flag("%there"), body.times(body.load_whole("%id"), frame.shape.states)
    frame.each(lambda c: body.scatter(body.load("%y", c), "%final", body.beyond(first, c), there))
    frame.count("group", body.put(f"add i64 {frame.number('group')}, {body.width}"))
    body.jump("group")


def _tell(frame: Frame, where: Flag, code: int, t: Real, steps: str) -> None:
    """What becomes of trials."""
    body, number = frame.body, frame.body.load_whole("%id")
    body.scatter(t, "%ended", number, where)
    told = body.times(number, TOLD)
    for k, value in enumerate((body.integer(code), body.given_whole(steps), body.given_whole(frame.number("count")))):
        body.scatter(value, "%told", told + k, where)
