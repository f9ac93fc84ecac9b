"""Contraction removes deltas and changes no value."""

from __future__ import annotations

import math

import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Add, Idx, Mul

from neurodyn.calculus.contract import contract, sum_over
from neurodyn.calculus.letters import letter, quantity, same_range, size_symbol
from neurodyn.calculus.nodes import Delta, Where
from neurodyn.calculus.reductions import Softmax, Sum
from tests.laws.cases import Case, I, J, K, L, M, N, O, World, reduce
from tests.laws.strategies import SCOPES, Style, cases, examples, masks, worlds
from tests.laws.support import close, number_of, places, reductions_in

WITH_DELTAS = Style(deltas=True)


def contractible(whole: sp.Expr) -> list[Delta]:
    """Deltas that multiply a term of a sum and hold one of its letters beside another of the same range."""
    found = []
    for one in (r for r in reductions_in(whole) if isinstance(r, Sum)):
        body, _, letters = one.open()
        for term in Add.make_args(sp.expand(body, deep=False)):
            for delta in (f for f in Mul.make_args(term) if isinstance(f, Delta)):
                pair = delta.args
                if set(pair) & set(letters) and all(isinstance(x, Idx) for x in pair) and same_range(*pair):
                    found.append(delta)
    return found


@given(cases(style=WITH_DELTAS), worlds(), st.data())
@examples(120)
def test_contract_keeps_the_value_and_leaves_no_delta(case: Case, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    meant = case.value(world, at)
    result = contract(case.expr)
    assert not contractible(result)
    assume(math.isfinite(meant))
    assert close(number_of(result, world, at), meant)


@given(cases(scopes=[(I, J, L, M, O)], style=WITH_DELTAS), st.data(), worlds())
@examples(120)
def test_sum_over_is_the_sum(case: Case, data: st.DataObject, world: World) -> None:
    at = places(data, world)
    letters = data.draw(st.lists(st.sampled_from((I, J, L, M)), min_size=1, max_size=3, unique=True))
    mask = data.draw(masks(letters, (I, J, L, M, O)))
    meant = reduce(Sum, case, mask, letters).value(world, at)
    result = sum_over(case.expr, letters, mask.expr)
    assert not contractible(result)
    assume(math.isfinite(meant))
    assert close(number_of(result, world, at), meant)


def x(i: Idx) -> sp.Expr:
    return quantity("x", [i])


def test_powers_of_deltas() -> None:
    assert Delta(I, J) ** 2 == Delta(I, J)
    assert sum_over(x(I) * Delta(I, J) * Delta(I, J), [I]) == x(J)
    assert sum_over((x(I) + Delta(I, J)) ** 2, [I]) == Sum(x(I) ** 2, True, [I]) + 2 * x(J) + 1


def test_only_the_bracket_with_the_delta_is_multiplied_out() -> None:
    bracket = quantity("a") + quantity("b")
    assert sum_over(bracket * sp.tanh(x(I)) * (Delta(I, J) + x(I)), [I]) == bracket * (
        sp.tanh(x(J)) + 0
    ) + bracket * Sum(x(I) * sp.tanh(x(I)), True, [I])


def test_conditions() -> None:
    positive = sp.Gt(x(I), 0)
    assert sum_over(Where(positive, Delta(I, J) * x(I), 0), [I]) == Where(sp.Gt(x(J), 0), x(J), 0)
    assert sum_over(Where(positive, Where(sp.Ne(I, L), Delta(I, J), 0), 0), [I]) == Where(
        sp.Gt(x(J), 0), Where(sp.Ne(J, L), 1, 0), 0
    )
    assert sum_over(x(I), [I], sp.Eq(I, J)) == x(J)
    assert sum_over(x(I) * Delta(I, J), [I], sp.Ne(I, J)) == 0


def test_deltas_between_ranges_stay() -> None:
    other = letter("i", size_symbol("P"))
    assert sum_over(x(I) * Delta(I, other), [I]) == Sum(x(I) * Delta(I, other), True, [I])


def test_a_softmax_adds_up_to_one_only_over_its_own_places() -> None:
    body = quantity("W", [I, J])
    assert sum_over(Softmax(body, True, [J], [L]), [L]) == 1
    assert sum_over(Softmax(body, sp.Ne(I, J), [J], [L]), [L, I]) == N
    # A place that the body or the mask also depends on, a place given twice, or a range that is not the softmax's own.
    for weight in (
        Softmax(body, True, [J], [I]),
        Softmax(x(J), sp.Ne(I, J), [J], [I]),
        Softmax(body, True, [I, J], [I, I]),
        Softmax(quantity("z", [M]), True, [M], [I]),
    ):
        assert sum_over(weight, [I]) == Sum(weight, True, [I])
    assert sum_over(Softmax(quantity("xi", [M, I]), True, [M, I], [O, L]), [O, L]) == 1
    assert sum_over(quantity("a"), [I, M]) == N * K * quantity("a")
