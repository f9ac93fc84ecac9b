"""The sign of a polynomial of a few numbers, by its factors: even powers, and squares that are completed.

A polynomial of second degree is the quadratic form of a symmetric matrix in (1, x, y, ...). It is never negative if
elimination, in exact fractions, meets no negative pivot.
"""

from __future__ import annotations

from functools import reduce

import sympy as sp
from sympy import Expr, Poly, Rational, S

from neurodyn.analysis.energy.facts import Facts
from neurodyn.calculus.letters import names_in
from neurodyn.calculus.ranges import ANY, NONNEGATIVE, Range
from neurodyn.calculus.terms import TooLarge

# Of how many numbers, and terms, a polynomial is looked at.
MOST_NUMBERS, MOST_TERMS = 16, 200
LEMMA = "{form} is a quadratic form whose elimination meets no negative pivot, so it is never negative"


def factored(facts: Facts, expr: Expr) -> tuple[Expr, tuple[Expr, ...]] | None:
    """A polynomial as a product, if that is shown to be 0 or less, with the quadratic forms that are never negative."""
    try:
        whole = facts.normal(facts.same(expr))
    except TooLarge:
        return None
    numbers = whole.free_symbols
    if {str(x) for x in numbers} != {*names_in(whole)} or not 0 < len(numbers) <= MOST_NUMBERS:
        return None  # a quantity with an index, a size
    if len(sp.Add.make_args(whole)) > MOST_TERMS or not whole.is_polynomial(*numbers):
        return None
    content, factors = sp.factor_list(whole)
    forms, signs = list[Expr](), [facts.ranges.of(content)]
    for base, power in factors:
        sign = NONNEGATIVE if power % 2 == 0 else facts.ranges.of(base)
        if not (sign.is_nonnegative or sign.is_nonpositive):
            sign = sign_of_form(base)
            forms.append(base if sign.is_nonnegative else -base)
        signs.append(sign)
    if not reduce(Range.__mul__, signs).is_nonpositive:
        return None
    return sp.Mul(content, *(base**power for base, power in factors)), tuple(forms)


def sign_of_form(expr: Expr) -> Range:
    """Whether a polynomial of second degree is never negative, or never positive."""
    numbers = sorted(expr.free_symbols, key=str)
    poly = Poly(expr, *numbers)
    if poly.total_degree() > 2 or not all(c.is_Rational for c in poly.coeffs()):
        return ANY
    places = {x: k + 1 for k, x in enumerate(numbers)}
    matrix = [[S.Zero] * (len(numbers) + 1) for _ in range(len(numbers) + 1)]
    for powers, coefficient in poly.terms():
        at = [places[x] for x, p in zip(numbers, powers, strict=True) for _ in range(p)]
        row, column, *_ = *at, 0, 0
        matrix[row][column] += coefficient / 2
        matrix[column][row] += coefficient / 2
    if no_negative_pivot(matrix):
        return NONNEGATIVE
    return -NONNEGATIVE if no_negative_pivot([[-x for x in row] for row in matrix]) else ANY


def no_negative_pivot(matrix: list[list[Rational]]) -> bool:
    """Whether a symmetric matrix of fractions is positive semidefinite."""
    rows = [list(row) for row in matrix]
    for k, row in enumerate(rows):
        if row[k] < 0 or (row[k] == 0 and any(row[k + 1 :])):
            return False
        for below in rows[k + 1 :]:
            share = below[k] / row[k] if row[k] else S.Zero
            below[:] = [x - share * y for x, y in zip(below, row, strict=True)]
    return True
