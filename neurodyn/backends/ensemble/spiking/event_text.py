"""What an event does in a step: its units are noted, then they set states, then their conditions are read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from neurodyn.backends.ensemble.spiking.element_text import ElementText, Listed
from neurodyn.backends.ensemble.spiking.function import Function
from neurodyn.backends.ensemble.spiking.memory import Memory
from neurodyn.backends.ensemble.spiking.reads import Read, Reads, Space
from neurodyn.backends.ensemble.spiking.update_text import ALARM
from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole
from neurodyn.program.scalar_graph import Graph

LOGGED, TOTAL = "logged", "total"


@dataclass(frozen=True, eq=False)
class Event:
    """One event as compiled code knows it.

    Attributes:
        number: by which the log names it; None where it is not recorded.
        condition: the node of its condition; None where its times are known.
        rest: the key of how many steps its units rest, for all or each; None where they do not.
        sets: states with the nodes of their values.
    """

    name: str
    space: Space
    graph: Graph
    reads: Reads
    number: int | None
    condition: int | None
    rest: bool
    sets: Sequence[tuple[str, int]]


def due_function(name: str, event: Event, memory: Memory) -> Function:
    """The units whose time is known to be in this step, but those that rest."""
    f = Function(name, memory)
    now, cursor = f.put("trunc i64 %step to i32"), ("cursor", event.name)
    f.jump("next")
    f.block("next")
    place = f.get(cursor, "0", "i64")
    f.fork(f.put(f"icmp eq i32 {f.get(('due steps', event.name), place, 'i32')}, {now}"), "due", "none")
    f.block("due")
    unit = f.get(("due units", event.name), place, "i32")
    f.set(cursor, "0", "i64", f.put(f"add i64 {place}, 1"))
    if event.rest:
        free = f.get(("free", event.name), f.put(f"zext i32 {unit} to i64"), "i32")
        f.fork(f.put(f"icmp sle i32 {free}, {now}"), "happens", "next")
        f.block("happens")
    append(f, ("fired", event.name), ("count", event.name), unit)
    f.jump("next")
    f.block("none")
    return f


def append(f: Function, numbers: object, count: object, value: str) -> None:
    """Write a number behind those that are there."""
    place = f.get(count, "0", "i64")
    f.set(numbers, place, "i32", value)
    f.set(count, "0", "i64", f.put(f"add i64 {place}, 1"))


def note_function(name: str, event: Event, memory: Memory) -> Function:
    """Write down which units happen; they rest, and wait until their condition was seen false."""
    f, key = Function(name, memory), event.name
    count = f.first(("count", key), "i64")
    now = f.put("trunc i64 %step to i32")

    def one(place: str) -> None:
        short = f.get(("fired", key), place, "i32")
        unit = f.put(f"zext i32 {short} to i64")
        if event.number is not None:
            at = f.get(LOGGED, "0", "i64")
            for column, value in (("step", now), ("unit", short), ("event", str(event.number))):
                f.set(("log", column), at, "i32", value)
            f.set(LOGGED, "0", "i64", f.put(f"add i64 {at}, 1"))
        if event.rest:
            each = f.get(("rest", key), unit, "i32")
            f.set(("free", key), unit, "i32", f.put(f"add i32 {now}, {each}"))
        if event.condition is not None:
            f.set(("armed", key), unit, "i8", "0")
            append(f, ("idle", key), ("idle count", key), short)

    f.counting("noted", count, 1, one)
    f.set(TOTAL, "0", "i64", f.put(f"add i64 {f.get(TOTAL, '0', 'i64')}, {count}"))
    return f


def _listed(f: Function, numbers: object, count: str, action: Callable[[Listed, str], None]) -> None:
    """Do something for the elements of a list, as many at once as a vector has lanes."""

    def some(first: str) -> None:
        places = f.widened(f.run_of(numbers, first, "i32"))
        action(Listed(f, places, f.below(first, count)), first)

    f.counting("listed", count, f.width, some)


def set_function(name: str, event: Event, memory: Memory) -> Function:
    """The statements of an event, which act together."""
    f = Function(name, memory)
    count = f.first(("count", event.name), "i64")
    old = {s: event.graph.leaf("state", event.reads.number(Read("state", s))) for s, _ in event.sets}
    text = ElementText(f, event.graph, event.reads, [*old.values(), *(node for _, node in event.sets)])
    text.common()
    bad = f.room("bad", f.flags)
    f.store_flag(f.none(), bad)

    def act(where: Listed, _: str) -> None:
        text.write(where)
        wrong = f.none()
        for state, node in event.sets:
            new, was = text.real(node), text.real(old[state])
            wrong = wrong | ~within(f, state, new, was)
            f.placed(("state", state), where.places, where.wanted, "double", new.name)
        f.store_flag(f.load_flag(bad) | (wrong & where.wanted), bad)

    _listed(f, ("fired", event.name), count, act)
    f.where("alarm", f.any(f.load_flag(bad)), lambda: f.set(ALARM, "0", "i64", "1"))
    return f


def within(f: Function, state: str, new: Real, was: Real) -> Flag:
    """Where a state is set to no more than any step should lead to."""
    limit = f.everywhere(("limit", state))
    return (new.size() <= limit) | ((new - was).size() <= limit)


def arm_function(name: str, event: Event, memory: Memory) -> Function:
    """The units that have happened and whose condition is false now can happen again; the others wait on."""
    f, key = Function(name, memory), event.name
    assert event.condition is not None
    count = f.first(("idle count", key), "i64")
    text = ElementText(f, event.graph, event.reads, [event.condition])
    text.common()
    left = f.room("left", "i64")
    f.act(f"store i64 0, ptr {left}")

    def look(where: Listed, first: str) -> None:
        text.write(where)
        n = f.width
        armed = f.picked(("armed", key), where.places, where.wanted, "i8")
        was = f.flag(f"icmp ne <{n} x i8> {armed}, zeroinitializer")
        waits = text.flag(event.condition or 0) & ~was & where.wanted
        f.placed(("armed", key), where.places, where.wanted & ~waits, "i8", "splat (i8 1)")
        _keep(f, key, where.places, waits, left)

    _listed(f, ("idle", key), count, look)
    f.set(("idle count", key), "0", "i64", f.put(f"load i64, ptr {left}"))
    return f


def _keep(f: Function, key: str, places: Whole, waits: Flag, left: str) -> None:
    """Write those that wait to the front of the list, in their order."""
    for lane in range(f.width):
        place = f.put(f"load i64, ptr {left}")
        unit = f.put(f"trunc i64 {f.put(f'extractelement {f.wholes} {places.name}, i64 {lane}')} to i32")
        f.set(("idle", key), place, "i32", unit)
        one = f.put(f"zext i1 {f.put(f'extractelement {f.flags} {waits.name}, i64 {lane}')} to i64")
        f.act(f"store i64 {f.put(f'add i64 {place}, {one}')}, ptr {left}")
