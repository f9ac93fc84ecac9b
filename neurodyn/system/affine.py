"""Flows that are linear in states: of each state in itself, or of all states with coefficients that stand still."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from neurodyn.calculus.impulses import NotLinear, taken_apart
from neurodyn.calculus.letters import fresh, names_in, quantity
from neurodyn.calculus.rewrite import Definition, inline, names_reached
from neurodyn.calculus.through import Through
from neurodyn.program.lower import Output
from neurodyn.system.structure import Structure

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Slopes = Callable[[float, Array, Mapping[str, Any]], tuple[Array, Array]]


def constant_slopes(structure: Structure) -> str:
    """The first state whose flow is not shown to be linear in all states, with slopes of parameters alone; else ""."""
    through, moving = _through(structure), structure.dynamic | {"t", *structure.model.inputs}
    for name, flow in structure.flows.items():
        part = _linear_part(structure, through, inline(flow.expr, through.definitions, through.stop), structure.flows)
        if part is None or names_in(part) & (moving - structure.flows.keys()):
            return name
    return ""


def own_slopes(structure: Structure) -> str:
    """The first state whose flow is not shown to be linear in the state itself; "" if all are."""
    through = _through(structure)
    for name, flow in structure.flows.items():
        full = inline(flow.expr, through.definitions, through.stop)
        if _linear_part(structure, through, full, (name,)) is None:
            return name
    return ""


def slopes_function(system: System) -> Slopes:
    """f(t, y, inputs): the flow, and how the rate of each element of the state changes with the element itself."""
    structure, layout = system.structure, system.layout
    through = _through(structure)
    outputs = []
    for name, flow in structure.flows.items():
        own, at = (tuple(fresh(x) for x in structure.letters(name)) for _ in range(2))
        full = inline(flow.at(own), through.definitions, through.stop)
        slope = Definition(at, through.derivative(full, quantity(name, at))).at(own)
        placed = structure.placed(name, own)
        outputs += [Output(f"{name} rate", placed, flow.at(own)), Output(f"{name} slope", placed, slope)]
    definitions = {**structure.definitions, **through.hidden}
    bound = system.bind(("own slopes",), outputs, False, definitions)

    def slopes(t: float, y: Array, inputs: Mapping[str, Any]) -> tuple[Array, Array]:
        found = bound(t, {**layout.unpack(y), **inputs})
        rate, slope = (layout.pack({n: found[f"{n} {word}"] for n in layout.names}) for word in ("rate", "slope"))
        return rate, slope

    return slopes


def _through(structure: Structure) -> Through:
    return Through({n: d for n, d in structure.definitions.items() if n not in structure.derived})


def _linear_part(structure: Structure, through: Through, full: Expr, states: Any) -> Expr | None:
    """The part of a flow that is linear in some states, if the rest does not hold them; recursions stay closed."""
    inside = names_in(full) & through.stop
    if any(names_reached(name, through.definitions) & set(states) for name in inside):
        return None
    try:
        return taken_apart(full, frozenset(states))[1]
    except NotLinear:
        return None
