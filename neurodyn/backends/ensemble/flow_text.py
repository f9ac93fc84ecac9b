"""A scalar graph as an LLVM function on vectors: each lane computes the same with its own numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from neurodyn.backends.ensemble.body import Body, function
from neurodyn.backends.ensemble.graph_text import GraphText
from neurodyn.backends.ensemble.vector_math.values import Real
from neurodyn.program.scalar_graph import LEAVES, Graph, Node

Standing = tuple[int, bool]  # the place of a number that stands still, and whether its reciprocal is meant
# Up to so many nodes a function is written out wherever it is called. Larger ones run faster as one piece of code that
# stays in the cache of the processor, and compile in half the time.
INLINE = 30
# One lane waits for its results longer than it computes, and a call is one more thing to wait for.
INLINE_ALONE = 100
ARGUMENTS = ("values", "lane", "input")


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


class _Printer(GraphText[Body]):
    def __init__(
        self, graph: Graph, every: Sequence[int], name: str, outputs: Sequence[int], width: int, ramps: Collection[int]
    ) -> None:
        super().__init__(Body(width), graph, outputs)
        self.name, self.outputs, self.ramps, self._every = name, outputs, ramps, every
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
            self.known[number] = self._leaf(node) if node.op in LEAVES else self.value(node)
        for place, number in enumerate(self.outputs):
            self.body.store(self.real(number), "%out", place)
        self.body.act("ret void")
        pointers = ", ".join(f"ptr noalias readonly %{name}" for name in ("y", *ARGUMENTS))
        head = f"internal void @{self.name}({self.body.reals} %t, {pointers}, ptr noalias writeonly %out)"
        most = INLINE if self.body.width > 1 else INLINE_ALONE
        attributes = "alwaysinline " if len(self.live) <= most else "noinline "
        return function(head, self.body, attributes)

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
