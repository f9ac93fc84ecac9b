"""Binders: what an expression stands for, and what it equals, does not depend on the letters it was written with."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from neurodyn.calculus.letters import free_letters, letter, names_in, quantity, size_symbol
from neurodyn.calculus.reductions import LogSumExp, Softmax, Sum
from tests.laws.cases import SHAPES, Case, N, World, i, j, k, m
from tests.laws.strategies import cases, worlds
from tests.laws.support import agree, examples, in_other_words, leaks, places, reductions_in


def x(index: Any) -> Any:
    return quantity("x", [index])


def W(a: Any, b: Any) -> Any:
    return quantity("W", [a, b])


@given(cases(), worlds(), st.data())
@examples(70)
def test_an_expression_stands_for_what_its_writer_meant(case: Case, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    meant = case.value(world, at)
    assert agree(case.expr, meant, world, at)


@given(cases(), st.randoms(use_true_random=False))
@examples(40)
def test_other_letters_and_orders_give_the_same_object(case: Case, rng: random.Random) -> None:
    other = in_other_words(case.expr, rng)
    assert other == case.expr and hash(other) == hash(case.expr)
    assert other - case.expr == 0


@given(cases())
@examples(40)
def test_bound_letters_never_leak(case: Case) -> None:
    assert not leaks(case.expr)
    assert {str(s) for s in free_letters(case.expr)} <= set("ijkmn")
    assert names_in(case.expr) <= {*SHAPES, "p"}


@given(cases())
@examples(20)
def test_open_and_rebuild_is_identity(case: Case) -> None:
    for one in reductions_in(case.expr):
        if not any("." in str(s) for s in free_letters(one)):
            assert one.rebuild(*one.open()) == one


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=7), st.randoms())
@examples(40)
def test_sums_over_six_letters_of_one_range(edges: list[tuple[int, int]], rng: random.Random) -> None:
    letters = [letter(name, N) for name in "ijklpq"]
    orders = [letters, rng.sample(letters, 6)]
    one, two = (Sum(sp.Mul(*(W(a[p], a[q]) for p, q in edges)), True, rng.sample(a, 6)) for a in orders)
    assert one == two


def test_shadowing_one_letter_at_three_depths() -> None:
    inner = Sum(x(i), True, [i])
    whole = Sum(x(i) * inner + Sum(x(i) * inner, True, [i]), True, [i]) * x(i)
    assert whole == Sum(x(j) * Sum(x(k), True, [k]) + Sum(x(k) * inner, True, [k]), True, [j]) * x(i)
    assert free_letters(whole) == {i}


@pytest.mark.parametrize("letters", list(itertools.permutations((i, j, k))))
def test_orders_that_signs_and_powers_cannot_tell(letters: tuple) -> None:
    one, two, three = letters
    odd = sp.tanh(x(one) - x(two)) * W(one, two) * x(three) ** 2
    assert Sum(odd, True, letters) == Sum(sp.tanh(x(i) - x(j)) * W(i, j) * x(k) ** 2, True, [i, j, k])


@pytest.mark.parametrize("kind", [Sum, LogSumExp])
def test_masks_are_compared_whichever_way_they_are_written(kind: type) -> None:
    ways = [sp.Ne(i, j), sp.Ne(j, i)]
    assert len({kind(x(j), way, [j]) for way in ways}) == 1
    assert kind(x(j), sp.Gt(x(j), x(i)), [j]) == kind(x(j), sp.Lt(x(i), x(j)), [j])


def test_positions_of_a_softmax_follow_their_letters() -> None:
    one = Softmax(W(i, j) * quantity("z", [m]), True, (i, m, j), (k, m, i))
    assert one == Softmax(W(i, j) * quantity("z", [m]), True, (m, j, i), (m, i, k))
    assert one != Softmax(W(i, j) * quantity("z", [m]), True, (i, m, j), (i, m, k))
    # With a body that does not care, neither do the positions care which is which.
    assert Softmax(x(i) * x(j), True, (i, j), (k, j)) == Softmax(x(i) * x(j), True, (i, j), (j, k))


def test_a_binder_needs_different_letters() -> None:
    for letters in ((), (i, i)):
        with pytest.raises(ValueError, match="different letters"):
            Sum(x(i), True, letters)


def test_ranges_of_other_sizes_are_other_letters() -> None:
    other = letter("i", size_symbol("P"))
    assert Sum(1, True, [i]) != Sum(1, True, [other])
    assert Sum(quantity("xi", [m, i]), True, [m, i]) == Sum(quantity("xi", [m, i]), True, [i, m])
