"""The derivative of a system's flow, or of a map's step, along a direction: f'(y) v without the matrix f'(y).

Every definition that varies with the states gets a companion, its own derivative along the direction, which follows
from those of the names that it speaks of. So nothing is put in for its name, and a sum over many units stays the one
matrix product that it is in the flow: the cost is a small multiple of that of the flow, at any size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.forward import Forward
from neurodyn.calculus.graphs import in_order, uses
from neurodyn.calculus.letters import names_in
from neurodyn.calculus.rewrite import Definition
from neurodyn.program.lower import Output
from neurodyn.system.structure import Structure

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Tangent = Callable[[float, Array, Array, Mapping[str, Any]], Array]


@dataclass(frozen=True)
class Along:
    """The derivatives of flows or maps along a direction, by state, and the companions that they speak of.

    A companion has the name `along(name)`; those of states are the direction itself.
    """

    rows: Mapping[str, Definition]
    hidden: Mapping[str, Definition]


def along(name: str) -> str:
    """The name of the derivative of a quantity along the direction; no text can spell it."""
    return f"{name} along"


def tangents(structure: Structure) -> Along:
    """The derivative of each flow, or of each new value of a map, along a direction, in index notation."""
    key = "tangents"
    if key not in structure.compiled:
        rows, states = {**structure.flows, **structure.maps}, structure.model.states
        forward = Forward(structure.varying, {n: structure.letters(n) for n in states}, (), along)
        wanted = {n for d in rows.values() for n in names_in(d.expr)} & forward.moving
        for name in in_order(uses(structure.varying), sorted(wanted)):  # in order, so that nothing is deep
            if name in forward.moving:
                forward.direction(name)
        flat = {n: Definition(d.letters, forward.of(d.expr)) for n, d in rows.items()}
        structure.compiled[key] = Along(flat, {n: d for n, d in forward.found.items() if d.expr != 0})
    known: Along = structure.compiled[key]
    return known


def tangent_function(system: System, trials: bool) -> Tangent:
    """f(t, y, v, inputs): the derivative of the flow or the step at y along v, each (size,) or (trials, size)."""
    structure, layout = system.structure, system.layout
    found = tangents(structure)
    outputs = [Output(n, structure.placed(n, d.letters), d.expr) for n, d in found.rows.items()]
    supports = {along(n): support for n, support in structure.on.items()}
    bound = system.bind(
        ("tangent", trials), outputs, trials, {**structure.definitions, **found.hidden},
        beside=[along(n) for n in layout.names], on=supports,
    )  # fmt: skip

    def tangent(t: float, y: Array, v: Array, inputs: Mapping[str, Any]) -> Array:
        way = {along(n): value for n, value in layout.unpack(v).items()}
        return layout.pack(bound(t, {**layout.unpack(y), **way, **inputs}), trials)

    return tangent
