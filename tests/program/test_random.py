"""Random expressions, biased to letter clashes: the lowered program equals the evaluation by loops."""

from __future__ import annotations

import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy import Expr, Idx

from neurodyn.calculus import nodes
from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import fresh
from neurodyn.calculus.nodes import Where
from neurodyn.calculus.positions import Clamped, Cyclic, Inside, Open, Padded
from neurodyn.calculus.reductions import (
    ArgLargest,
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
from tests.program.cases import TRUE, K, N, check, i, j, m, q

SIZES = {"N": 3, "K": 2, "D": 2}
LETTERS = (i, j, m)
BOUNDED = (sp.tanh, sp.sin, nodes.Sigmoid, nodes.Softplus, nodes.LogCosh, nodes.Absolute, nodes.Relu, nodes.Exprel)
SHAPES = {
    "W": "NN", "w": "NN", "xi": "KN", "c": "N", "x": "N", "y": "N", "u": "N", "d": "K", "z": "K", "g": "", "s": "",
}  # fmt: skip


def _of(set_name: str) -> st.SearchStrategy[Idx]:
    return st.sampled_from([x for x in LETTERS if (x.upper == K - 1) == (set_name == "K")])


@st.composite
def leaves(draw: st.DrawFn) -> Expr:
    """A quantity at some letters, a letter, or a number."""
    kind = draw(st.integers(0, 11))
    if kind == 0:
        return draw(st.sampled_from([sp.Integer(2), sp.Rational(-1, 3), sp.Integer(-1), *LETTERS]))
    name = draw(st.sampled_from(sorted(SHAPES)))
    indices: list[Expr] = [draw(_of(s)) for s in SHAPES[name]]
    if kind > 9 and indices:
        own = draw(st.integers(0, len(indices) - 1))
        return _beyond(draw, name, indices, own, N if SHAPES[name][own] == "N" else K)
    return q(name, indices)


def _beyond(draw: st.DrawFn, name: str, indices: list[Expr], own: int, size: Expr) -> Expr:
    """A quantity at a position that may lie beyond the ends."""
    raw = draw(mixes())
    rule = draw(st.sampled_from((Cyclic, Clamped, Padded)))
    indices[own] = rule(raw, size)
    return Where(Inside(raw, size), q(name, indices), 0) if rule is Padded else q(name, indices)


@st.composite
def mixes(draw: st.DrawFn) -> Expr:
    """One or two letters with factors, a number and a size."""
    raw = draw(st.sampled_from((1, 1, 1, -1, 2))) * draw(st.sampled_from(LETTERS))
    if draw(st.booleans()):
        raw += draw(st.sampled_from((1, -1))) * draw(st.sampled_from(LETTERS))
    return raw + draw(st.integers(-3, 3)) + draw(st.sampled_from((0, 0, N - 1)))


@st.composite
def masks(draw: st.DrawFn, bound: list[Idx]) -> sp.Basic:
    """A condition on a bound letter and another one."""
    one, other = bound[0], draw(_of("K" if bound[0].upper == K - 1 else "N"))
    choices = [TRUE, TRUE, sp.Ne(one, other), sp.Lt(one, other), sp.Le(other, one), sp.Ne(one, 0)]
    return draw(st.sampled_from(choices))


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> Expr:
    """An expression with free letters among `i`, `j`, `m`; binders bind the same three again and again."""
    if depth == 0:
        return draw(leaves())
    inner = expressions(depth=depth - 1)
    kind = draw(st.integers(0, 11))
    if kind < 3:
        return sp.Add(draw(inner), draw(inner))
    if kind < 6:
        return sp.Mul(draw(inner), draw(inner))
    if kind == 6:
        return draw(st.sampled_from(BOUNDED))(sp.tanh(draw(inner)))
    if kind == 7:
        return sp.Pow(sp.tanh(draw(inner)), draw(st.integers(2, 3)))
    bound = draw(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=2, unique=True))
    mask = draw(masks(bound))
    body = draw(inner)
    if kind < 10:
        if draw(st.integers(0, 3)) == 0:
            raw = draw(mixes())
            mask, body = sp.And(mask, Inside(raw, N)), body * q("x", (Open(raw, N),))
        return Sum(body, mask, bound)
    body = 2 * sp.tanh(body)
    if kind == 10:
        return draw(st.sampled_from([LogSumExp, Largest, Smallest, Norm, Product]))(body, TRUE, bound)
    if draw(st.booleans()):
        return draw(
            st.sampled_from([lambda: Count(sp.Gt(body, 0), mask, bound), lambda: ArgLargest(body, TRUE, bound[:1])])
        )()
    at = [draw(_of("K" if x.upper == K - 1 else "N")) for x in bound]
    return Softmax(body, mask, bound, at)


QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(expressions(), st.integers(0, 3))
def test_lowered_equals_loops(expr: Expr, seed: int) -> None:
    check(expr, (i, j, m), seed=seed, sizes=SIZES, tolerance=1e-11)


@QUICK
@given(expressions(depth=2), expressions(depth=2), st.integers(0, 3))
def test_definitions_are_what_they_stand_for(inner: Expr, outer: Expr, seed: int) -> None:
    definitions = {"p": Definition((i, m), Sum(inner, TRUE, [j]))}
    expr = outer * q("p", (j, m)) + Sum(q("p", (i, m)) * outer, TRUE, [m]) + q("p", (0, 1))
    check(expr, (i, j, m), definitions, seed=seed, sizes=SIZES, tolerance=1e-11)


@QUICK
@given(expressions(depth=2), st.integers(0, 3))
def test_derivatives_lower_with_their_deltas(expr: Expr, seed: int) -> None:
    by = fresh(i)
    check(derivative(expr, q("x", (by,))), (i, j, m, by), seed=seed, sizes=SIZES, tolerance=1e-11)
