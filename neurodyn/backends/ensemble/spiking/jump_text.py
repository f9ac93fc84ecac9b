"""States that jump by what is read at the instant: all jumps of a step are known before any state has moved.

What impulses reach is listed element by element; a jump is evaluated at these elements alone, as it is linear in what
arrives. Where some unit gets an impulse in nearly every step, it is evaluated at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from neurodyn.backends.ensemble.spiking.element_text import Along, ElementText, Listed, held
from neurodyn.backends.ensemble.spiking.fans import Fan
from neurodyn.backends.ensemble.spiking.function import Function
from neurodyn.backends.ensemble.spiking.memory import Memory
from neurodyn.backends.ensemble.spiking.reads import Read, Reads, Space
from neurodyn.backends.ensemble.spiking.trains import Arrivals, Train
from neurodyn.backends.ensemble.spiking.update_text import ALARM
from neurodyn.backends.ensemble.vector_math.values import Real
from neurodyn.program.scalar_graph import Graph


@dataclass(frozen=True, eq=False)
class Touch:
    """Elements that the impulses of a train reach.

    Attributes:
        fan: those of each place; None where a place is the element.
        sum: the key of the sum that a place adds its weight to; None where impulses are counted by place.
    """

    train: Train
    fan: Fan | None
    sum: str | None = None


@dataclass(frozen=True, eq=False)
class Jump:
    """One state that jumps.

    Attributes:
        node: how far.
        after: the node of the state after it, read from the jump and within its bounds.
        holders: the events that keep impulses from it.
        everywhere: whether it is evaluated at all elements.
    """

    state: str
    space: Space
    graph: Graph
    reads: Reads
    node: int
    after: int
    touches: Sequence[Touch]
    holders: Sequence[str]
    everywhere: bool

    def put(self, memory: Memory) -> None:
        """Its arrays."""
        memory.add(("jump", self.state), [0.0] * self.space.size)
        memory.add(("list", self.state), [0] * self.space.size, "i4")
        memory.add(("listed", self.state), [0] * self.space.size, "i1")
        memory.add(("list count", self.state), [0], "i8")
        for touch in self.touches:
            if touch.sum is not None:
                memory.add(("sum", touch.sum), [0.0] * self.space.size)


def touch_function(name: str, jump: Jump, memory: Memory) -> Function:
    """List what is reached, and add up what arrives there."""
    f = Function(name, memory)
    for k, touch in enumerate(jump.touches):
        arrivals = Arrivals(f, touch.train)

        def of_place(place: str, touch: Touch = touch, label: str = f"edge{k}") -> None:
            fan = touch.fan
            if fan is None:
                _list(f, jump, place)
                return
            begin = f.get(("begins", fan.key), place, "i64")
            end = f.get(("begins", fan.key), f.put(f"add i64 {place}, 1"), "i64")

            def of_edge(edge: str) -> None:
                element = f.put(f"zext i32 {f.get(('elements', fan.key), edge, 'i32')} to i64")
                if touch.sum is not None:
                    _add(f, touch.sum, fan, edge, element)
                _list(f, jump, element)

            f.counting(label, end, 1, of_edge, begin)

        arrivals.each(f"place{k}", of_place)
    return f


def _add(f: Function, key: str, fan: Fan, edge: str, element: str) -> None:
    where = f.at(("sum", key), element, "double")
    if fan.of_state:
        at = f.put(f"zext i32 {f.get(('edges', fan.key), edge, 'i32')} to i64")
        weight = f.get(("state", fan.of_state), at, "double")
    else:
        assert fan.weights is not None
        weight = f.first(("weights", fan.key)) if fan.weights.size == 1 else f.get(("weights", fan.key), edge, "double")
    total = f.put(f"fadd double {f.put(f'load double, ptr {where}')}, {weight}")
    f.act(f"store double {total}, ptr {where}")


def _list(f: Function, jump: Jump, element: str) -> None:
    """Put an element on the list, unless it is there."""
    if jump.everywhere:
        return
    there = f.get(("listed", jump.state), element, "i8")
    count = f.get(("list count", jump.state), "0", "i64")
    f.set(("list", jump.state), count, "i32", f.put(f"trunc i64 {element} to i32"))
    new = f.put(f"xor i8 {there}, 1")
    f.set(("list count", jump.state), "0", "i64", f.put(f"add i64 {count}, {f.put(f'zext i8 {new} to i64')}"))
    f.set(("listed", jump.state), element, "i8", "1")


def _each(f: Function, jump: Jump, action: Callable[[Along | Listed, str], None]) -> None:
    """Do something for all elements, or for those on the list."""
    if jump.everywhere:
        count = f.first(("size", jump.space), "i64")
        f.counting("all", count, f.width, lambda first: action(Along(f, first, f.below(first, count)), first))
        return
    count = f.first(("list count", jump.state), "i64")

    def some(first: str) -> None:
        places = f.widened(f.run_of(("list", jump.state), first, "i32"))
        action(Listed(f, places, f.below(first, count)), first)

    f.counting("listed", count, f.width, some)


def reach_function(name: str, jump: Jump, memory: Memory) -> Function:
    """How far the elements jump, by their places in the list."""
    f = Function(name, memory)
    text = ElementText(f, jump.graph, jump.reads, [jump.node])
    text.common()

    def some(where: Along | Listed, first: str) -> None:
        text.write(where)
        _store(f, ("jump", jump.state), first, text.real(jump.node))

    _each(f, jump, some)
    return f


def _store(f: Function, key: object, first: str, value: Real) -> None:
    f.act(f"store {f.reals} {value.name}, ptr {f.at(key, first, 'double')}, align {f.align}")


def apply_function(name: str, jump: Jump, memory: Memory) -> Function:
    """The elements jump, but those that are held; the list is empty again."""
    f = Function(name, memory)
    bad = f.room("bad", f.flags)
    f.store_flag(f.none(), bad)
    old = jump.graph.leaf("state", jump.reads.number(Read("state", jump.state)))
    text = ElementText(f, jump.graph, jump.reads, [old, jump.after])
    text.common()

    def some(where: Along | Listed, first: str) -> None:
        far = Real(f, f.run_of(("jump", jump.state), first, "double"))
        text.known[_far(jump)] = far
        text.write(where)
        moves = where.wanted
        for event in jump.holders:
            moves = moves & ~held(f, event, where)
        _write(f, ("state", jump.state), where, moves.choose(text.real(jump.after), text.real(old)))
        wrong = ~(far.size() <= f.everywhere(("limit", jump.state)))
        f.store_flag(f.load_flag(bad) | (wrong & moves), bad)
        _clear(f, jump, where)

    _each(f, jump, some)
    f.where("alarm", f.any(f.load_flag(bad)), lambda: f.set(ALARM, "0", "i64", "1"))
    if not jump.everywhere:
        f.set(("list count", jump.state), "0", "i64", "0")
    return f


def _far(jump: Jump) -> int:
    return jump.graph.leaf("state", jump.reads.number(Read("jump", jump.state)))


def _write(f: Function, key: object, where: Along | Listed, value: Real) -> None:
    if isinstance(where, Along):
        _store(f, key, where.first, value)
    else:
        f.placed(key, where.places, where.wanted, "double", value.name)


def _clear(f: Function, jump: Jump, where: Along | Listed) -> None:
    for key in dict.fromkeys(touch.sum for touch in jump.touches if touch.sum is not None):
        _write(f, ("sum", key), where, f.number(0.0))
    if isinstance(where, Listed):
        f.placed(("listed", jump.state), where.places, where.wanted, "i8", "zeroinitializer")


def count_function(name: str, train: Train, memory: Memory, clear: bool) -> Function:
    """Count the impulses of each place, or forget them."""
    f = Function(name, memory)

    def one(place: str) -> None:
        if clear:
            f.set(("train", train.name), place, "double", "0.0")
        else:
            before = f.get(("train", train.name), place, "double")
            f.set(("train", train.name), place, "double", f.put(f"fadd double {before}, 1.0"))

    Arrivals(f, train).each("place", one)
    return f
