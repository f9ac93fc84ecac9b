"""References `name[i, j]`: what may stand in the brackets."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from sympy import Expr, Idx, Integer

from neurodyn.calculus.letters import Reference, quantity
from neurodyn.language.guard import show_keywords

if TYPE_CHECKING:
    from neurodyn.language.reader import Reader


def reference(reader: Reader, node: ast.expr) -> Reference:
    """A declared quantity at its positions, with number and range of the letters checked."""
    base = node.value if isinstance(node, ast.Subscript) else node
    if not isinstance(base, ast.Name):
        reader.fail(node, "subscript", "Only a name can have an index.")
    name = show_keywords(base.id)
    if name not in reader.names.quantities:
        reader.unknown(base, name)
    sets = reader.names.quantities[name].sets
    places = _places(node)
    if len(places) != len(sets):
        wanted = f"{name}[{', '.join(reader.names.quantities[name].letters)}]" if sets else name
        count = {0: "no index", 1: "1 index"}.get(len(places), f"{len(places)} indices")
        reader.fail(node, "index-count", f"{name} has {count} here.", f"It is declared as {wanted}.")
    return quantity(name, (_position(reader, p, s, name) for p, s in zip(places, sets, strict=True)))


def _places(node: ast.expr) -> list[ast.expr]:
    if not isinstance(node, ast.Subscript):
        return []
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def _position(reader: Reader, node: ast.expr, index_set: str, name: str) -> Expr:
    """A letter, a whole number, or a whole-numbered parameter."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return Integer(node.value)
    if isinstance(node, ast.Name):
        word = show_keywords(node.id)
        if word in reader.names.letters:
            index = reader.letter(node)
            _check_set(reader, node, index, index_set, name)
            return index
    if isinstance(node, (ast.Name, ast.Subscript)):
        return reference(reader, node)
    reader.fail(
        node,
        "index",
        "An index is a letter, a whole number or a whole-numbered parameter.",
        "Shifted letters such as m+1 are not read in this version.",
    )


def _check_set(reader: Reader, node: ast.Name, index: Idx, index_set: str, name: str) -> None:
    word = show_keywords(node.id)
    if reader.names.letters[word] != index_set:
        right = [x for x, s in reader.names.letters.items() if s == index_set]
        reader.fail(
            node,
            "wrong-letter",
            f"The index {word} runs over {reader.names.letters[word]}, but {name} has {index_set} here.",
            f"Letters of {index_set}: {', '.join(right)}.",
        )
