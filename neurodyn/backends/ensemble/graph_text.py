"""The nodes of a scalar graph as vector instructions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from neurodyn.backends.ensemble.body import Body
from neurodyn.backends.ensemble.vector_math.values import Flag, Real
from neurodyn.program.scalar_graph import Graph, Node

COMPARED = {
    "less": "olt", "less_equal": "ole", "greater": "ogt", "greater_equal": "oge", "equal": "oeq", "not_equal": "une",
}  # fmt: skip
Written = TypeVar("Written", bound=Body)


class GraphText(Generic[Written]):
    """Writes nodes into a body. Leaves are written by whoever knows where they are read.

    Attributes:
        live: the nodes that the outputs follow from, those that are read first.
        known: what was written.
        called: the elementary functions that are called.
        fused: the products that are no nodes by themselves: each is fused with the one sum that reads it.
    """

    def __init__(self, body: Written, graph: Graph, outputs: Sequence[int]) -> None:
        self.body, self.graph = body, graph
        self.live = graph.live(outputs)
        self.known: dict[int, Real | Flag] = {}
        self.called: set[str] = set()
        self._uses = Counter(a for k in self.live for a in graph.nodes[k].args) + Counter(outputs)
        self.fused = {self._product_of(graph.nodes[k]) for k in self.live}

    def _product_of(self, node: Node) -> int | None:
        """The operand of a sum that is a product which nobody else reads; the later one of two."""
        if node.op not in ("add", "subtract"):
            return None
        products = [a for a in node.args if self.graph.nodes[a].op == "multiply" and self._uses[a] == 1]
        return max(products, default=None)

    def real(self, number: int) -> Real:
        """A node that was written."""
        found = self.known[number]
        if isinstance(found, Flag):
            return found.choose(1.0, 0.0)
        return found

    def value(self, node: Node) -> Real | Flag:
        """Write a node that is no leaf."""
        product = self._product_of(node)
        if product is not None:
            return self._fused(node, product)
        if node.op in COMPARED:
            a, b = (self.real(x) for x in node.args)
            return self.body.flag(f"fcmp {COMPARED[node.op]} {self.body.reals} {a.name}, {b.name}")
        if node.op in ("and", "or", "not"):
            return self._joined(node)
        if node.op == "select":
            return self.flag(node.args[0]).choose(*(self.real(x) for x in node.args[1:]))
        if node.op == "as_number":
            return self.flag(node.args[0]).choose(1.0, 0.0)
        own = [self.real(x) for x in node.args]
        if node.op in WRITTEN:
            return WRITTEN[node.op](*own)
        self.called.add(node.op)
        operands = ", ".join(f"{self.body.reals} {x.name}" for x in own)
        return self.body.real(f"call {self.body.reals} @nd_{node.op}({operands})")

    def _fused(self, node: Node, product: int) -> Real:
        a, b = (self.real(x) for x in self.graph.nodes[product].args)
        (other,) = [x for x in node.args if x != product]
        rest = self.real(other)
        if node.op == "add":
            return a.fma(b, rest)
        return a.fma(b, -rest) if node.args[0] == product else (-a).fma(b, rest)

    def flag(self, number: int) -> Flag:
        """A node that was written, as a truth value."""
        found = self.known[number]
        return found if isinstance(found, Flag) else found.differs(0.0)

    def _joined(self, node: Node) -> Flag:
        own = [self.flag(x) for x in node.args]
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
