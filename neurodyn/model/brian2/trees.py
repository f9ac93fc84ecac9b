"""Syntax trees written into one another. Parts are shared, and nothing in them is changed afterwards."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from neurodyn.errors import InputError
from neurodyn.language.guard import check_depth
from neurodyn.language.source import Source

MOST = 2000  # names, numbers and operators of one tree
Trees = Mapping[str, ast.expr]


def names_of(tree: ast.expr) -> set[str]:
    """The names that a tree speaks of."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def put_in(tree: ast.expr, values: Trees, source: Source) -> ast.expr:
    """A tree with others in place of names.

    Raises:
        InputError: for one that grows too large, placed at `source`.
    """
    result = _put(tree, values) if values else tree
    assert isinstance(result, ast.expr)
    for count, _ in enumerate(ast.walk(result)):
        if count > MOST:
            raise InputError(
                f"With what was set before it, this has more than {MOST:,} names, numbers and operators.",
                code="brian2-length",
                remedy="Let fewer statements and subexpressions build on one another.",
                place=source.place(0),
            )
    check_depth(source, result, 0)
    return result


def _put(node: ast.AST, values: Trees) -> ast.AST:
    if isinstance(node, ast.Name):
        return values.get(node.id, node)
    fields = {name: _inside(value, values) for name, value in ast.iter_fields(node)}
    return ast.copy_location(type(node)(**fields), node)


def _inside(value: object, values: Trees) -> object:
    if isinstance(value, list):
        return [_inside(one, values) for one in value]
    return _put(value, values) if isinstance(value, ast.AST) else value
