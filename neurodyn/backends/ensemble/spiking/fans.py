"""What the impulses of a train reach: lists of elements, place by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.spiking.elements import Elements, NotOfElements, Places
from neurodyn.backends.ensemble.spiking.memory import Memory
from neurodyn.program.program import Step

if TYPE_CHECKING:
    from neurodyn.program.wiring import Wiring

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fan:
    """For each place of a train a row of elements.

    Attributes:
        key: of its arrays in the memory.
        begins: where the row of each place begins; one more says where the last one stops.
        weights: of all elements, or of each in the rows; None where that is a state on the edges.
        edges: the numbers of the edges, for such a state.
    """

    key: str
    train: str
    begins: NDArray[np.int64]
    elements: NDArray[np.int32]
    weights: Floats | None = None
    edges: NDArray[np.int32] | None = None
    of_state: str = ""

    def put(self, memory: Memory) -> None:
        """Its arrays."""
        memory.add(("begins", self.key), self.begins, np.int64)
        memory.add(("elements", self.key), self.elements, np.int32)
        if self.weights is not None:
            memory.add(("weights", self.key), self.weights)
        if self.edges is not None:
            memory.add(("edges", self.key), self.edges, np.int32)


def of_ends(key: str, train: str, wiring: Wiring, side: int) -> Fan:
    """The edges that begin or end at each place."""
    return Fan(key, train, wiring.pointers[side].astype(np.int64), _order(wiring, side).astype(np.int32))


def of_all(key: str, train: str, places: int, size: int) -> Fan:
    """All elements, from every place."""
    begins = np.arange(places + 1, dtype=np.int64) * size
    return Fan(key, train, begins, np.tile(np.arange(size, dtype=np.int32), places), np.ones(1))


def _order(wiring: Wiring, side: int) -> NDArray[np.intp]:
    """The edges in the order of their first or second ends."""
    return wiring.by_second if side else np.arange(len(wiring))


def joined(key: str, elements: Elements, step: Step, places: Places) -> Fan:
    """A step that adds up what arrives.

    Raises:
        NotOfElements: for one that does something else.
    """
    if step.op == "edge_product" and len(places) == 1:
        return _product(key, elements, step)
    if step.op == "segment" and len(places) == 1:
        return _segment(key, elements, step)
    if step.op == "contract":
        return _contraction(key, elements, step, places)
    if step.op == "sum":
        operand = elements.program.steps[step.operands[0].value]
        train = _train(elements, operand)
        if len(step.over) == len(operand.axes):
            return of_all(key, train, elements.sources[train].space.size, elements.space.size)
    raise NotOfElements(step.op)


def _train(elements: Elements, step: Step) -> str:
    if _kind(elements, step) != "train":
        raise NotOfElements("a sum over more than impulses")
    return str(step.data)


def _kind(elements: Elements, step: Step) -> str:
    """What a step reads, if that varies: `state`, `input` or `train`."""
    source = elements.sources.get(str(step.data)) if step.op == "load" else None
    return source.kind if source else ""


def _product(key: str, elements: Elements, step: Step) -> Fan:
    """A sparse matrix times a train: edges by the unit that sends."""
    matrix = elements.program.steps[step.operands[0].value]
    side, wiring = int(str(matrix.data)), elements.wirings[elements.support(matrix)]
    train = _train(elements, elements.program.steps[step.operands[1].value])
    order = _order(wiring, 1 - side)
    begins, reached = wiring.pointers[1 - side].astype(np.int64), wiring.ends[side][order].astype(np.int32)
    return _weighted(Fan(key, train, begins, reached), elements, matrix.operands[1].value, order)


def _segment(key: str, elements: Elements, step: Step) -> Fan:
    """Impulses on edges, with weights, added up at one end."""
    op, side, _ = step.data if isinstance(step.data, tuple) else ("", 0, 0)
    wiring = elements.wirings[elements.support(step)]
    product = elements.program.steps[step.operands[1].value]
    parts = [o.value for o in product.operands] if product.op == "multiply" else [step.operands[1].value]
    trains = [v for v in parts if _kind(elements, elements.program.steps[v]) == "train"]
    if op != "sum" or len(trains) != 1:
        raise NotOfElements("a sum over edges")
    train, others = str(elements.program.steps[trains[0]].data), [v for v in parts if v != trains[0]]
    reached = wiring.ends[side].astype(np.int32)
    fan = Fan(key, train, np.arange(len(wiring) + 1, dtype=np.int64), reached, np.ones(1))
    return _weighted(fan, elements, others[0], np.arange(len(wiring))) if others else fan


def _contraction(key: str, elements: Elements, step: Step, places: Places) -> Fan:
    """A matrix times a train: all pairs whose weight is not 0."""
    constants = [o for o in step.operands if o.value in elements.setup]
    others = [o for o in step.operands if o.value not in elements.setup]
    if len(constants) != 1:
        raise NotOfElements("a sum with weights that vary")
    (matrix,), (sent,) = constants, others
    train = _train(elements, elements.program.steps[sent.value])
    if {*matrix.letters} != {*step.axes, *sent.letters} or {*step.axes} & {*sent.letters}:
        raise NotOfElements("a sum over some of the letters of impulses")
    order = [matrix.letters.index(x) for x in (*step.axes, *sent.letters)]
    whole = np.transpose(elements.setup[matrix.value], order)
    rows = whole[tuple(elements.positions(c) for c in places)] if places else whole[None]
    by_place = rows.reshape(len(rows), -1).T
    at, reached = np.nonzero(by_place)
    begins = np.searchsorted(at, np.arange(len(by_place) + 1)).astype(np.int64)
    return Fan(key, train, begins, reached.astype(np.int32), by_place[at, reached].astype(float))


def _weighted(fan: Fan, elements: Elements, value: int, order: NDArray[np.intp]) -> Fan:
    """The same with the weights of a value on the edges."""
    step: Any = elements.program.steps[value]
    weights, of_state, edges = elements.setup.get(value), "", None
    if weights is None and _kind(elements, step) == "state":
        of_state, edges = str(step.data), order.astype(np.int32)
    elif weights is None:
        raise NotOfElements("a sum with weights that are computed in each step")
    else:
        weights = np.broadcast_to(np.ravel(weights), order.shape)[order].astype(float)
        weights = weights[:1] if weights.size and (weights == weights[0]).all() else weights
    return Fan(fan.key, fan.train, fan.begins, fan.elements, weights, edges, of_state)
