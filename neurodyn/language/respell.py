"""The same text under other names."""

from __future__ import annotations

import ast
from collections.abc import Callable

from neurodyn.language.guard import column_of, parse, show_keywords
from neurodyn.language.source import Source

# The new spelling of a name and the letters that come first in its index; None for a name that stays.
Put = Callable[[str], tuple[str, tuple[str, ...]] | None]


def respell(text: str, put: Put) -> str:
    """An expression with its names exchanged; everything else stays as it was written.

    Raises:
        InputError: when the text is no expression.
    """
    edits: list[tuple[int, int, str]] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Constant):
            return  # a number with its unit
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            _exchange(text, node.value, put, edits, indexed=True)
            visit(node.slice)
            return
        if isinstance(node, ast.Name):
            _exchange(text, node, put, edits, indexed=False)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(parse(Source(text)))
    for start, stop, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[stop:]
    return text


def _exchange(text: str, node: ast.Name, put: Put, edits: list[tuple[int, int, str]], indexed: bool) -> None:
    name = show_keywords(node.id)
    found = put(name)
    if found is None:
        return
    new, first = found
    start = column_of(text, node)
    stop = start + len(name)
    letters = ",".join(first)
    if first and not indexed:
        new += f"[{letters}]"
    edits.append((start, stop, new))
    if first and indexed:
        bracket = text.index("[", stop) + 1
        edits.append((bracket, bracket, letters + ","))
