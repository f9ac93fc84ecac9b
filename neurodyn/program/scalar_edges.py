"""What steps on the edges of a support do to arrays of nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from neurodyn.program import wiring
from neurodyn.program.program import Step
from neurodyn.program.scalar_ops import JOIN, each
from neurodyn.program.wiring import NEUTRAL, Wiring

if TYPE_CHECKING:
    from neurodyn.program.scalars import Tracer

Nodes = NDArray[np.intp]


def _wiring(tracer: Tracer, step: Step) -> Wiring:
    return tracer.wired[str(tracer.program.steps[step.operands[0].value].data)]


def _own(tracer: Tracer, step: Step, place: int = 1) -> Nodes:
    found: Nodes = tracer.value(step.operands[place].value)
    return found


def wires(tracer: Tracer, step: Step) -> None:
    """Edges are looked up by name where they are needed."""


def gather(tracer: Tracer, step: Step) -> Nodes:
    """Values at positions, read at one end of each edge."""
    side, axis = cast("tuple[int, int]", step.data)
    return np.asarray(_wiring(tracer, step).gathered(_own(tracer, step), side, axis))


def segment(tracer: Tracer, step: Step) -> Nodes:
    """Values of edges, reduced over those of each position."""
    op, side, axis = cast("tuple[str, int, int]", step.data)
    x = _own(tracer, step)
    if op == "count":
        x = each(lambda k: tracer.graph.apply("as_number", k), x)
    return _reduced(tracer, _wiring(tracer, step), op, side, axis, x)


def _reduced(tracer: Tracer, edges: Wiring, op: str, side: int, axis: int, x: Nodes) -> Nodes:
    rows = np.moveaxis(x, axis, -1)
    lead = rows.shape[:-1]
    flat = rows.reshape(-1, rows.shape[-1])
    found = np.full((len(flat), edges.shape[side]), tracer.graph.number(NEUTRAL[op]), dtype=np.intp)
    for position in range(edges.shape[side]):
        of_position = np.flatnonzero(edges.ends[side] == position)
        if of_position.size:
            found[:, position] = [tracer.graph.total(JOIN.get(op, "add"), r) for r in flat[:, of_position].tolist()]
    return np.moveaxis(found.reshape(*lead, -1), -1, axis)


def edge_matrix(tracer: Tracer, step: Step) -> tuple[Wiring, Nodes, int]:
    """Weights of edges, and the end that stands for rows."""
    return _wiring(tracer, step), _own(tracer, step), int(str(step.data))


def edge_product(tracer: Tracer, step: Step) -> Nodes:
    """A sparse matrix times an axis of a value."""
    edges, weights, side = tracer.value(step.operands[0].value)
    axis, x = int(str(step.data)), _own(tracer, step)
    rows = np.moveaxis(x, axis, -1)
    flat = rows.reshape(-1, rows.shape[-1])
    found = np.zeros((len(flat), edges.shape[side]), dtype=np.intp)
    for position in range(edges.shape[side]):
        own = np.flatnonzero(edges.ends[side] == position)
        for k, row in enumerate(flat):
            found[k, position] = tracer.graph.dot(weights[own].tolist(), row[edges.ends[1 - side][own]].tolist())
    return np.moveaxis(found.reshape(*rows.shape[:-1], -1), -1, axis)


def edges_taken(tracer: Tracer, step: Step) -> Nodes:
    """Values of the edges that were found; node 0, the number 0, for the others."""
    places = tracer.numbers(step.operands[1].value)
    return np.asarray(wiring.taken(_own(tracer, step, 0), places, int(str(step.data)))).astype(np.intp)


OPS: dict[str, Callable[[Tracer, Step], Any]] = {
    "wiring": wires,
    "gather": gather,
    "segment": segment,
    "edge_matrix": edge_matrix,
    "edge_product": edge_product,
    "edges_taken": edges_taken,
}
