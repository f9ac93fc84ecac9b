"""Letters that a piece of text leaves free."""

from __future__ import annotations

import ast
from collections.abc import Container

from neurodyn.calculus.vocabulary import MATRICES
from neurodyn.language.guard import show_keywords


def free_letters(tree: ast.AST, letters: Container[str]) -> list[str]:
    """The letters that no function in the text binds, in the order of their first use."""
    found: list[str] = []

    def visit(node: ast.AST, bound: frozenset[str]) -> None:
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            heads = [a.left if isinstance(a, ast.Compare) else a for a in index_arguments(node, name)]
            words = [show_keywords(a.id) for a in heads if isinstance(a, ast.Name)]
            inner = bound | {w for w in _bound(name, words) if w in letters}
            if isinstance(node.func, ast.Subscript):  # a quantity at another time: its positions
                visit(node.func, bound)
            for argument in node.args:
                visit(argument, inner)
            return
        if isinstance(node, ast.Name):
            word = show_keywords(node.id)
            if word in letters and word not in bound and word not in found:
                found.append(word)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Constant):
            return  # a quantity: what stands in its brackets is a unit
        for child in ast.iter_child_nodes(node):
            visit(child, bound)

    visit(tree, frozenset())
    return found


def index_arguments(node: ast.Call, name: str) -> list[ast.expr]:
    """The arguments of a call that say what it runs over: those after the body, and after the rank of `kth`."""
    return node.args[2:] if name == "kth" else node.args[1:]


def _bound(name: str, words: list[str]) -> list[str]:
    """Those of the words among these arguments that a call binds."""
    if name == "basis":
        return words[1:2]
    return [] if name == "softmax" or name in MATRICES else words
