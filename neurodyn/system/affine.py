"""Flows that are linear in states: of each state in itself, or of all states with coefficients that stand still."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, S, Symbol

from neurodyn.calculus.impulses import NotLinear, taken_apart
from neurodyn.calculus.letters import names_in, quantity
from neurodyn.calculus.reductions import Sum
from neurodyn.calculus.rewrite import inline, names_reached, substitute, transform
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
    return next((name for name in structure.flows if own_slope(structure, name) is None), "")


def own_slope(structure: Structure, name: str) -> Expr | None:
    """How the rate of a unit changes with its own state, at the letters of its flow, if it is linear in that.

    Other units stand still, also where the unit itself is one of those that are summed over.
    """
    key = ("own slope", name)
    if key not in structure.compiled:
        structure.compiled[key] = _own_slope(structure, name)
    found: Expr | None = structure.compiled[key]
    return found


def _own_slope(structure: Structure, name: str) -> Expr | None:
    through, flow = _through(structure), structure.flows[name]
    own, mark = quantity(name, flow.letters), Symbol("own state", real=True)
    full = inline(flow.expr, through.definitions, through.stop)
    if any(name in names_reached(n, through.definitions) for n in names_in(full) & through.stop):
        return None
    try:
        _, part = taken_apart(substitute(full, lambda x: mark if x == own else None), {mark.name})
    except NotLinear:
        return None
    slope: Expr = substitute(part, lambda x: S.One if x == mark else None)
    return slope


def unit_slopes(structure: Structure, name: str) -> tuple[Expr, dict[str, Expr]] | None:
    """The rate of a unit while all its states are 0, and how it changes with each of them, by their names.

    None, unless it is shown to be linear in the states of the unit, with slopes of parameters alone, and reads no other
    unit. States of a unit are those that have the same letters.
    """
    key = ("unit slopes", name)
    if key not in structure.compiled:
        structure.compiled[key] = _unit_slopes(structure, name)
    found: tuple[Expr, dict[str, Expr]] | None = structure.compiled[key]
    return found


def beyond_units(structure: Structure) -> str:
    """The first state whose flow is not linear in the states of its unit alone; "" if all are."""
    return next((name for name in structure.flows if unit_slopes(structure, name) is None), "")


def _unit_slopes(structure: Structure, name: str) -> tuple[Expr, dict[str, Expr]] | None:
    through, flow, sets = _through(structure), structure.flows[name], structure.model.names.quantities
    beside = [
        n for n in structure.flows if (sets[n].sets, structure.on.get(n)) == (sets[name].sets, structure.on.get(name))
    ]
    marks = {n: Symbol(f"own {n}", real=True) for n in beside}
    own = {quantity(n, flow.letters): mark for n, mark in marks.items()}
    full = substitute(inline(flow.expr, through.definitions, through.stop), own.get)
    try:
        rest, part = taken_apart(full, {mark.name for mark in marks.values()})
    except NotLinear:
        return None
    slopes = {n: _at(part, marks, n) for n in beside}
    moving = structure.dynamic | {"t", *structure.model.inputs, *structure.flows, *through.stop}
    if names_in(rest) & {*structure.flows, *through.stop} or any(names_in(s) & moving for s in slopes.values()):
        return None
    return rest, {n: slope for n, slope in slopes.items() if slope != 0}


def _at(part: Expr, marks: Mapping[str, Symbol], name: str) -> Expr:
    """What is linear in some symbols, where one of them is 1 and the others are 0."""
    values = {mark: S.One if n == name else S.Zero for n, mark in marks.items()}
    return transform(part, lambda node: _without_zero(values.get(node, node)))


def _without_zero(node: Expr) -> Expr:
    return S.Zero if isinstance(node, Sum) and node.body == 0 else node


def slopes_function(system: System) -> Slopes:
    """f(t, y, inputs): the flow, and how the rate of each element of the state changes with the element itself."""
    structure, layout = system.structure, system.layout
    outputs = []
    for name, flow in structure.flows.items():
        placed = structure.placed(name, flow.letters)
        parts = {"rate": flow.expr, "slope": own_slope(structure, name)}
        outputs += [Output(f"{name} {word}", placed, expr) for word, expr in parts.items()]
    bound = system.bind(("own slopes",), outputs, False)

    def slopes(t: float, y: Array, inputs: Mapping[str, Any]) -> tuple[Array, Array]:
        found = bound(t, {**layout.unpack(y), **inputs})
        rate, slope = (layout.pack({n: found[f"{n} {word}"] for n in layout.names}) for word in ("rate", "slope"))
        return rate, slope

    return slopes


def _through(structure: Structure) -> Through:
    return Through(structure.varying)


def _linear_part(structure: Structure, through: Through, full: Expr, states: Any) -> Expr | None:
    """The part of a flow that is linear in some states, if the rest does not hold them; recursions stay closed."""
    inside = names_in(full) & through.stop
    if any(names_reached(name, through.definitions) & set(states) for name in inside):
        return None
    try:
        return taken_apart(full, frozenset(states))[1]
    except NotLinear:
        return None
