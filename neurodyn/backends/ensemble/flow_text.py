"""A scalar graph as an LLVM function on vectors: each lane computes the same with its own numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from neurodyn.backends.ensemble.body import Body, function
from neurodyn.backends.ensemble.vector_math.values import Flag, Real
from neurodyn.program.scalar_graph import LEAVES, Graph, Node

Standing = tuple[int, bool]  # the place of a number that stands still, and whether its reciprocal is meant
# Up to so many nodes a function is written out wherever it is called. Larger ones run faster as one piece of code that
# stays in the cache of the processor, and compile in half the time.
INLINE = 30
# One lane waits for its results longer than it computes, and a call is one more thing to wait for.
INLINE_ALONE = 100
ARGUMENTS = ("values", "lane", "input")
COMPARED = {
    "less": "olt", "less_equal": "ole", "greater": "ogt", "greater_equal": "oge", "equal": "oeq", "not_equal": "une",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class FlowText:
    """Functions of the time and of vectors of states.

    Attributes:
        text: their definitions, such as `@flow(t, ptr y, ptr values, ptr lane, ptr input, ptr out)`.
        parameters, lanes: the place of each number that they read from `values` and `lane`, and whether that is turned
            into its reciprocal.
        functions: the elementary functions that they call.
    """

    text: str
    parameters: tuple[Standing, ...]
    lanes: tuple[Standing, ...]
    functions: tuple[str, ...]


def flow_text(graph: Graph, wanted: Mapping[str, Sequence[int]], width: int, ramps: Collection[int] = ()) -> FlowText:
    """Functions of one graph.

    Args:
        wanted: the nodes that each computes, by the name of the function.
        ramps: the inputs that change along a piece of a run, by their numbers; each input is its value at the beginning
            of the piece, then its slope. The beginning stands behind the last input.
    """
    every = graph.live(k for outputs in wanted.values() for k in outputs)
    printers = [_Printer(graph, every, name, outputs, width, ramps) for name, outputs in wanted.items()]
    texts = [printer.text() for printer in printers]
    called = sorted(set[str]().union(*(printer.called for printer in printers)))
    first = printers[0]
    return FlowText("\n".join(texts), tuple(first.parameters), tuple(first.lanes), tuple(called))


class _Printer:
    def __init__(
        self, graph: Graph, every: Sequence[int], name: str, outputs: Sequence[int], width: int, ramps: Collection[int]
    ) -> None:
        self.graph, self.name, self.outputs, self.ramps, self._every = graph, name, outputs, ramps, every
        self.live = graph.live(outputs)
        self.body = Body(width)
        self.known: dict[int, Real | Flag] = {}
        self.called: set[str] = set()
        self.uses = Counter(a for k in self.live for a in graph.nodes[k].args) + Counter(outputs)
        # A product that one sum alone reads is fused with it.
        self.fused = {self._product_of(graph.nodes[k]) for k in self.live}
        standing = {op: self._places(op) for op in ("parameter", "lane")}
        self.parameters, self.lanes = standing["parameter"], standing["lane"]
        self.inputs = max((int(str(n.data)) + 1 for n in graph.nodes if n.op == "input"), default=0)

    def _places(self, op: str) -> dict[Standing, int]:
        found = dict.fromkeys(self.graph.nodes[k].data for k in self._every if self.graph.nodes[k].op == op)
        return {cast("Standing", data): k for k, data in enumerate(found)}

    def text(self) -> str:
        """The definition of the function."""
        for number in self.live:
            node = self.graph.nodes[number]
            if number in self.fused:
                continue
            self.known[number] = self._leaf(node) if node.op in LEAVES else self._value(node)
        for place, number in enumerate(self.outputs):
            self.body.store(self._real(number), "%out", place)
        self.body.act("ret void")
        pointers = ", ".join(f"ptr noalias readonly %{name}" for name in ("y", *ARGUMENTS))
        head = f"internal void @{self.name}({self.body.reals} %t, {pointers}, ptr noalias writeonly %out)"
        most = INLINE if self.body.width > 1 else INLINE_ALONE
        attributes = "alwaysinline " if len(self.live) <= most else "noinline "
        return function(head, self.body, attributes)

    def _product_of(self, node: Node) -> int | None:
        """The operand of a sum that is a product which nobody else reads; the later one of two."""
        if node.op not in ("add", "subtract"):
            return None
        products = [a for a in node.args if self.graph.nodes[a].op == "multiply" and self.uses[a] == 1]
        return max(products, default=None)

    def _real(self, number: int) -> Real:
        found = self.known[number]
        if isinstance(found, Flag):
            return found.choose(1.0, 0.0)
        return found

    def _leaf(self, node: Node) -> Real:
        body = self.body
        if node.op == "number":
            return body.number(float.fromhex(str(node.data)))
        if node.op == "time":
            return Real(body, "%t")
        if node.op == "state":
            return body.load("%y", int(str(node.data)))
        if node.op == "parameter":
            return body.read("%values", self.parameters[cast("Standing", node.data)])
        if node.op == "lane":
            return body.load("%lane", self.lanes[cast("Standing", node.data)])
        place = int(str(node.data))
        value = body.load("%input", 2 * place)
        if place not in self.ramps:
            return value
        return body.load("%input", 2 * place + 1).fma(Real(body, "%t") - body.load("%input", 2 * self.inputs), value)

    def _value(self, node: Node) -> Real | Flag:
        product = self._product_of(node)
        if product is not None:
            return self._fused(node, product)
        if node.op in COMPARED:
            a, b = (self._real(x) for x in node.args)
            return self.body.flag(f"fcmp {COMPARED[node.op]} {self.body.reals} {a.name}, {b.name}")
        if node.op in ("and", "or", "not"):
            return self._joined(node)
        if node.op == "select":
            return self._flag(node.args[0]).choose(*(self._real(x) for x in node.args[1:]))
        if node.op == "as_number":
            return self._flag(node.args[0]).choose(1.0, 0.0)
        own = [self._real(x) for x in node.args]
        if node.op in WRITTEN:
            return WRITTEN[node.op](*own)
        self.called.add(node.op)
        operands = ", ".join(f"{self.body.reals} {x.name}" for x in own)
        return self.body.real(f"call {self.body.reals} @nd_{node.op}({operands})")

    def _fused(self, node: Node, product: int) -> Real:
        a, b = (self._real(x) for x in self.graph.nodes[product].args)
        (other,) = [x for x in node.args if x != product]
        rest = self._real(other)
        if node.op == "add":
            return a.fma(b, rest)
        return a.fma(b, -rest) if node.args[0] == product else (-a).fma(b, rest)

    def _flag(self, number: int) -> Flag:
        found = self.known[number]
        return found if isinstance(found, Flag) else found.differs(0.0)

    def _joined(self, node: Node) -> Flag:
        own = [self._flag(x) for x in node.args]
        if node.op == "not":
            return ~own[0]
        return own[0] & own[1] if node.op == "and" else own[0] | own[1]


def _heaviside(x: Real) -> Real:
    return (x > 0.0).choose(1.0, x.differs(x).choose(x, 0.0))


def _sign(x: Real) -> Real:
    return (x > 0.0).choose(1.0, (x < 0.0).choose(-1.0, x))


def _larger(a: Real, b: Real) -> Real:
    return ((a < b) | b.differs(b)).choose(b, a)


def _smaller(a: Real, b: Real) -> Real:
    return ((a > b) | b.differs(b)).choose(b, a)


WRITTEN: dict[str, Callable[..., Real]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "negative": lambda x: -x,
    "sqrt": lambda x: x.w.intrinsic("sqrt", x),
    "floor": lambda x: x.w.intrinsic("floor", x),
    "absolute": lambda x: x.size(),
    "relu": lambda x: x.at_least(0.0),
    "heaviside": _heaviside,
    "sign": _sign,
    "larger": _larger,
    "smaller": _smaller,
    "one_if_zero": lambda x: x.equals(0.0).choose(1.0, x),
    "finite_or_zero": lambda x: (x.size() < float("inf")).choose(x, 0.0),
}
