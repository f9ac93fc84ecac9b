"""The normal form: same value, one object for all ways to write it, and nothing proved that is not so."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Add, Expr, Idx, IndexedBase, Mul

from neurodyn.calculus.contract import sum_over
from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import Reference, quantity
from neurodyn.calculus.nodes import Delta, Heaviside, LogCosh, Relu, Sigmoid, Softplus, Where
from neurodyn.calculus.normal import TooLarge, equal, normal
from neurodyn.calculus.reductions import Largest, LogSumExp, Norm, Softmax, Sum
from tests.laws.cases import Case, K, N, World, i, j, k, m, n
from tests.laws.strategies import Style, cases, worlds
from tests.laws.support import agree, examples, in_other_words, leaks, places

SMOOTH = Style(smooth=True)
W_IS_SYMMETRIC = frozenset(["W"])


def form(expr: Expr, symmetric: frozenset[str] = frozenset()) -> Expr:
    """The normal form; examples that are too large are passed over."""
    try:
        return normal(expr, symmetric=symmetric)
    except TooLarge:
        assume(False)
        raise


def rearranged(expr: Any, rng: random.Random) -> Any:
    """The same by other means: sums nested in another order and taken apart, brackets multiplied out, W transposed."""
    if not expr.args or isinstance(expr, (Idx, IndexedBase)):
        return expr
    if isinstance(expr, Sum):
        body, mask, letters = expr.open()
        parts = Add.make_args(rearranged(body, rng)) if rng.random() < 0.5 else [rearranged(body, rng)]
        return Add(*(nested(part, mask, rng.sample(letters, len(letters))) for part in parts))
    if isinstance(expr, sp.Indexed):
        swap = str(expr.base) == "W" and rng.random() < 0.5
        return expr.base[tuple(reversed(expr.indices))] if swap else expr
    if isinstance(expr, Mul) and rng.random() < 0.5:
        return sp.expand_mul(Mul(*(rearranged(a, rng) for a in expr.args)), deep=False)
    if isinstance(expr, (Add, Mul, sp.Pow, sp.Function)):
        return expr.func(*(rearranged(a, rng) if isinstance(a, Expr) else a for a in expr.args))
    return expr


def nested(body: Expr, mask: Any, letters: list[Idx]) -> Expr:
    """A sum of sums; the mask goes to the innermost."""
    for letter in letters:
        body, mask = Sum(body, mask, [letter]), sp.true
    return body


@given(cases(), worlds(least=2), st.data())
@examples(40)
def test_the_value_is_kept(case: Case, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    result = form(case.expr)
    assert not leaks(result)
    assert agree(result, case.value(world, at), world, at)


@given(cases(style=Style(deltas=True)), worlds(least=2), st.data())
@examples(20)
def test_the_value_is_kept_with_deltas(case: Case, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    assert agree(form(case.expr), case.value(world, at), world, at)


@given(cases(), st.randoms(use_true_random=False))
@examples(25)
def test_normal_is_idempotent_and_sees_through_letters(case: Case, rng: random.Random) -> None:
    result = form(case.expr)
    assert normal(result) == result
    assert form(in_other_words(case.expr, rng)) == result


@given(cases(), st.randoms(use_true_random=False), worlds(least=2), st.data())
@examples(25)
def test_other_ways_to_write_it(case: Case, rng: random.Random, world: World, data: st.DataObject) -> None:
    result = form(case.expr, W_IS_SYMMETRIC)
    assert form(rearranged(case.expr, rng), W_IS_SYMMETRIC) == result
    at, weights = places(data, world), world.values["W"]
    even = World(world.sizes, {**world.values, "W": np.asarray(weights + weights.T)})
    assert agree(result, case.value(even, at), even, at)


@given(cases(depth=2), cases(depth=2))
@examples(20)
def test_a_difference_is_not_proved_away(one: Case, two: Case) -> None:
    assert not equal(one.expr, one.expr + quantity("free"))
    assert not equal(one.expr, one.expr + two.expr**2 + 1)


STATES = (quantity("x", [i]), quantity("x", [j]), quantity("W", [i, k]), quantity("z", [m]), quantity("a"))


@given(cases(depth=2), cases(depth=2), st.sampled_from(STATES))
@examples(20)
def test_linearity_and_the_product_rule(one: Case, two: Case, by: Reference) -> None:
    f, g = one.expr, two.expr
    df, dg = derivative(f, by), derivative(g, by)
    assert form(derivative(3 * f - g, by)) == form(3 * df - dg)
    assert form(derivative(f * g, by)) == form(f * dg + g * df)


@given(cases(depth=2, style=SMOOTH), st.sampled_from(STATES), st.sampled_from(STATES))
@examples(20)
def test_second_derivatives_are_symmetric(case: Case, one: Reference, two: Reference) -> None:
    f = case.expr
    assert form(derivative(derivative(f, one), two)) == form(derivative(derivative(f, two), one))


def x(index: Any) -> Expr:
    return quantity("x", [index])


def total(body: Expr, *letters: Idx) -> Expr:
    return Sum(body, True, letters)


a, b, not_self = quantity("a"), quantity("b"), Softmax(x(j), sp.Ne(j, i), [j], [k])
e, p = quantity("z", [m]), Softmax(quantity("z", [m]), True, [m], [n])
odd = sp.tanh(x(i) - x(j))

EQUAL = [
    ((total(x(i), i) + a) ** 2, total(x(i) * x(j), j, i) + 2 * a * total(x(k), k) + a**2),
    (total(a * x(i) + b, i), a * total(x(j), j) + N * b),
    (total(Delta(i, j) * sp.exp(x(j)), j), sp.exp(x(i))),
    (Delta(i, j) * x(i), Delta(i, j) * x(j)),
    (Delta(i, 0) * x(i), Delta(i, 0) * x(0)),
    (total(p * a, n), a),
    (sp.log(K * p), sp.log(K) + quantity("z", [n]) - LogSumExp(e, True, [m])),
    (LogSumExp(e + a, True, [m]), a + LogSumExp(e, True, [m])),
    (Softmax(e + a, True, [m], [n]), p),
    (Softmax(a, True, [m], [n]), 1 / K),
    (LogSumExp(a, True, [m]), a + sp.log(K)),
    (Largest(e - a, True, [m]), Largest(e, True, [m]) - a),
    (Norm(x(i), True, [i]) ** 2, total(x(i) ** 2, i)),
    (total(odd, i, j), sp.S.Zero),
    (total(odd * quantity("W", [i, j]), i, j), -total(odd * quantity("W", [j, i]), i, j)),
    (Sigmoid(-a), 1 - Sigmoid(a)),
    (Softplus(a) - Softplus(-a), a),
    (sp.log(sp.cosh(a)), LogCosh(-a)),
    (sp.sinh(a) / sp.cosh(a), sp.tanh(a)),
    (Relu(a) * Heaviside(a), Relu(a)),
    (Where(a > 0, b * a, 0), b * Where(sp.Lt(0, 2 * a), a, 0)),
    (a / (a + b) + b / (a + b), sp.S.One),
    (1 / (2 * a - 2 * b), -1 / (b - a) / 2),
    (total(Where(sp.Ne(i, j), x(j), 0), j), Sum(x(j), sp.Ne(j, i), [j])),
    (total(not_self * x(k), k), Sum(not_self * x(k), sp.Ne(k, i), [k])),
]  # fmt: skip


@pytest.mark.parametrize("pair", EQUAL, ids=str)
def test_equal(pair: tuple[Expr, Expr]) -> None:
    assert equal(*pair)
    assert not equal(pair[0], pair[1] + x(i))


DIFFERENT = [
    (total(quantity("W", [i, j]) * x(i), i), total(quantity("W", [j, i]) * x(i), i)),
    (sp.log(a * b), sp.log(a) + sp.log(b)),
    (sp.sqrt(a**2), a),
    (Sum(x(j), sp.Ne(i, j), [j]), total(x(j), j)),
    (total(Softmax(x(j), sp.Ne(i, j), [j], [i]), i), sp.S.One),
    (Where(a > 0, a, 0), Where(a < 0, a, 0)),
]


@pytest.mark.parametrize("pair", DIFFERENT, ids=str)
def test_not_equal(pair: tuple[Expr, Expr]) -> None:
    assert not equal(*pair)


def test_logarithms_of_what_is_declared_positive_are_taken_apart() -> None:
    s, t = sp.Symbol("s", positive=True), quantity("t")
    assert equal(sp.log(s * sp.exp(-t) * sp.sqrt(s)), 3 * sp.log(s) / 2 - t)


def test_too_large_is_said() -> None:
    power = (a + b + total(x(i), i) + 1) ** 40
    with pytest.raises(TooLarge):
        normal(power)
    assert not equal(power, power + a)


def test_symmetry_is_used_only_where_it_is_given() -> None:
    W = lambda s, t: quantity("W", [s, t])  # noqa: E731
    one, two = total(W(i, j) * x(i) * x(j) ** 2, i, j), total(W(j, i) * x(i) * x(j) ** 2, i, j)
    assert equal(one, two, symmetric=W_IS_SYMMETRIC) and not equal(one, two)
    three = total(W(i, j) * W(j, k) * W(k, i) * x(i), i, j, k)
    assert equal(three, total(W(j, i) * W(i, k) * W(j, k) * x(j), i, j, k), symmetric=W_IS_SYMMETRIC)
    assert sum_over(W(i, j) * Delta(i, j), [i]) == W(j, j)


@given(case=cases(depth=3, style=SMOOTH), world=worlds(), data=st.data())
@examples(20)
def test_the_value_is_kept_where_entries_are_0_or_1(case: Case, world: World, data: st.DataObject) -> None:
    """W and x hold zeros and ones, and W is symmetric; the normal form uses both, and means the same."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**16)))
    size = world.sizes["N"]
    values = {
        **world.values,
        "W": np.maximum(w := rng.integers(0, 2, (size, size)), w.T),
        "x": rng.integers(0, 2, size),
    }
    world, at = World(world.sizes, values), places(data, world)
    try:
        found = normal(case.expr, symmetric=W_IS_SYMMETRIC, bits=frozenset(["W", "x"]))
    except TooLarge:
        assume(False)
    assert agree(found, case.value(world, at), world, at)


def test_what_is_0_or_1_equals_its_powers() -> None:
    bits, W = frozenset(["x"]), lambda s, t: quantity("W", [s, t])
    one, two = total((1 - x(i)) ** 3 * a, i), total((1 - x(i)) * a, i)
    assert equal(one, two, bits=bits) and not equal(one, two)
    assert equal(x(i) * (1 - x(i)), sp.S.Zero, bits=bits) and not equal(x(i), sp.S.One, bits=bits)
    assert equal(total(x(i) ** 2 * x(j), i, j), total(x(i), i) * total(x(j), j), bits=bits)
    both = {"symmetric": W_IS_SYMMETRIC, "bits": W_IS_SYMMETRIC}
    assert equal(W(i, j) ** 2 * x(j), W(j, i) * x(j), **both) and not equal(W(i, j), W(i, k), **both)


def test_angles() -> None:
    """Sums and small multiples of angles, and the squares of sines."""
    u, v = x(i), x(j)
    assert equal(sp.sin(u - v), sp.sin(u) * sp.cos(v) - sp.cos(u) * sp.sin(v))
    assert equal(sp.cos(3 * u), 4 * sp.cos(u) ** 3 - 3 * sp.cos(u))
    assert equal(sp.sin(u) ** 4 - sp.cos(u) ** 4, -sp.cos(2 * u))
    assert equal(total(sp.cos(u - v), i, j), total(sp.cos(u), i) ** 2 + total(sp.sin(u), i) ** 2)
    assert not equal(sp.sin(u), sp.cos(u)) and not equal(sp.sin(2 * u), 2 * sp.sin(u))
