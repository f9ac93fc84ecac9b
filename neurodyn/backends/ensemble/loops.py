"""The text of a run in lanes: the functions of a system, and the loop of a method around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.backends.ensemble.flow_text import FlowText, flow_text
from neurodyn.backends.ensemble.frame import Shape
from neurodyn.backends.ensemble.linear import Entry, Factors
from neurodyn.backends.ensemble.methods import implicit_names, rosenbrock, tableau
from neurodyn.backends.ensemble.rosenbrock import Implicit
from neurodyn.backends.ensemble.segments import Segments
from neurodyn.backends.ensemble.stepping import loop_text
from neurodyn.backends.ensemble.unrolling import MOST_NODES, Unrolling, too_large
from neurodyn.system.jacobian import Jacobian, jacobian_of

if TYPE_CHECKING:
    from neurodyn.system.system import System


@dataclass(frozen=True)
class Named:
    """A method: its name in the folder and in words, and whether it is implicit."""

    key: str

    @property
    def implicit(self) -> bool:
        return self.key in implicit_names()

    @property
    def name(self) -> str:
        return rosenbrock(self.key).name if self.implicit else tableau(self.key).name

    def derived(self, system: System) -> Jacobian | None:
        """The derivatives that it needs."""
        return jacobian_of(system.structure) if self.implicit else None


@dataclass(frozen=True, eq=False)
class Functions:
    """The functions of a system that a method calls.

    Attributes:
        entries: row and column of each derivative.
        timed: whether rates change with time by themselves.
    """

    text: FlowText
    entries: tuple[Entry, ...]
    timed: bool

    def loop(self, method: Named, shape: Shape, width: int) -> str:
        """The loop around them."""
        if not method.implicit:
            return loop_text(tableau(method.key), shape, width)
        return loop_text(rosenbrock(method.key), shape, width, Implicit(self.entries, self.timed))


def functions_of(
    system: System, derived: Jacobian | None, unrolling: Unrolling, inputs: Segments, width: int
) -> Functions:
    """The text of the flow, of its derivatives if they are given, and of what is observed.

    Raises:
        InputError: where solving with the derivatives takes too many operations.
    """
    graph, size = unrolling.graph, system.layout.size
    rates, others = unrolling.rates[:size], unrolling.rates[size:]
    wanted: dict[str, Sequence[int]] = {"flow": rates}
    every = places(system, derived) if derived else []
    others, seen = others[: len(every)], others[len(every) :]
    if seen:
        wanted["seen"] = seen
    if derived is None:
        return Functions(flow_text(graph, wanted, width, inputs.ramps), (), False)
    kept = [(place, node) for place, node in zip(every, others, strict=True) if graph.value(node) != 0.0]
    entries = tuple(place for place, _ in kept)
    if Factors.of(size, entries).work > MOST_NODES:
        raise too_large(system)
    wanted["jacobian"] = [node for _, node in kept]
    live = (graph.nodes[k] for k in graph.live(rates))
    timed = any(n.op == "time" or (n.op == "input" and n.data in inputs.ramps) for n in live)
    return Functions(flow_text(graph, wanted, width, inputs.ramps), entries, timed)


def places(system: System, derived: Jacobian) -> list[Entry]:
    """Row and column of each element of all blocks, one after the other."""
    layout = system.layout
    parts = zip(layout.names, layout.shapes, layout.offsets, strict=True)
    spans = {name: range(at, at + int(np.prod(shape))) for name, shape, at in parts}
    return [(i, j) for row, column in derived.outputs for i in spans[row] for j in spans[column]]
