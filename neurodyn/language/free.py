"""Letters that a piece of text leaves free."""

from __future__ import annotations

import ast
from collections.abc import Container

from neurodyn.language.guard import show_keywords


def free_letters(tree: ast.AST, letters: Container[str]) -> list[str]:
    """The letters that no function in the text binds, in the order of their first use."""
    found: list[str] = []

    def visit(node: ast.AST, bound: frozenset[str]) -> None:
        if isinstance(node, ast.Call):
            heads = [a.left if isinstance(a, ast.Compare) else a for a in node.args[1:]]
            words = {show_keywords(a.id) for a in heads if isinstance(a, ast.Name)}
            own = {w for w in words if w in letters}
            inner = bound if isinstance(node.func, ast.Name) and node.func.id == "softmax" else bound | own
            if isinstance(node.func, ast.Subscript):  # a quantity at another time: its positions
                visit(node.func, bound)
            for argument in node.args:
                visit(argument, inner)
            return
        if isinstance(node, ast.Name):
            word = show_keywords(node.id)
            if word in letters and word not in bound and word not in found:
                found.append(word)
        for child in ast.iter_child_nodes(node):
            visit(child, bound)

    visit(tree, frozenset())
    return found
