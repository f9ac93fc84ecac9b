"""How the steps on edges are spelled in NumPy and SciPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from neurodyn.program.numpy_names import Names
from neurodyn.program.program import Step


def gather(names: Names, step: Step, target: int | None) -> str:
    """Values at positions, read at one end of each edge."""
    wires, x = (names.view(o.value) for o in step.operands)
    side, axis = cast("tuple[int, int]", step.data)
    return f"{wires}.gathered({x}, {side}, {axis})"


def segment(names: Names, step: Step, target: int | None) -> str:
    """Values of edges, reduced over those of each position."""
    wires, x = (names.view(o.value) for o in step.operands)
    op, side, axis = cast("tuple[str, int, int]", step.data)
    return f"{wires}.reduced({op!r}, {x}, {side}, {axis})"


def edge_matrix(names: Names, step: Step, target: int | None) -> str:
    """Weights of edges as a sparse matrix."""
    wires, weights = (names.view(o.value) for o in step.operands)
    return f"{wires}.matrix({weights}, {step.data})"


def edge_product(names: Names, step: Step, target: int | None) -> str:
    """A sparse matrix times an axis of a value."""
    matrix, x = (names.view(o.value) for o in step.operands)
    return f"wiring.product({matrix}, {x}, {step.data})"


def edges_found(names: Names, step: Step, target: int | None) -> str:
    """Where the edges of one support are among those of another."""
    wires, others = (names.view(o.value) for o in step.operands)
    return f"{wires}.found_in({others}, {step.data})"


def edges_at(names: Names, step: Step, target: int | None) -> str:
    """Where the edges at computed positions are."""
    wires, *places = (names.view(o.value) for o in step.operands)
    return f"{wires}.places({', '.join(f'runtime.positions({p})' for p in places)})"


def edges_taken(names: Names, step: Step, target: int | None) -> str:
    """Values of the edges that were found, 0 for the others."""
    x, places = (names.view(o.value) for o in step.operands)
    return f"wiring.taken({x}, {places}, {step.data})"


ON_EDGES: dict[str, Callable[[Names, Step, int | None], str]] = {
    "gather": gather,
    "segment": segment,
    "edge_matrix": edge_matrix,
    "edge_product": edge_product,
    "edges_found": edges_found,
    "edges_at": edges_at,
    "edges_taken": edges_taken,
}
