"""Ranges of parameters, from what the file says that is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr

from neurodyn.calculus.letters import names_in, quantity
from neurodyn.model.model import Model
from neurodyn.system.checks.given import given_statements

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Bound:
    """One end of the range of a parameter.

    Attributes:
        lower: whether it is the lower end.
        closed: whether the end itself is allowed.
        limit: a number, or an expression of other parameters.
    """

    parameter: str
    lower: bool
    closed: bool
    limit: Expr


def bounds(model: Model, parameters: Mapping[str, object]) -> tuple[list[Bound], list[str]]:
    """The ends that parameters have, and the texts of statements that are no such ends."""
    found, others = [], []
    for statement, _ in given_statements(model):
        if statement.names.isdisjoint(parameters):
            continue
        own = _bound(statement.left, statement.relation, statement.right, parameters)
        own = own or _bound(statement.right, _TURNED.get(statement.relation, ""), statement.left, parameters)
        if own is None:
            others.append(statement.text)
        else:
            found.append(own)
    return found, others


def _bound(left: Expr, relation: str, right: Expr, parameters: Mapping[str, object]) -> Bound | None:
    """An end of the range of what is on the left, if it is a parameter, and the right speaks of parameters alone."""
    name = next((n for n in parameters if left == quantity(n)), None)
    if name is None or relation not in _TURNED or not names_in(right) <= parameters.keys() - {name}:
        return None
    return Bound(name, relation.startswith(">"), relation.endswith("="), right)


def range_text(ends: list[tuple[Bound, str]]) -> str:
    """What stands behind the default of a parameter: the first lower and upper ends, and what others exclude."""
    low, high = (next((e for e in ends if e[0].lower is lower), None) for lower in (True, False))
    begin = f"{'[' if low[0].closed else '('}{low[1]}" if low else "(-inf"
    end = f"{high[1]}{']' if high[0].closed else ')'}" if high else "inf)"
    others = [e for e in ends if e not in (low, high)]
    return "".join([f" from {begin}:{end}" if ends else "", *(f" exclude {_outside(*other)}" for other in others)])


def _outside(end: Bound, text: str) -> str:
    """What lies beyond an end."""
    if end.lower:
        return f"(-inf:{text}{')' if end.closed else ']'}"
    return f"{'(' if end.closed else '['}{text}:inf)"
