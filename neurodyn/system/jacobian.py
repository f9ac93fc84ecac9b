"""The Jacobian of a system's flow in index notation, block by block.

Definitions are put in for their names, but for recursions along a letter, which have no end when put in. A member y of
one gets a hidden companion `dy/dx along`, its derivative by a state x: it is a recursion itself, computed position by
position beside y, and the whole at any size is exact and as triangular as the recursion makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sympy import Idx, S

from neurodyn.calculus.letters import fresh, quantity
from neurodyn.calculus.rewrite import Definition, inline
from neurodyn.calculus.through import Through
from neurodyn.errors import InputError
from neurodyn.program.context import NotAtEdges
from neurodyn.program.lower import Output
from neurodyn.system.layout import Layout
from neurodyn.system.sparse_jacobian import LARGEST_SHARE, LEAST_SIZE, Pattern, Term, share_of, terms_of
from neurodyn.system.structure import Structure

if TYPE_CHECKING:
    from neurodyn.system.system import System

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Jacobian:
    """The blocks that are not zero, by the names of row and column, and definitions that they speak of.

    `hidden` are those definitions that were made for the blocks.
    """

    outputs: Mapping[tuple[str, str], Output]
    definitions: Mapping[str, Definition]
    hidden: frozenset[str]


def jacobian_of(structure: Structure) -> Jacobian:
    """One output for each pair of states (row, column) whose block is not zero.

    Block (x, y) holds d(dx/dt)/dy, with the letters of x first, then those of y.
    """
    key = "jacobian outputs"
    if key not in structure.compiled:
        if structure.residuals:
            name = structure.model.name
            raise InputError(
                f"{name} has constraints, so it has no flow to derive.",
                code="no-jacobian",
                remedy="Use residual_jacobian().",
            )
        if structure.asynchronous or structure.pasts or structure.remembered:
            earlier = "it has delays" if structure.remembered else "it reads earlier steps"
            why = "its step goes unit by unit" if structure.asynchronous else earlier
            raise InputError(f"{structure.model.name} has no Jacobian: {why}.", code="no-jacobian")
        columns = {n: structure.letters(n) for n in structure.model.states}
        structure.compiled[key] = derived(structure, {**structure.flows, **structure.maps}, columns)
    found: Jacobian = structure.compiled[key]
    return found


def derived(structure: Structure, rows: Mapping[str, Definition], columns: Mapping[str, tuple[Idx, ...]]) -> Jacobian:
    """The derivatives of each row by each column, a variable with its letters."""
    varying = structure.varying
    through = Through(varying)
    found = {}
    for row, right in rows.items():
        own = tuple(fresh(x) for x in right.letters)
        full = inline(right.at(own), varying, through.stop)
        for column, letters in columns.items():
            at = tuple(fresh(x) for x in letters)
            block = through.derivative(full, quantity(column, at))
            if block != S.Zero:
                name = f"d{row}/d{column}"
                found[row, column] = Output(name, (*own, *at), block)
    return Jacobian(found, {**structure.definitions, **through.hidden}, frozenset(through.hidden))


Blocks = Callable[[float, Mapping[str, Any]], dict[str, Any]]


def assembled(
    blocks: Blocks,
    layout: Layout,
    pairs: Sequence[tuple[str, str]],
    rows: Layout | None = None,
    columns: Layout | None = None,
) -> Callable[[float, NDArray[np.float64], Mapping[str, Any]], NDArray[np.float64]]:
    """The whole matrix from its blocks, as a function of time, flat state and inputs.

    Rows and columns lie as the state does, unless said otherwise.
    """
    rows, columns = rows or layout, columns or layout
    down, along = spans(rows), spans(columns)

    def jacobian(t: float, y: NDArray[np.float64], inputs: Mapping[str, Any]) -> NDArray[np.float64]:
        found = blocks(t, {**layout.unpack(y), **inputs})
        full = np.zeros((rows.size, columns.size))
        for row, column in pairs:
            block = found[f"d{row}/d{column}"]
            full[down[row], along[column]] = np.reshape(block, (down[row].stop - down[row].start, -1))
        return full

    return jacobian


def spans(layout: Layout) -> dict[str, slice]:
    """Where each state stands in the flat vector."""
    names = zip(layout.names, layout.shapes, layout.offsets, strict=True)
    return {n: slice(at, at + int(np.prod(shape))) for n, shape, at in names}


def jacobian_function(system: System, sparse: bool | None) -> Callable[[float, Floats, Mapping[str, Any]], Any]:
    """The Jacobian of a system as a function of time, flat state and inputs; see `System.jacobian`."""
    structure, layout, wirings = system.structure, system.layout, system.wirings
    derived = jacobian_of(structure)
    is_small = sparse is None and layout.size < LEAST_SIZE
    if not wirings and (sparse is False or is_small or not (sparse or _is_worthwhile(system, derived))):
        bound = system.bind(("jacobian",), list(derived.outputs.values()), False, derived.definitions)
        return assembled(bound, layout, list(derived.outputs))
    terms = sparse_terms(structure, derived)
    pattern = Pattern.of(terms, layout, system.sizes, (structure.on, wirings))
    try:
        values = system.bind(("sparse jacobian",), [t.output for t in terms], False, derived.definitions)
    except NotAtEdges:
        raise InputError(
            f"{system.name} has no sparse Jacobian: it has entries beyond single edges, along paths of them.",
            code="no-jacobian",
            remedy="Take a method that needs none: DOP853 or RK45.",
        ) from None

    def jacobian(t: float, y: Floats, inputs: Mapping[str, Any]) -> Any:
        found = pattern.matrix(values(t, {**layout.unpack(y), **inputs}))
        return found.toarray() if sparse is False else found

    return jacobian


def _is_worthwhile(system: System, derived: Jacobian) -> bool:
    """Whether a sparse matrix is worth its while where no support asks for one."""
    return share_of(sparse_terms(system.structure, derived), system.layout, system.sizes) <= LARGEST_SHARE


def sparse_terms(structure: Structure, derived: Jacobian) -> list[Term]:
    """The terms of the Jacobian's blocks."""
    key = "jacobian terms"
    if key not in structure.compiled:
        counts = {state: len(structure.letters(state)) for state in structure.model.states}
        structure.compiled[key] = terms_of(derived.outputs, structure.on, counts)
    found: list[Term] = structure.compiled[key]
    return found
