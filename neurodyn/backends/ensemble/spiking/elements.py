"""A program of whole arrays as a graph of one element, where each element follows from what stands at it alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.spiking.reads import ONE, OWN, End, Read, Reads, Space
from neurodyn.program.program import Program, Step, literal_value
from neurodyn.program.scalar_graph import Graph
from neurodyn.program.spellings import BY_OP
from neurodyn.program.wiring import Wiring

# Where an axis of a value is read: at a coordinate of the element, or at an end of the edge that the element is.
Coordinate = int | End
Places = tuple[Coordinate, ...]
EACH = frozenset({*BY_OP, "select", "as_number"})


class NotOfElements(Exception):
    """A step that joins elements; the message names it in the words of the language."""


@dataclass(frozen=True, eq=False)
class Source:
    """What a program reads that varies.

    Attributes:
        kind: as `Read` has it; a state may be a node already.
        space: the elements that it has.
    """

    kind: str
    space: Space
    node: int | None = None


@dataclass(eq=False)
class Elements:
    """Traces values of a program at an element of a space.

    Args:
        setup: the values that follow from constants alone.
        sources: the variables, by name.
        joined: makes the node of a step that joins elements.
        half: the time of inputs within the step, in halves of it.
    """

    program: Program
    setup: Mapping[int, NDArray[Any]]
    sources: Mapping[str, Source]
    wirings: Mapping[str, Wiring]
    space: Space
    graph: Graph
    reads: Reads
    joined: Callable[[Elements, int, Step, Places], int] | None = None
    half: int = 0
    known: dict[tuple[int, Places], int] = field(default_factory=dict)

    @property
    def own(self) -> Places:
        """The element itself."""
        return tuple(range(len(self.space.shape)))

    def result(self, name: str) -> int:
        """The node of an output, whose letters are those of the space."""
        found = next(r for r in self.program.results if r.name == name)
        at: dict[int, int] = {axis: k for k, axis in enumerate(found.axes) if axis is not None}
        return self.node(found.value, tuple(at[k] for k in range(len(at))))

    def node(self, value: int, places: Places) -> int:
        """The node of a value, each of whose axes is read at a coordinate."""
        key = value, places
        if key not in self.known:
            self.known[key] = self._made(value, self.program.steps[value], places)
        return self.known[key]

    def _made(self, value: int, step: Step, places: Places) -> int:
        if step.op == "literal":
            return self.graph.number(literal_value(step))
        if value in self.setup:
            return self._constant(self.setup[value], places)
        if step.op == "time":
            return self.graph.leaf("time", self.half)
        if step.op == "positions":
            return self._constant(np.arange(float(str(step.data))), places)
        if step.op == "load":
            return self._variable(str(step.data), places)
        if step.op in EACH or step.op in ("whole_power", "broadcast"):
            return self._elementwise(step, places)
        if step.op == "gather":
            return self._gathered(step, places)
        if self.joined is not None:
            return self.joined(self, value, step, places)
        raise NotOfElements(step.op)

    def operands(self, step: Step, places: Places) -> list[int]:
        """The nodes of what a step reads, axis by axis."""
        at = dict(zip(step.axes, places, strict=True))
        if any(x not in at for o in step.operands for x in o.letters):
            raise NotOfElements(step.op)
        return [self.node(o.value, tuple(at[x] for x in o.letters)) for o in step.operands]

    def _elementwise(self, step: Step, places: Places) -> int:
        own = self.operands(step, places)
        if step.op == "whole_power":
            return whole_power(self.graph, own[0], int(str(step.data)))
        return own[0] if step.op == "broadcast" else self.graph.apply(step.op, *own)

    def positions(self, coordinate: Coordinate) -> NDArray[np.intp]:
        """The position of each element of the space along a coordinate."""
        if isinstance(coordinate, tuple):
            support, side = coordinate
            return self.wirings[support].ends[side]
        found: NDArray[np.intp] = np.indices(self.space.shape)[coordinate].ravel()
        return found

    def _constant(self, values: NDArray[Any], places: Places) -> int:
        found = values[tuple(self.positions(c) for c in places)] if places else values
        return self.graph.leaf("parameter", self.reads.constant(np.asarray(found, dtype=float)))

    def _variable(self, name: str, places: Places) -> int:
        source = self.sources[name]
        if not source.space.shape:
            how: str | End = OWN if not self.space.shape else ONE
        elif places == self.own and source.space == self.space:
            how = OWN
        elif len(places) == 1 and isinstance(places[0], tuple):
            how = places[0]
        else:
            raise NotOfElements(f"{name} of other units")
        if source.node is not None and how == OWN:
            return source.node
        half = self.half if source.kind == "input" else 0
        return self.graph.leaf("state", self.reads.number(Read(source.kind, name, how, half)))

    def _gathered(self, step: Step, places: Places) -> int:
        """Something read at one end of the edge that the element is."""
        side, axis = cast("tuple[int, int]", step.data)
        support = self.support(step)
        at = list(places)
        if self.space.support != support or at[axis] != 0:
            raise NotOfElements("gather")
        at[axis] = (support, side)
        return self.node(step.operands[1].value, tuple(at))

    def support(self, step: Step) -> str:
        """The support whose edges a step reads."""
        name = str(self.program.steps[step.operands[0].value].data)
        return next(s for s in self.wirings if name == f"wiring of {s}")


def whole_power(graph: Graph, x: int, n: int) -> int:
    """A whole power, by multiplications."""
    found: int | None = None
    while n:
        if n & 1:
            found = x if found is None else graph.apply("multiply", found, x)
        n >>= 1
        x = graph.apply("multiply", x, x) if n else x
    return graph.number(1.0) if found is None else found
