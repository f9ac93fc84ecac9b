"""The loop over the units of a space: their states move, and conditions are read on the moved ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from neurodyn.backends.ensemble.spiking.element_text import Along, ElementText, held
from neurodyn.backends.ensemble.spiking.function import Function
from neurodyn.backends.ensemble.spiking.memory import Memory
from neurodyn.backends.ensemble.spiking.reads import Read, Reads, Space
from neurodyn.backends.ensemble.vector_math.values import Flag, Real
from neurodyn.program.scalar_graph import Graph

ALARM = "alarm"


@dataclass(frozen=True, eq=False)
class Update:
    """What happens to the units of a space before anything is delivered.

    Attributes:
        states: the nodes of the new states.
        conditions: by event the node of its condition, read on these.
        resting: the events whose units rest after one.
        sets: the states that each event sets: a step may lead them far beyond all measure before they are.
    """

    space: Space
    graph: Graph
    reads: Reads
    states: Mapping[str, int]
    conditions: Mapping[str, int]
    resting: frozenset[str]
    sets: Mapping[str, Sequence[str]]


def update_function(name: str, update: Update, memory: Memory) -> Function:
    """The text of the loop."""
    return _Writer(name, update, memory).written()


class _Writer:
    def __init__(self, name: str, update: Update, memory: Memory) -> None:
        self.update, self.function = update, Function(name, memory)
        moved = {n: node for n, node in update.states.items() if not self._stands(n, node)}
        self.moved = moved
        outputs = [*moved.values(), *(self._old(n) for n in moved), *update.conditions.values()]
        self.text = ElementText(self.function, update.graph, update.reads, outputs)

    def _old(self, state: str) -> int:
        return self.update.graph.leaf("state", self.update.reads.number(Read("state", state)))

    def _stands(self, state: str, node: int) -> bool:
        return node == self._old(state)

    def written(self) -> Function:
        f = self.function
        bad = f.room("bad", f.flags)
        f.store_flag(f.none(), bad)
        count = f.first(("size", self.update.space), "i64")
        self.text.common()
        f.counting("unit", count, f.width, lambda first: self._chunk(first, count, bad))
        found = f.any(f.load_flag(bad))
        f.where("alarm", found, lambda: f.set(ALARM, "0", "i64", "1"))
        return f

    def _chunk(self, first: str, count: str, bad: str) -> None:
        f, update = self.function, self.update
        valid = f.below(first, count)
        where = Along(f, first, valid)
        self.text.write(where)
        fired = {event: self._fired(event, where) for event in update.conditions}
        wrong = f.none()
        for state, node in self.moved.items():
            new = self.text.real(node)
            well = self._well(state, new)
            for event, flag in fired.items():
                well = well | flag if state in update.sets.get(event, ()) else well
            wrong = wrong | ~well
            f.act(f"store {f.reals} {new.name}, ptr {f.at(('state', state), first, 'double')}, align {f.align}")
        f.store_flag(f.load_flag(bad) | (wrong & valid), bad)
        for event, flag in fired.items():
            self._list(event, flag, first)

    def _well(self, state: str, new: Real) -> Flag:
        """Where a step has changed a state no more than any step should; not where it is no number."""
        return (new - self.text.real(self._old(state))).size() <= self.function.everywhere(("limit", state))

    def _fired(self, event: str, where: Along) -> Flag:
        """The units that happen; one whose condition was seen false is armed again."""
        f, n = self.function, self.function.width
        truth = self.text.flag(self.update.conditions[event])
        armed = f.run_of(("armed", event), where.first, "i8")
        is_armed = f.flag(f"icmp ne <{n} x i8> {armed}, zeroinitializer")
        again = ~(truth | is_armed)

        def arm() -> None:
            ones = f"select {f.flags} {(again | is_armed).name}, <{n} x i8> splat (i8 1), <{n} x i8> zeroinitializer"
            f.act(f"store <{n} x i8> {f.put(ones)}, ptr {f.at(('armed', event), where.first, 'i8')}, align 1")

        f.where(f"arm{len(f.lines)}", f.any(again), arm)
        fired = truth & is_armed & where.wanted
        return fired & ~held(f, event, where) if event in self.update.resting else fired

    def _list(self, event: str, fired: Flag, first: str) -> None:
        """Write the numbers of units down, in their order."""
        f, label = self.function, f"list{len(self.function.lines)}"
        bits, left = f.mask(fired), f.room(f"{label}.left", "i64")

        def each() -> None:
            wide = bits if f.width == 64 else f.put(f"zext i{f.width} {bits} to i64")
            f.act(f"store i64 {wide}, ptr {left}")
            f.jump(f"{label}.next")
            f.block(f"{label}.next")
            now = f.put(f"load i64, ptr {left}")
            lane = f.put(f"call i64 @llvm.cttz.i64(i64 {now}, i1 true)")
            count = f.get(("count", event), "0", "i64")
            unit = f.put(f"trunc i64 {f.put(f'add i64 {first}, {lane}')} to i32")
            f.set(("fired", event), count, "i32", unit)
            f.set(("count", event), "0", "i64", f.put(f"add i64 {count}, 1"))
            less = f.put(f"and i64 {now}, {f.put(f'add i64 {now}, -1')}")
            f.act(f"store i64 {less}, ptr {left}")
            f.fork(f.put(f"icmp ne i64 {less}, 0"), f"{label}.next", f"{label}.done")
            f.block(f"{label}.done")

        f.where(label, f.any(fired), each)
