"""A program at its concrete sizes as a graph of scalars: each element of each array is a node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.program import rearranged, scalar_edges, scalar_ops
from neurodyn.program.loops import HERE, Loop
from neurodyn.program.program import Program, Step, literal_value
from neurodyn.program.scalar_graph import Graph, TooLarge
from neurodyn.program.wiring import Wiring

Nodes = NDArray[np.intp]
Values = Mapping[int, Any]


class NotUnrolled(Exception):
    """A step that has no scalar form."""


@dataclass(frozen=True)
class Leaf:
    """Where the elements of a variable are read: elements `first`, `first + 1`, ... of a kind of leaf."""

    op: str
    first: int
    shape: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Unrolled:
    """A graph, with the places in it of the outputs and of what is read.

    Attributes:
        outputs: the nodes of each output, in the shape of its letters.
        parts: the values of the setup in the order of the parameters: the number of each, and its first place.
        pinned: values of the setup that decided how the graph looks: it holds for no others.
    """

    graph: Graph
    outputs: Mapping[str, Nodes]
    parts: Mapping[int, int]
    pinned: Mapping[int, NDArray[Any]]

    def fits(self, setup: Values) -> bool:
        """Whether the graph holds for other values of the setup."""
        return all(np.array_equal(setup[k], v) for k, v in self.pinned.items())

    def parameters(self, setup: Values) -> NDArray[np.float64]:
        """The values of all parameters, by place."""
        return np.concatenate([np.empty(0), *(np.ravel(setup[k]).astype(float) for k in self.parts)])


def unrolled(
    program: Program, setup: Values, leaves: Mapping[str, Leaf], wirings: Mapping[str, Wiring], most: int
) -> Unrolled:
    """The scalar graph of a program.

    Args:
        setup: the values of its setup that the body reads; see `Setup`.
        leaves: where each variable is read.
        wirings: the edges of supports, by the names under which the program reads them.
        most: how many nodes there may be.

    Raises:
        TooLarge: for more of them.
        NotUnrolled: when it has a step without a scalar form.
    """
    tracer = Tracer(Graph(most), program, setup, leaves, wirings)
    outputs = {}
    for result in program.results:
        step = program.steps[result.value]
        wanted = [f"new {n}" if k is None else step.axes[k] for n, k in enumerate(result.axes)]
        found = rearranged.aligned(tracer.value(result.value), step.axes, wanted)
        outputs[result.name] = np.broadcast_to(found, [n or m for n, m in zip(result.shape, found.shape, strict=True)])
    return Unrolled(tracer.graph, outputs, tracer.parts, tracer.pinned)


@dataclass(eq=False)
class Tracer:
    """Goes through the steps of one program; recursions have one of their own for each position.

    Attributes:
        wired: the edges of supports, by name.
        known: the nodes of values so far.
    """

    graph: Graph
    program: Program
    setup: Values
    leaves: Mapping[str, Any]
    wired: Mapping[str, Wiring]
    known: dict[int, Any] = field(default_factory=dict)
    parts: dict[int, int] = field(default_factory=dict)
    pinned: dict[int, NDArray[Any]] = field(default_factory=dict)
    count: int = 0

    def value(self, number: int) -> Any:
        """The nodes of a value."""
        waiting = [number]
        while waiting:
            k = waiting[-1]
            step = self.program.steps[k]
            is_read = k in self.setup and step.op != "literal"
            ahead = [] if is_read else [o.value for o in step.operands if o.value not in self.known]
            if ahead and k not in self.known:
                waiting.extend(ahead)
                continue
            waiting.pop()
            if k not in self.known:
                self.known[k] = self._parameters(k) if is_read else self._computed(step)
        return self.known[number]

    def _place(self, step: Step) -> Nodes | None:
        """The nodes of a step that reads no other; None for the rest."""
        if step.op == "literal":
            return np.asarray(self.graph.number(literal_value(step)))
        if step.op == "time":
            return np.asarray(self.graph.leaf("time", 0))
        if step.op == "load":
            return self._load(str(step.data))
        if step.op == "positions":
            return _mapped(self.graph.number, np.arange(int(str(step.data))))
        return None

    def numbers(self, value: int) -> NDArray[Any]:
        """The numbers of a value that decides how the graph looks, and must not vary."""
        step = self.program.steps[value]
        if step.op == "literal":
            return np.asarray(literal_value(step))
        if step.op == "positions":
            return np.arange(float(str(step.data)))
        if value not in self.setup:
            raise NotUnrolled("a position that varies")
        found: NDArray[Any] = self.setup[value]
        self.pinned[value] = found
        return found

    def _parameters(self, value: int) -> Nodes:
        array = self.setup[value]
        if self.count + array.size > self.graph.most:
            raise TooLarge
        self.parts[value] = self.count
        places = np.arange(self.count, self.count + array.size)
        self.count += array.size
        return _mapped(lambda k: self.graph.leaf("parameter", k), places).reshape(array.shape)

    def _computed(self, step: Step) -> Any:
        found = self._place(step)
        if found is not None or step.op == "loop":
            return found
        own = [self.known[o.value] for o in step.operands]
        if step.op == "scan":
            return self._scanned(step)
        if step.op == "member":
            return own[0][int(str(step.data))]
        if step.op in scalar_edges.OPS:
            return scalar_edges.OPS[step.op](self, step)
        if step.op in scalar_ops.OPS:
            size = int(np.prod([n or 1 for n in step.shape], dtype=object))
            if size > self.graph.most:
                raise TooLarge
            return scalar_ops.OPS[step.op](self.graph, step, own)
        if step.op in ("take", "kth"):
            return self._chosen(step, own)
        raise NotUnrolled(step.op)

    def _load(self, name: str) -> Nodes:
        leaf = self.leaves[name]
        if not isinstance(leaf, Leaf):
            return np.asarray(leaf)
        places = np.arange(leaf.first, leaf.first + int(np.prod(leaf.shape)))
        return _mapped(lambda k: self.graph.leaf(leaf.op, k), places).reshape(leaf.shape)

    def _chosen(self, step: Step, own: Sequence[Nodes]) -> Nodes:
        """Elements at positions, or of a rank, that do not vary."""
        numbers = [self.numbers(o.value) for o in step.operands[1:]]
        if step.op == "kth":
            rank = step.operands[1]
            ranks = rearranged.aligned(numbers[0], rank.letters, step.axes)
            return scalar_ops.kth(self.graph, step, own[0], ranks)
        return scalar_ops.take(step, own[0], numbers)

    def _scanned(self, step: Step) -> list[Nodes]:
        """A recursion, position by position."""
        loop = step.data
        assert isinstance(loop, Loop)
        ready = self.program.steps[step.operands[0].value]
        given = dict(zip(loop.constants, (self.value(o.value) for o in ready.operands), strict=True))
        given |= dict(zip(loop.variables, (self.value(o.value) for o in step.operands[1:]), strict=True))
        results: dict[str, list[Any]] = {m.name: [None] * loop.size for m in loop.members}
        for here in range(loop.size) if loop.forward else range(loop.size - 1, -1, -1):
            given[HERE] = np.asarray(self.graph.number(here))
            for m in loop.members:
                for far in m.steps:
                    there = here + far
                    inside = 0 <= there < loop.size
                    given[f"{m.name}@{far}"] = results[m.name][there] if inside else np.zeros(m.shape, np.intp)
            inner = Tracer(self.graph, loop.program, {}, given, self.wired)
            for result in loop.program.results:
                axes = loop.program.steps[result.value].axes
                wanted = [f"new {n}" if k is None else axes[k] for n, k in enumerate(result.axes)]
                nodes = rearranged.aligned(inner.value(result.value), axes, wanted)
                shape = next(m.shape for m in loop.members if m.name == result.name)
                results[result.name][here] = np.broadcast_to(nodes, shape)
        return [np.stack(results[m.name], axis=m.axis) for m in loop.members]


def _mapped(function: Any, places: NDArray[Any]) -> Nodes:
    return np.array([function(k) for k in places.tolist()], dtype=np.intp)
