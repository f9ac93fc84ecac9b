"""Each kind of expression, with trials and without, equals its evaluation by loops."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import Expr, Idx

from neurodyn.calculus.nodes import Delta, Where
from neurodyn.calculus.reductions import (
    ArgLargest,
    ArgSmallest,
    Count,
    Largest,
    LogSumExp,
    Norm,
    Product,
    Smallest,
    Softmax,
    Sum,
)
from neurodyn.calculus.rewrite import Definition
from tests.program.cases import TRUE, N, a, check, i, j, k, m, n, q

t = sp.Symbol("t", real=True)
Case = tuple[Expr, tuple[Idx, ...]]


def x(p: Expr) -> Expr:
    return q("x", (p,))


def y(p: Expr) -> Expr:
    return q("y", (p,))


def W(p: Expr, r: Expr) -> Expr:
    return q("W", (p, r))


def xi(p: Expr, r: Expr) -> Expr:
    return q("xi", (p, r))


def R(*p: Expr) -> Expr:
    return q("R", p)


def total(body: Expr, *letters: Idx, mask: sp.Basic = TRUE) -> Expr:
    return Sum(body, mask, letters)


ARITHMETIC: list[Case] = [
    (sp.Integer(3), (i,)),
    (sp.Rational(1, 3) * q("g") * q("h") / q("s"), ()),
    (-x(i), (i,)),
    (-x(i) / q("g"), (i,)),
    (x(i) * y(j) / (q("c", (i,)) * q("c", (j,))), (j, i)),
    (q("g") * x(i) + W(i, j) * y(j) - q("s") * q("c", (i,)) + 1, (i, j)),
    ((x(i) - y(i)) / 2, (i,)),
    (x(i) ** 3 + x(i) ** 2 - 1 / x(i) ** 2 + 1 / sp.sqrt(1 + x(i) ** 2), (i,)),
    ((1 + x(i) ** 2) ** sp.Rational(3, 2) + 2 ** x(i) + (1 + x(i) ** 2) ** q("g"), (i,)),
    (i + 2 * j + N * x(i) + sp.pi * t, (i, j)),
    (1 / (1 + sp.Integer(2) ** q("g")), ()),
    (sp.sqrt(2) * x(i) + sp.E, (i,)),
    (x(i), (i,)),
    (W(i, j), (j, i)),
    (q("u", (i,)), (i,)),
]

CONDITIONS: list[Case] = [
    (Where(sp.Gt(x(i), 0), x(i), y(i)), (i,)),
    (Where(sp.Gt(i, 1), 1 / q("c", (i,)), 0), (i,)),
    (Where(sp.And(sp.Gt(x(i), 0), sp.Lt(y(j), 0), sp.Ne(i, j)), W(i, j), -1), (i, j)),
    (Where(sp.Or(sp.Gt(x(i), 0), sp.Not(sp.Lt(y(j), 0)), sp.Ge(q("s"), 0)), x(j), W(i, j)), (i, j)),
    (Where(sp.Gt(q("s"), 0), q("g"), q("h")), ()),
    (Where(sp.Le(q("g"), 0), x(i), 2), (i,)),
    (Where(sp.Gt(x(i), 0), 3, sp.exp(x(i))), (i,)),
]

POSITIONS: list[Case] = [
    (W(i, i), (i,)),
    (W(i, i) * x(i) + q("w", (i, i)), (i,)),
    (xi(1, i) + q("w", (i, 2)), (i,)),
    (q("w", (0, 1)) + xi(1, 2), ()),
    (xi(q("which"), i), (i,)),
    (x(q("which")) * y(i), (i,)),
    (x(q("go", (i,))), (i,)),
    (W(q("go", (i,)), i) + q("w", (i, q("go", (i,)))), (i,)),
    (W(i, q("go", (j,))) + q("w", (q("go", (j,)), i)), (j, i)),
    (W(q("go", (i,)), q("go", (j,))), (i, j)),
    (y(ArgLargest(x(i), TRUE, [i])), ()),
    (q("w", (ArgLargest(x(i), TRUE, [i]), j)), (j,)),
    (R(m, ArgSmallest(W(i, k), TRUE, [k]), i), (m, i)),
]

DELTAS: list[Case] = [
    (Delta(i, j), (i, j)),
    (x(i) * Delta(i, j), (j, i)),
    (q("c", (i,)) * Delta(i, j), (i, j)),
    (Delta(i, j) * x(i) + W(i, j) - 2 * Delta(i, j), (i, j)),
    (Delta(i, j) * Delta(j, k) * x(i), (i, j, k)),
    (Delta(i, j) * Delta(m, n) * x(i) * q("z", (n,)) + R(m, i, j), (i, m, j, n)),
    (Delta(i, j) * W(i, j) * x(j) + q("s"), (i, j)),
    (x(i) + Delta(i, 2) * y(i), (i,)),
    (sp.exp(Delta(i, j)) * x(i), (i, j)),
    (total(Delta(i, j) * W(i, j) * x(j), j), (i,)),
    (total(Delta(i, 1) * x(i), i), ()),
    (Delta(i, m) * x(i), (i, m)),
]

SUMS: list[Case] = [
    (total(x(i), i), ()),
    (total(q("g"), i), ()),
    (total(q("s") * x(i) ** 2 / q("g"), i), ()),
    (total(W(i, j) * x(j), j), (i,)),
    (total(W(i, j) * x(i), i), (j,)),
    (total(q("w", (i, j)) * x(j), j), (i,)),
    (total(W(i, j) * x(i) * x(j), i, j), ()),
    (total(W(i, j) * q("w", (i, j)), i, j), ()),
    (total(W(i, j) * q("A", (j, k)) * x(k), j, k), (i,)),
    (total(W(i, j) * q("A", (j, k)), j), (i, k)),
    (total(R(m, i, j) * x(i) * y(j), i, j), (m,)),
    (total(R(m, i, j) * x(j), j), (i, m)),
    (total(R(m, i, j) * q("z", (m,)) * x(j), j), (i, m)),
    (total(R(m, i, j) * q("z", (m,)) * x(j), j, m), (i,)),
    (total(R(m, i, j) * R(n, i, j), i, j), (n, m)),
    (total(q("P", (a, i)) * q("P", (a, j)) * x(j), a, j), (i,)),
    (total(q("P", (a, i)) * x(j) * y(j), j), (i, a)),
    (total(x(i) * y(j) + W(i, j), i, j), ()),
    (total((x(j) - x(i)) * W(i, j), j), (i,)),
    (total((W(i, j) - q("c", (i,)) * q("c", (j,))) * x(j), j), (i,)),
    (total((x(i) - xi(m, i)) ** 2 * q("c", (i,)), i), (m,)),
    (total((x(i) - y(j)) ** 3, i, j), ()),
    (total(total(W(i, j) * x(j), j) ** 3, i), ()),
    (total(total(W(i, j) * x(j), j) ** 2, i), ()),
    (total(xi(m, i) * total(xi(m, j) * x(j), j), m), (i,)),
    (total(W(i, j) * x(j) / y(j), j) / q("c", (i,)), (i,)),
    (total(x(i) * sp.tanh(x(i)) - sp.log(sp.cosh(x(i))), i), ()),
    (total(q("c", (i,)) * sp.sin(x(j) - x(i)), j), (i,)),
]

MASKED: list[Case] = [
    (total(W(i, j) * x(j), j, mask=sp.Ne(i, j)), (i,)),
    (total(q("w", (i, j)) * x(j), j, mask=sp.Ne(i, j)), (i,)),
    (total(xi(m, j) * x(j), j, mask=sp.Ne(i, j)), (m, i)),
    (total(W(i, j) * x(i) * x(j), i, j, mask=sp.Ne(i, j)), ()),
    (total(W(i, j) * x(i) * x(j), i, j, mask=sp.Lt(i, j)), ()),
    (total(x(i) * y(j), i, j, mask=sp.Lt(i, j)), ()),
    (total(x(j), j, mask=sp.Ne(j, 1)), ()),
    (total(x(j), j, mask=sp.Ne(j, 7)), ()),
    (total(q("g"), j, mask=sp.Ne(i, j)), (i,)),
    (total(sp.Integer(1), i, j, mask=sp.Le(i, j)), ()),
    (total(x(j), j, mask=sp.Ne(j, m)), (m,)),
    (total(x(j), j, mask=sp.Gt(x(j), 0)), ()),
    (total(W(i, j) * x(j), j, mask=sp.And(sp.Gt(x(j), 0), sp.Ne(i, j))), (i,)),
    (total(x(j), j, mask=sp.And(sp.Ne(i, j), sp.Gt(i, 1))), (i,)),
    (total(1 / (x(j) - x(i)), j, mask=sp.Ne(i, j)), (i,)),
    (total(sp.exp(x(j)) * W(i, j), j, mask=sp.Ne(i, j)), (i,)),
    (total(sp.log(x(j) ** 2) * x(i), j, mask=sp.Ne(i, j)), (i,)),
]

REDUCTIONS: list[Case] = [
    (Product(x(i), TRUE, [i]), ()),
    (Product(W(i, j) * x(j), sp.Ne(i, j), [j]), (i,)),
    (Product(q("s"), TRUE, [i]), ()),
    (Largest(W(i, j) * x(j), sp.Lt(j, i), [j]), (i,)),
    (Largest(q("g"), TRUE, [i]), ()),
    (Smallest(q("w", (i, j)), TRUE, [i, j]), ()),
    (ArgLargest(x(i), sp.Ne(i, j), [i]), (j,)),
    (ArgLargest(q("s"), TRUE, [i]), ()),
    (Count(sp.Gt(x(i), 0), sp.Ne(i, 0), [i]), ()),
    (Count(sp.Gt(q("s"), 0), TRUE, [i]), ()),
    (Count(TRUE, sp.Lt(i, j), [i]), (j,)),
    (Norm(x(i) - y(i), TRUE, [i]), ()),
    (Norm(x(i) - xi(m, i), TRUE, [i]), (m,)),
    (Norm(W(i, j) * x(i), sp.Ne(i, j), [i]), (j,)),
    (LogSumExp(total(xi(m, i) * x(i), i), TRUE, [m]), ()),
    (LogSumExp(W(i, j) * x(j), sp.Ne(i, j), [j]), (i,)),
    (LogSumExp(W(i, j) * x(j), sp.Lt(j, i), [j]), (i,)),
    (LogSumExp(x(i), TRUE, [i, j]), ()),
    (LogSumExp(q("s"), TRUE, [i]), ()),
    (Softmax(x(j), TRUE, [j], [i]), (i,)),
    (Softmax(W(i, j) * x(j), sp.Ne(i, j), [j], [k]), (i, k)),
    (Softmax(W(i, j) * x(j), sp.Lt(j, i), [j], [k]), (i, k)),
    (Softmax(W(i, j) * x(j), TRUE, [j], [i]), (i,)),
    (Softmax(x(j), TRUE, [j], [sp.Integer(1)]), ()),
    (Softmax(q("s"), TRUE, [j], [i]), (i,)),
    (Softmax(W(i, j) + x(i), TRUE, [i, j], [j, i]), (i, j)),
    (total(xi(m, i) * Softmax(total(xi(n, j) * x(j), j), TRUE, [n], [m]), m), (i,)),
    (total(R(m, i, j) * Softmax(total(xi(n, j) * x(j), j), TRUE, [n], [m]), m), (i, j)),
    (LogSumExp(Softmax(x(i) * W(i, j), TRUE, [i], [k]), TRUE, [k]), (j,)),
]


@pytest.mark.parametrize(
    ("expr", "letters"),
    [*ARITHMETIC, *CONDITIONS, *POSITIONS, *DELTAS, *SUMS, *MASKED, *REDUCTIONS],
    ids=lambda value: str(value)[:60],
)
def test_lowered_equals_loops(expr: Expr, letters: tuple[Idx, ...]) -> None:
    check(expr, letters)


def test_definitions_are_shared_and_placed_anywhere() -> None:
    definitions = {
        "v": Definition((i,), sp.tanh(q("g") * x(i))),
        "o": Definition((m,), total(xi(m, i) * q("v", (i,)), i)),
        "B": Definition((i, j), W(i, j) * q("v", (j,))),
        "flat": Definition((i, m), q("o", (m,)) + q("s")),
    }
    letters = (i, j, m)
    expr = (
        q("v", (i,)) * q("v", (j,))
        + q("B", (j, i))
        + q("B", (i, i))
        + q("o", (m,)) * q("o", (2,))
        + q("v", (q("which"),))
        + q("flat", (j, m)) * q("flat", (q("go", (j,)), m))
        + total(q("B", (i, j)) * q("v", (j,)), j)
    )
    check(expr, letters, definitions)
