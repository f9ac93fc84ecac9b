"""Binders: what an expression stands for, and when two are one, does not depend on the letters they were written with."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from neurodyn.calculus.letters import free_letters, letter, names_in, quantity, size_symbol
from neurodyn.calculus.reductions import LogSumExp, Softmax, Sum
from tests.laws.cases import SHAPES, Case, I, J, L, M, N, World
from tests.laws.strategies import cases, examples, worlds
from tests.laws.support import close, in_other_words, leaks, number_of, places, reductions_in


def x(index: Any) -> Any:
    return quantity("x", [index])


def W(a: Any, b: Any) -> Any:
    return quantity("W", [a, b])


@given(cases(), worlds(), st.data())
@examples(120)
def test_an_expression_stands_for_what_its_writer_meant(case: Case, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    meant = case.value(world, at)
    assume(math.isfinite(meant))
    assert close(number_of(case.expr, world, at), meant)


@given(cases(), st.randoms(use_true_random=False))
@examples(60)
def test_other_letters_and_orders_give_the_same_object(case: Case, rng: random.Random) -> None:
    other = in_other_words(case.expr, rng)
    assert other == case.expr and hash(other) == hash(case.expr)
    assert other - case.expr == 0


@given(cases())
@examples(60)
def test_bound_letters_never_leak(case: Case) -> None:
    assert not leaks(case.expr)
    assert {str(s) for s in free_letters(case.expr)} <= set("ijkmn")
    assert names_in(case.expr) <= {*SHAPES, "p"}


@given(cases())
@examples(30)
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
    inner = Sum(x(I), True, [I])
    whole = Sum(x(I) * inner + Sum(x(I) * inner, True, [I]), True, [I]) * x(I)
    assert whole == Sum(x(J) * Sum(x(L), True, [L]) + Sum(x(L) * inner, True, [L]), True, [J]) * x(I)
    assert free_letters(whole) == {I}


@pytest.mark.parametrize("letters", list(itertools.permutations((I, J, L))))
def test_orders_that_signs_and_powers_cannot_tell(letters: tuple) -> None:
    i, j, k = letters
    odd = sp.tanh(x(i) - x(j)) * W(i, j) * x(k) ** 2
    assert Sum(odd, True, letters) == Sum(sp.tanh(x(I) - x(J)) * W(I, J) * x(L) ** 2, True, [I, J, L])


@pytest.mark.parametrize("kind", [Sum, LogSumExp])
def test_masks_are_compared_whichever_way_they_are_written(kind: type) -> None:
    ways = [sp.Ne(I, J), sp.Ne(J, I)]
    assert len({kind(x(J), way, [J]) for way in ways}) == 1
    assert kind(x(J), sp.Gt(x(J), x(I)), [J]) == kind(x(J), sp.Lt(x(I), x(J)), [J])


def test_positions_of_a_softmax_follow_their_letters() -> None:
    one = Softmax(W(I, J) * quantity("z", [M]), True, (I, M, J), (L, M, I))
    assert one == Softmax(W(I, J) * quantity("z", [M]), True, (M, J, I), (M, I, L))
    assert one != Softmax(W(I, J) * quantity("z", [M]), True, (I, M, J), (I, M, L))
    # With a body that does not care, neither do the positions care which is which.
    assert Softmax(x(I) * x(J), True, (I, J), (L, J)) == Softmax(x(I) * x(J), True, (I, J), (J, L))


def test_a_binder_needs_different_letters() -> None:
    for letters in ((), (I, I)):
        with pytest.raises(ValueError, match="different letters"):
            Sum(x(I), True, letters)


def test_ranges_of_other_sizes_are_other_letters() -> None:
    other = letter("i", size_symbol("P"))
    assert Sum(1, True, [I]) != Sum(1, True, [other])
    assert Sum(quantity("xi", [M, I]), True, [M, I]) == Sum(quantity("xi", [M, I]), True, [I, M])
