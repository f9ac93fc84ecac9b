"""What each step of a program does to arrays of nodes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.program import rearranged
from neurodyn.program.numpy_ops import ARG, REDUCE
from neurodyn.program.program import Step
from neurodyn.program.scalar_graph import Graph, TooLarge
from neurodyn.program.spellings import BY_OP

Nodes = NDArray[np.intp]
Operation = Callable[[Graph, Step, Sequence[Nodes]], Nodes]
JOIN = {"sum": "add", "product": "multiply", "largest": "larger", "smallest": "smaller"}


def each(function: Callable[..., int], *arrays: Nodes) -> Nodes:
    """A function of nodes, element by element."""
    full = np.broadcast_arrays(*arrays)
    found = [function(*nodes) for nodes in zip(*(a.ravel().tolist() for a in full), strict=True)]
    return np.array(found, dtype=np.intp).reshape(full[0].shape)


def _aligned(step: Step, own: Sequence[Nodes]) -> list[Nodes]:
    return [rearranged.aligned(x, o.letters, step.axes) for x, o in zip(own, step.operands, strict=True)]


def elementwise(graph: Graph, step: Step, own: Sequence[Nodes]) -> Nodes:
    """A step of the table, a choice, or a condition as a number."""
    return each(lambda *nodes: graph.apply(step.op, *nodes), *_aligned(step, own))


def whole_power(graph: Graph, step: Step, own: Sequence[Nodes]) -> Nodes:
    """A whole power, by multiplications."""
    return each(lambda x: _power(graph, x, int(str(step.data))), *own)


def _power(graph: Graph, x: int, n: int) -> int:
    found: int | None = None
    while True:
        if n & 1:
            found = x if found is None else graph.apply("multiply", found, x)
        n >>= 1
        if not n:
            assert found is not None
            return found
        x = graph.apply("multiply", x, x)


def _rows(step: Step, x: Nodes) -> tuple[Nodes, tuple[int, ...]]:
    """What is reduced together, in rows; and the shape of the result."""
    (operand, *_) = step.operands
    kept = [a for a in operand.letters if a not in step.over]
    ordered = rearranged.aligned(x, operand.letters, [*kept, *step.over])
    shape = ordered.shape[: len(kept)]
    return ordered.reshape(int(np.prod(shape)), -1), shape


def reduction(graph: Graph, step: Step, own: Sequence[Nodes]) -> Nodes:
    """A reduction over some axes."""
    rows, shape = _rows(step, own[0])
    if step.op == "count":
        rows = each(lambda x: graph.apply("as_number", x), rows)
    if step.op in ARG:
        found = [_best(graph, row, step.op == "arg_largest") for row in rows.tolist()]
    else:
        found = [graph.total(JOIN.get(step.op, "add"), row) for row in rows.tolist()]
    return np.array(found, dtype=np.intp).reshape(shape)


def _best(graph: Graph, row: Sequence[int], largest: bool) -> int:
    """The position of the first largest, or smallest, as a number."""
    best, place = row[0], graph.number(0)
    for k, node in enumerate(row[1:], 1):
        better = graph.apply("greater" if largest else "less", node, best)
        best = graph.apply("select", better, node, best)
        place = graph.apply("select", better, graph.number(k), place)
    return place


def kth(graph: Graph, step: Step, x: Nodes, ranks: NDArray[Any]) -> Nodes:
    """The terms of a rank, counted from the largest, by a network of comparisons."""
    rows, shape = _rows(step, x)
    ordered = np.array([_descending(graph, row) for row in rows.tolist()], dtype=np.intp).reshape(*shape, -1)
    wanted = np.broadcast_to(ranks.astype(np.intp) - 1, shape)
    return np.take_along_axis(ordered, wanted[..., None], axis=-1)[..., 0]


def _descending(graph: Graph, row: Sequence[int]) -> list[int]:
    found = list(row)
    for turn in range(len(found)):
        for k in range(turn % 2, len(found) - 1, 2):
            a, b = found[k : k + 2]
            found[k : k + 2] = graph.apply("larger", a, b), graph.apply("smaller", a, b)
    return found


def contract(graph: Graph, step: Step, own: Sequence[Nodes]) -> Nodes:
    """A sum of products."""
    first, second = (o.letters for o in step.operands)
    summed = [x for x in dict.fromkeys((*first, *second)) if x not in step.axes]
    axes = (*step.axes, *summed)
    a, b = (rearranged.aligned(x, o.letters, axes) for x, o in zip(own, step.operands, strict=True))
    shape = np.broadcast_shapes(a.shape, b.shape)
    if int(np.prod(shape, dtype=object)) > graph.most:
        raise TooLarge
    kept = shape[: len(step.axes)]
    rows = [np.broadcast_to(v, shape).reshape(int(np.prod(kept)), -1).tolist() for v in (a, b)]
    return np.array([graph.dot(*pair) for pair in zip(*rows, strict=True)], dtype=np.intp).reshape(kept)


def moved(graph: Graph, step: Step, own: Sequence[Nodes]) -> Nodes:
    """What only moves elements; beyond the ends is node 0, the number 0."""
    return np.asarray(rearranged.moved(step, own[0])).astype(np.intp)


def stack(graph: Graph, step: Step, own: Sequence[Nodes]) -> Nodes:
    """Values for each position of a letter side by side."""
    inner = [a for k, a in enumerate(step.axes) if k != step.data]
    parts = [rearranged.aligned(x, o.letters, inner) for x, o in zip(own, step.operands, strict=True)]
    return np.stack(np.broadcast_arrays(*parts), axis=int(str(step.data)))


def broadcast(graph: Graph, step: Step, own: Sequence[Nodes]) -> Nodes:
    """A value repeated along axes that it lacks."""
    (x,) = _aligned(step, own)
    return np.broadcast_to(x, [n or m for n, m in zip(step.shape, x.shape, strict=True)])


def add_diagonal(graph: Graph, step: Step, own: Sequence[Nodes]) -> Nodes:
    """A dense value with something added where positions are equal."""
    dense, value = own[0].copy(), own[1]
    kept = tuple(dict.fromkeys(step.over))
    places = np.einsum(f"{''.join(step.over)}->{''.join(kept)}", dense)
    more = rearranged.aligned(value, step.operands[1].letters, kept)
    places[...] = each(lambda a, b: graph.apply("add", a, b), places, more)
    return dense


def refined_squares(graph: Graph, step: Step, own: Sequence[Nodes]) -> Nodes:
    """Squared distances, from the differences themselves."""
    axes = (*step.axes, *step.over)
    a, b = (rearranged.aligned(own[k], step.operands[k].letters, axes) for k in (1, 2))
    apart = each(lambda x, y: graph.apply("subtract", x, y), a, b)
    shape = apart.shape[: len(step.axes)]
    rows = apart.reshape(int(np.prod(shape)), -1).tolist()
    return np.array([graph.dot(row, row) for row in rows], dtype=np.intp).reshape(shape)


def take(step: Step, x: Nodes, places: Sequence[NDArray[Any]]) -> Nodes:
    """Elements at computed positions."""
    (base, *others) = step.operands
    by_slot = dict(zip(step.over, zip(others, places, strict=True), strict=True))
    index = []
    for axis, letter in enumerate(base.letters):
        if letter in by_slot:
            operand, where = by_slot[letter]
            index.append(rearranged.aligned(where.astype(np.intp), operand.letters, step.axes))
        else:
            index.append(rearranged.aligned(np.arange(x.shape[axis]), (letter,), step.axes))
    return np.asarray(x[tuple(index)])


OPS: dict[str, Operation] = {
    **dict.fromkeys(itertools.chain(BY_OP, ("select", "as_number")), elementwise),
    **dict.fromkeys((*REDUCE, *ARG, "count"), reduction),
    **dict.fromkeys(rearranged.MOVED, moved),
    "whole_power": whole_power,
    "contract": contract,
    "stack": stack,
    "broadcast": broadcast,
    "add_diagonal": add_diagonal,
    "refined_squares": refined_squares,
}
