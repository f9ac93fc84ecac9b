"""The nodes of a graph of one element as instructions, for as many elements at once as a vector has lanes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from neurodyn.backends.ensemble.flow_text import COMPARED, WRITTEN
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


class ElementText:
    """Writes nodes into a function, each once.

    Args:
        outputs: the nodes that will be asked for.
    """

    def __init__(self, function: Function, graph: Graph, reads: Reads, outputs: Sequence[int]) -> None:
        self.function, self.graph, self.reads = function, graph, reads
        self.live = graph.live(outputs)
        self.known: dict[int, Real | Flag] = {}
        uses = Counter(a for k in self.live for a in graph.nodes[k].args) + Counter(outputs)
        self.uses = uses
        self.fused = {self._product_of(graph.nodes[k]) for k in self.live}
        self.shared = set[int]()
        for k in self.live:
            if self._is_common(k):
                self.shared.add(k)

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

    def real(self, number: int) -> Real:
        """A node that was written."""
        found = self.known[number]
        return found.choose(1.0, 0.0) if isinstance(found, Flag) else found

    def flag(self, number: int) -> Flag:
        """The same as a truth value."""
        found = self.known[number]
        return found if isinstance(found, Flag) else found.differs(0.0)

    def _is_common(self, number: int) -> bool:
        node = self.graph.nodes[number]
        if node.op == "parameter":
            return self.reads.constants[cast("tuple[int, bool]", node.data)[0]].size == 1
        if node.op == "state":
            return self._read(node).how == ONE
        return self.shared.issuperset(node.args)

    def _read(self, node: Node) -> Read:
        return self.reads.varying[int(str(node.data))]

    def _product_of(self, node: Node) -> int | None:
        """The operand of a sum that is a product which nobody else reads; the later one of two."""
        if node.op not in ("add", "subtract"):
            return None
        products = [a for a in node.args if self.graph.nodes[a].op == "multiply" and self.uses[a] == 1]
        return max(products, default=None)

    def _write(self, number: int, where: Where | None) -> None:
        node = self.graph.nodes[number]
        self.known[number] = self._leaf(node, where) if node.op in LEAVES else self._value(node)

    def _leaf(self, node: Node, where: Where | None) -> Real:
        function = self.function
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

    def _value(self, node: Node) -> Real | Flag:
        product = self._product_of(node)
        if product is not None:
            return self._fused(node, product)
        function = self.function
        if node.op in COMPARED:
            a, b = (self.real(x) for x in node.args)
            return function.flag(f"fcmp {COMPARED[node.op]} {function.reals} {a.name}, {b.name}")
        if node.op in ("and", "or", "not"):
            return self._joined(node)
        if node.op == "select":
            return self.flag(node.args[0]).choose(*(self.real(x) for x in node.args[1:]))
        if node.op == "as_number":
            return self.flag(node.args[0]).choose(1.0, 0.0)
        own = [self.real(x) for x in node.args]
        if node.op in WRITTEN:
            return WRITTEN[node.op](*own)
        function.called.add(node.op)
        operands = ", ".join(f"{function.reals} {x.name}" for x in own)
        return function.real(f"call {function.reals} @nd_{node.op}({operands})")

    def _fused(self, node: Node, product: int) -> Real:
        a, b = (self.real(x) for x in self.graph.nodes[product].args)
        (other,) = [x for x in node.args if x != product] or [product]
        rest = self.real(other)
        if node.op == "add":
            return a.fma(b, rest)
        return a.fma(b, -rest) if node.args[0] == product else (-a).fma(b, rest)

    def _joined(self, node: Node) -> Flag:
        own = [self.flag(x) for x in node.args]
        if node.op == "not":
            return ~own[0]
        return own[0] & own[1] if node.op == "and" else own[0] | own[1]


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
