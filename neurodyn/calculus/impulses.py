"""Expressions that are linear in trains of impulses, taken apart: what is smooth, and what comes with the impulses."""

from __future__ import annotations

from collections.abc import Collection

import sympy as sp
from sympy import Add, Expr, Idx, Indexed, Mul, S, Symbol

from neurodyn.calculus.letters import name_of, names_in
from neurodyn.calculus.nodes import Where
from neurodyn.calculus.reductions import Sum
from neurodyn.calculus.times import Lag


class NotLinear(Exception):
    """Impulses have no square, no sine and no size: an expression is at most linear in them."""


def taken_apart(expr: Expr, trains: Collection[str], mixed: Collection[str] = ()) -> tuple[Expr, Expr]:
    """The smooth part of an expression, and the part that is linear in impulses.

    Args:
        trains: names of trains of impulses, which have no smooth part.
        mixed: names of definitions that have both parts; in each part they stand for their own such part.

    Raises:
        NotLinear: where there are no two such parts.
    """
    found = names_in(expr) & {*trains, *mixed}
    if not found:
        return expr, S.Zero
    if isinstance(expr, (Symbol, Indexed)):
        return _reference(expr, trains, mixed)
    if isinstance(expr, Lag):
        what, delay = expr.args
        if name_of(what) not in trains or names_in(delay) & {*trains, *mixed}:
            raise NotLinear
        return S.Zero, expr
    if isinstance(expr, Add):
        pairs = [taken_apart(term, trains, mixed) for term in expr.args]
        return Add(*(a for a, _ in pairs)), Add(*(b for _, b in pairs))
    if isinstance(expr, Mul):
        return _product(expr, trains, mixed)
    if isinstance(expr, Sum):
        body, mask, letters = expr.open()
        _must_be_free(mask, trains, mixed)
        smooth, jump = taken_apart(body, trains, mixed)
        return _summed(expr, smooth, mask, letters), _summed(expr, jump, mask, letters)
    if isinstance(expr, Where):
        condition, a, b = expr.args
        _must_be_free(condition, trains, mixed)
        (a_smooth, a_jump), (b_smooth, b_jump) = taken_apart(a, trains, mixed), taken_apart(b, trains, mixed)
        return Where(condition, a_smooth, b_smooth), Where(condition, a_jump, b_jump)
    raise NotLinear


def _summed(like: Sum, body: Expr, mask: sp.Basic, letters: tuple[Idx, ...]) -> Expr:
    return S.Zero if body == 0 else like.rebuild(body, mask, letters)


def _reference(expr: Expr, trains: Collection[str], mixed: Collection[str]) -> tuple[Expr, Expr]:
    name = name_of(expr)
    if name not in trains and name not in mixed:  # they stand in its index
        raise NotLinear
    return (S.Zero, expr) if name in trains else (expr, expr)


def _product(expr: Mul, trains: Collection[str], mixed: Collection[str]) -> tuple[Expr, Expr]:
    carrying = [f for f in expr.args if names_in(f) & {*trains, *mixed}]
    if len(carrying) != 1:
        raise NotLinear
    rest = Mul(*(f for f in expr.args if f is not carrying[0]))
    smooth, jump = taken_apart(carrying[0], trains, mixed)
    return rest * smooth, rest * jump


def _must_be_free(part: sp.Basic, trains: Collection[str], mixed: Collection[str]) -> None:
    if names_in(part) & {*trains, *mixed}:
        raise NotLinear
