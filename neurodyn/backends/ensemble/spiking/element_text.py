"""The nodes of a graph of one element as instructions, for as many elements at once as a vector has lanes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from neurodyn.backends.ensemble.graph_text import GraphText
from neurodyn.backends.ensemble.spiking.function import Function
from neurodyn.backends.ensemble.spiking.reads import ONE, OWN, End, Read, Reads
from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole
from neurodyn.program.scalar_graph import LEAVES, Graph, Node

STEP = "step"  # the key of the times of a step: at its beginning, middle and end


class Where(Protocol):
    """The elements of one vector."""

    def numbers(self, key: Hashable) -> Real:
        """The numbers of an array at the elements."""

    def indices(self, key: Hashable) -> Whole:
        """The same of an array of places."""

    @property
    def wanted(self) -> Flag: ...


@dataclass(frozen=True)
class Along:
    """Elements one after the other, from a multiple of the width on."""

    function: Function
    first: str
    wanted: Flag

    def numbers(self, key: Hashable) -> Real:
        return Real(self.function, self.function.run_of(key, self.first, "double"))

    def indices(self, key: Hashable) -> Whole:
        return self.function.widened(self.function.run_of(key, self.first, "i32"))


@dataclass(frozen=True)
class Listed:
    """Elements of a list."""

    function: Function
    places: Whole
    wanted: Flag

    def numbers(self, key: Hashable) -> Real:
        return Real(self.function, self.function.picked(key, self.places, self.wanted, "double"))

    def indices(self, key: Hashable) -> Whole:
        return self.function.widened(self.function.picked(key, self.places, self.wanted, "i32"))


class ElementText(GraphText[Function]):
    """Writes nodes into a function, each once.

    Args:
        outputs: the nodes that will be asked for.
    """

    def __init__(self, function: Function, graph: Graph, reads: Reads, outputs: Sequence[int]) -> None:
        super().__init__(function, graph, outputs)
        self.reads, self.called = reads, function.called
        self.shared = set[int]()
        for number in self.live:
            if self._is_common(number):
                self.shared.add(number)

    def common(self) -> None:
        """Write what is the same for all elements."""
        for number in self.live:
            if number not in self.fused and number in self.shared:
                self._write(number, None)

    def write(self, where: Where) -> None:
        """Write all else for the elements of a vector."""
        for number in self.live:
            if number not in self.known and number not in self.fused:
                self._write(number, where)

    def _is_common(self, number: int) -> bool:
        node = self.graph.nodes[number]
        if node.op == "parameter":
            return self.reads.constants[cast("tuple[int, bool]", node.data)[0]].size == 1
        if node.op == "state":
            return self._read(node).how == ONE
        return self.shared.issuperset(node.args)

    def _read(self, node: Node) -> Read:
        return self.reads.varying[int(str(node.data))]

    def _write(self, number: int, where: Where | None) -> None:
        node = self.graph.nodes[number]
        self.known[number] = self._leaf(node, where) if node.op in LEAVES else self.value(node)

    def _leaf(self, node: Node, where: Where | None) -> Real:
        function = self.body
        if node.op == "number":
            return function.number(float.fromhex(str(node.data)))
        if node.op == "time":
            return Real(function, function.spread(function.get(STEP, str(node.data), "double")))
        if node.op == "parameter":
            constant = ("constant", *cast("tuple[int, bool]", node.data))
            return function.everywhere(constant) if where is None or self._is_single(node) else where.numbers(constant)
        read = self._read(node)
        key: Hashable = ("input", read.name, read.half) if read.kind == "input" else (read.kind, read.name)
        if read.how == ONE:
            return function.everywhere(key)
        assert where is not None
        if read.kind == "held":
            return held(function, read.name, where).choose(1.0, 0.0)
        if read.how == OWN:
            return where.numbers(key)
        places = where.indices(("end", *cast("End", read.how)))
        return Real(function, function.picked(key, places, where.wanted, "double"))

    def _is_single(self, node: Node) -> bool:
        return self.reads.constants[cast("tuple[int, bool]", node.data)[0]].size == 1


def held(function: Function, event: str, where: Where) -> Flag:
    """Where the refractory period of the units of an event goes on."""
    n = function.width
    if isinstance(where, Along):
        free = function.run_of(("free", event), where.first, "i32")
    else:
        assert isinstance(where, Listed)
        free = function.picked(("free", event), where.places, where.wanted, "i32")
    now = function.put("trunc i64 %step to i32")
    return function.flag(f"icmp sgt <{n} x i32> {free}, {function.spread(now, 'i32')}")
