"""Derivatives equal differences of what the expression stands for, whatever letters it was written with."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from neurodyn.calculus.chain import directional, gradient
from neurodyn.calculus.contract import sum_over
from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import Reference, free_letters, indices_of, letter, name_of, names_in, quantity
from neurodyn.calculus.nodes import Rate
from neurodyn.calculus.positions import Clamped, Cyclic
from neurodyn.calculus.reductions import LogSumExp, Product, Softmax, Sum
from tests.laws.cases import Case, K, N, World, i, j, k, m, n
from tests.laws.strategies import Style, cases, worlds
from tests.laws.support import close, examples, leaks, number_of, places, slope

PLACES = (
    *(quantity("x", [s]) for s in (i, j, k, 0)),
    *(quantity("W", [s, t]) for s, t in ((i, j), (j, i), (i, i), (k, 0))),
    *(quantity("z", [s]) for s in (m, n)),
    quantity("xi", [m, j]),
    quantity("y", [quantity("p", [m])]),
    quantity("x", [Cyclic(k + 1, N)]),
    quantity("x", [Clamped(i - 1, N)]),
    quantity("a"),
)


def place_of(by: Reference, world: World, at: dict) -> tuple[int, ...]:
    return tuple(int(number_of(s, world, at)) for s in indices_of(by))


def check(result: sp.Expr, f: Callable[[World], float], by: Reference, world: World, at: dict) -> None:
    """Whether `result` is the derivative of `f` by an entry of the world."""
    place = place_of(by, world, at)
    expected, error = slope(lambda h: f(world.shifted(name_of(by), place, h)))
    assume(math.isfinite(expected) and error < 1e-7 * max(1, abs(expected)))
    assert close(number_of(result, world, at), expected, 1e-6)


@given(cases(), worlds(), st.data())
@examples(80)
def test_gradient(case: Case, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    used = [s for s in PLACES if name_of(s) in names_in(case.expr)]
    by = data.draw(st.sampled_from(used or PLACES), label="by")
    result = derivative(case.expr, by)
    assert not leaks(result)
    assume(math.isfinite(case.value(world, at)))
    check(result, lambda w: case.value(w, at), by, world, at)


@given(cases(depth=2, style=Style(smooth=True)), st.sampled_from(PLACES), st.sampled_from(PLACES), worlds(), st.data())
@examples(40)
def test_second_derivative(case: Case, by: Reference, again: Reference, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    once = derivative(case.expr, by)
    assume(once != 0)
    # Where the first derivative has a position that is found, both stand for the entry that is found now.
    check(derivative(once, again), lambda w: number_of(once, w, at), again, world, at)


@given(cases(style=Style(smooth=True)), worlds(), st.data())
@examples(30)
def test_directional_derivative(case: Case, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    x, y = world.values["x"], world.values["y"]
    result = directional(case.expr, quantity("x", [i]), quantity("y", [i]))
    along, error = slope(lambda h: case.value(World(world.sizes, {**world.values, "x": x + h * y}), at))
    assume(math.isfinite(along) and error < 1e-7 * max(1, abs(along)))
    # The direction itself may occur in the expression; it is held still.
    assert close(number_of(result, world, at), along, 1e-6)


OTHER_PLACES = [s for s in PLACES if k not in indices_of(s)]


@given(cases(depth=2, scopes=[(i, j, m)], style=Style(smooth=True)), st.sampled_from(OTHER_PLACES), worlds(), st.data())
@examples(20)
def test_columns_of_the_jacobian_of_softmax_add_up_to_zero(
    case: Case, by: Reference, world: World, data: st.DataObject
) -> None:
    assume(k not in free_letters(by))
    at = places(data, world)
    weight = Softmax(case.expr, sp.true, [i], [k])
    assert abs(number_of(Sum(derivative(weight, by), True, [k]), world, at)) < 1e-9
    # The body may depend on more letters than the softmax binds.
    whole = sum_over(weight, [k])
    assert whole == 1 and derivative(whole, by) == 0


def test_the_derivative_of_logsumexp_is_softmax() -> None:
    overlap = Sum(quantity("xi", [m, j]) * quantity("x", [j]), True, [j])
    own = quantity("a") * quantity("z", [m])
    assert derivative(LogSumExp(own + overlap, True, [m]), quantity("z", [n])) == quantity("a") * Softmax(
        own + overlap, True, [m], [n]
    )
    slope_in_x = derivative(LogSumExp(overlap, True, [m]), quantity("x", [i]))
    assert slope_in_x == Sum(Softmax(overlap, True, [m], [n]) * quantity("xi", [n, i]), True, [n])


def test_a_state_whose_letter_is_bound_inside() -> None:
    other = letter("l", N)
    for own in (i, j, k):
        row = Sum(quantity("W", [i, j]) * quantity("x", [j]), True, [j])
        assert derivative(row, quantity("x", [own])) == quantity("W", [i, own])
        assert derivative(Sum(row, True, [i]), quantity("x", [own])) == Sum(quantity("W", [other, own]), True, [other])


def test_a_product_with_zeros_has_its_exact_derivative() -> None:
    world = World({"N": 3, "K": 1}, {"x": sp.Matrix([2, 0, 5]).__array__(float).ravel()})
    slopes = derivative(Product(quantity("x", [i]), True, [i]), quantity("x", [j]))
    assert [number_of(slopes, world, {j: row}) for row in range(3)] == [0, 10, 0]


def test_terms_that_a_mask_leaves_out_may_be_infinite() -> None:
    x = lambda s: quantity("x", [s])  # noqa: E731
    nearest = LogSumExp(1 / (x(j) - x(i)) ** 2, sp.Ne(j, i), [j])
    world = World({"N": 3, "K": 1}, {"x": sp.Matrix([0.5, 1.5, 4]).__array__(float).ravel()})
    for by in (x(i), x(k)):
        assert math.isfinite(number_of(derivative(nearest, by), world, {i: 0, k: 2}))


def test_gradient_is_a_definition_over_the_letters_of_the_quantity() -> None:
    found = gradient(Sum(quantity("W", [i, j]) ** 2, True, [i, j]), quantity("W", [j, k]))
    assert found.letters == (j, k) and found.expr == 2 * quantity("W", [j, k])
    assert found.at([i, i]) == 2 * quantity("W", [i, i])


@pytest.mark.parametrize("function", [sp.sign, sp.Heaviside, lambda u: sp.Piecewise((u, u > 0), (0, True)), Rate])
def test_what_has_no_derivative_says_so(function: Callable[[sp.Expr], sp.Expr]) -> None:
    with pytest.raises(TypeError):
        derivative(function(quantity("a")), quantity("a"))


def test_unused_sizes_are_counted() -> None:
    assert derivative(Sum(quantity("a"), True, [i, m]), quantity("a")) == N * K
