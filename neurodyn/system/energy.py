"""The terms of an energy, as its author wrote them."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from neurodyn.calculus.rewrite import Definition
from neurodyn.language.guard import column_of, hide_keywords
from neurodyn.language.reader import Reader
from neurodyn.model.model import Model


@dataclass(frozen=True)
class Term:
    """One additive term of an energy: its text, sign included, and what it stands for."""

    text: str
    definition: Definition


def split_terms(model: Model) -> list[Term]:
    """The additive terms of the energy, in the order of the text; empty without an energy."""
    equation = model.equation(model.energy) if model.energy else None
    if equation is None or equation.letters:
        return []
    reader = Reader(model.names, equation.source, start=equation.equals)
    terms: list[tuple[int, ast.expr]] = []
    _flatten(reader.tree(), 1, terms)
    found = []
    for sign, node in terms:
        start = column_of(reader.text, node)
        segment = ast.get_source_segment(hide_keywords(reader.text), node) or ""
        text = reader.text[start : start + len(segment)]
        found.append(Term(("-" if sign < 0 else "") + text, Definition((), sign * reader.value(node))))
    return found


def energy_terms(model: Model) -> dict[str, Definition]:
    """The terms as definitions named `E:0`, `E:1`, ..."""
    return {f"{model.energy}:{k}": term.definition for k, term in enumerate(split_terms(model))}


def _flatten(node: ast.expr, sign: int, terms: list[tuple[int, ast.expr]]) -> None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        _flatten(node.left, sign, terms)
        _flatten(node.right, sign if isinstance(node.op, ast.Add) else -sign, terms)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _flatten(node.operand, -sign, terms)
    else:
        terms.append((sign, node))
