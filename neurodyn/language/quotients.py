"""`dA/dB[i]` and `dA/dt` on a right side."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from sympy import Expr

from neurodyn.calculus.nodes import Partial, Rate
from neurodyn.language.guard import show_keywords
from neurodyn.language.indexing import reference

if TYPE_CHECKING:
    from neurodyn.language.reader import Reader


def derivative(reader: Reader, node: ast.BinOp) -> Expr | None:
    """The derivative that the quotient spells, or None when it is an ordinary quotient.

    `-c*dE/dv[i]` is read by Python as `((-c)*dE)/dv[i]`: factors before the numerator are multiplied in.
    """
    by_time = isinstance(node.right, ast.Name) and node.right.id == "dt" and "dt" not in reader.names.quantities
    if by_time and reader.names.discrete:
        reader.fail(node, "rate", "A map has no rates: it goes in steps.", "Write a difference, such as E(t+1) - E.")
    below = None if by_time else _differential(reader, node.right)
    if not by_time and below is None:
        _refuse_unknown_below(reader, node)
        return None
    factors: list[ast.expr] = []
    sign, left = 1, node.left
    while (above := _differential(reader, left)) is None:
        if isinstance(left, ast.UnaryOp) and isinstance(left.op, ast.USub):
            sign, left = -sign, left.operand
        elif isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult):
            factors.append(left.left)
            left = left.right
        else:
            _refuse_unknown(reader, left)
            reader.fail(node, "derivative", "A derivative is written dA/dB, with A and B names of this model.")
    top = reference(reader, above)
    if below is None:
        result = top.value(Rate(top.reference))
    else:
        by = reference(reader, below)
        result = top.value(by.value(Partial(top.reference, by.reference)))
    for factor in factors:
        result = reader.value(factor) * result
    return sign * result


def _differential(reader: Reader, node: ast.expr) -> ast.expr | None:
    """`dv[i]` -> `v[i]` when v is a quantity and dv is not."""
    if isinstance(node, ast.Name):
        name = show_keywords(node.id)
        if name in reader.names.quantities or not name.startswith("d") or name[1:] not in reader.names.quantities:
            return None
        return ast.copy_location(ast.Name(name[1:], ast.Load()), node)
    if isinstance(node, ast.Subscript):
        base = _differential(reader, node.value)
        return None if base is None else ast.copy_location(ast.Subscript(base, node.slice, ast.Load()), node)
    return None


def _refuse_unknown_below(reader: Reader, node: ast.BinOp) -> None:
    """Refuse `dE/dq` where E is a name and q is not."""
    left = node.left
    while isinstance(left, (ast.UnaryOp, ast.BinOp)):
        left = left.operand if isinstance(left, ast.UnaryOp) else left.right
    if _differential(reader, left) is not None:
        _refuse_unknown(reader, node.right)


def _refuse_unknown(reader: Reader, node: ast.expr) -> None:
    """Refuse `dq` where neither dq nor q is declared."""
    base = node.value if isinstance(node, ast.Subscript) else node
    if not isinstance(base, ast.Name):
        return
    name = show_keywords(base.id)
    if name.startswith("d") and name[1:] and name not in reader.names.quantities:
        reader.unknown(base, name[1:])
