"""Definitions may not go round in a circle, unless every way round steps down along one letter."""

from __future__ import annotations

from collections.abc import Sequence

from neurodyn.calculus.graphs import circles, uses
from neurodyn.calculus.letters import indices_of, name_of, references
from neurodyn.calculus.positions import Clamped, Cyclic
from neurodyn.calculus.scans import scan_of
from neurodyn.errors import InputError
from neurodyn.model.model import Model


def check_cycles(model: Model) -> None:
    """Refuse definitions that need one another, naming the members of the circle."""
    definitions = model.definitions
    graph = uses(definitions)
    for members in circles(graph):
        scan = scan_of(definitions, members)
        if scan is not None and scan.forward:
            continue
        ring = _ring(graph, members)
        shown = " -> ".join(ring)
        closing = next((name for name in ring if name in model.wires), ring[0])  # that is what can be mended
        place = model.source_of(closing).place(0)
        if scan is not None:
            raise InputError(
                f"These definitions step up along a letter: {shown}.",
                code="recursion-up",
                remedy="A recursion steps down, as y[k] from y[k-1]: count the letter the other way.",
                place=place,
            )
        if _is_stepping(model, members):
            raise InputError(
                f"These definitions go round in a circle: {shown}. They step along an index set that has no first"
                " element.",
                code="recursion-ends",
                remedy='Declare its ends as "zero": then y[k-1] counts as 0 at the first one.',
                place=place,
            )
        raise InputError(
            f"These definitions go round in a circle: {shown}.",
            code="cycle",
            remedy="Make one of them a state with a flow, or define it without the others.",
            place=place,
        )


def _ring(graph: dict[str, list[str]], members: Sequence[str]) -> list[str]:
    """One way round: from the first member to the next that it uses, until one comes again."""
    way = [members[0]]
    while way[-1] not in way[:-1]:
        way.append(next(n for n in graph[way[-1]] if n in members))
    return way[way.index(way[-1]) :]


def _is_stepping(model: Model, members: Sequence[str]) -> bool:
    """Whether a member is read at a cyclic or clamped position by a member."""
    readings = (r for name in members for r in references(model.definitions[name].expr) if name_of(r) in members)
    return any(isinstance(index, (Cyclic, Clamped)) for r in readings for index in indices_of(r))
