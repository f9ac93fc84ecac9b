"""Calls of functions of whole matrices: `inv(e, m, n)`, `basis(e, i, n, m)`, and `rank(e, i, n)` of a size."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from sympy import Expr, Idx

from neurodyn.calculus.letters import free_letters, fresh
from neurodyn.calculus.matrices import SQUARE, Basis
from neurodyn.calculus.rewrite import TRUE
from neurodyn.language.guard import show_keywords
from neurodyn.language.indexing import Frame

if TYPE_CHECKING:
    from neurodyn.language.reader import Reader

_FORMS = {"basis": "basis(e, i, n, m)", "rank": "rank(e, i, n)"}


def matrix_function(reader: Reader, node: ast.Call, name: str) -> Expr:
    """The value of a call: an entry of a function of a matrix."""
    words = _letters(reader, node, name, 3 if name == "basis" else 2)
    row, column = words[:2]
    kept = words if name != "basis" else (row, words[2])
    for word, argument in zip(words, node.args[1:], strict=True):
        if (word in reader.scope) != (word in kept):
            reader.fail(
                argument,
                "matrix-letter",
                f"{name} has a value at each {word}, but {word} is neither bound around it nor on the left side."
                if word in kept
                else f"{name} binds {word}, which is already in use here.",
            )
    sets = [reader.names.letters[w] for w in (row, column)]
    if name != "basis" and sets[0] != sets[1]:
        reader.fail(
            node,
            "matrix-square",
            f"{name} is for square matrices, but {row} runs over {sets[0]} and {column} over {sets[1]}.",
            "Take two letters of one index set.",
        )
    body, letters = read_matrix(reader, node.args[0], (row, column))
    at = [reader.scope[w] for w in kept]
    if name != "basis":
        return SQUARE[name](body, TRUE, letters, at)
    if at[1] in free_letters(body):
        reader.fail(node, "matrix-letter", f"The matrix depends on {words[2]}, which counts the columns of its basis.")
    return Basis(body, TRUE, letters, at)


def read_matrix(reader: Reader, node: ast.expr, words: tuple[str, str]) -> tuple[Expr, tuple[Idx, ...]]:
    """The entries of a matrix, and the letters of its rows and columns."""
    letters = tuple(fresh(reader.names.letter(w)) for w in words)
    inner = reader.inner(dict(zip(words, letters, strict=True)), Frame(frozenset()))
    return inner.value(node), letters


def rank_of(reader: Reader, node: ast.Call) -> tuple[Expr, tuple[Idx, ...]]:
    """The matrix of `rank(e, i, n)`, which only the size of an index set may be."""
    row, column = _letters(reader, node, "rank", 2)
    return read_matrix(reader, node.args[0], (row, column))


def _letters(reader: Reader, node: ast.Call, name: str, count: int) -> tuple[str, ...]:
    """The letters that the call names."""
    words = [show_keywords(a.id) for a in node.args[1:] if isinstance(a, ast.Name)]
    known = [w for w in words if w in reader.names.letters]
    if len(node.args) != 1 + count or len(set(known)) != count or node.keywords:
        form = _FORMS.get(name, f"{name}(e, m, n)")
        reader.fail(node, "arguments", f"{name} takes a matrix and {count} different letters.", f"Write {form}.")
    return tuple(words)
