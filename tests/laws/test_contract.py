"""Contraction removes deltas and changes no value."""

from __future__ import annotations

import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy import Add, Idx, Mul

from neurodyn.calculus.contract import contract, sum_over
from neurodyn.calculus.letters import letter, quantity, same_range, size_symbol
from neurodyn.calculus.nodes import Delta, Where
from neurodyn.calculus.reductions import Softmax, Sum
from tests.laws.cases import Case, K, N, World, i, j, k, m, n, reduce
from tests.laws.strategies import Style, cases, masks, worlds
from tests.laws.support import agree, examples, places, reductions_in

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


@given(cases(style=WITH_DELTAS), worlds(least=2), st.data())
@examples(60)
def test_contract_keeps_the_value_and_leaves_no_delta(case: Case, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    meant = case.value(world, at)
    result = contract(case.expr)
    assert not contractible(result)
    assert agree(result, meant, world, at)


@given(cases(scopes=[(i, j, k, m, n)], style=WITH_DELTAS), st.data(), worlds(least=2))
@examples(60)
def test_sum_over_is_the_sum(case: Case, data: st.DataObject, world: World) -> None:
    at = places(data, world)
    letters = data.draw(st.lists(st.sampled_from((i, j, k, m)), min_size=1, max_size=3, unique=True))
    mask = data.draw(masks(letters, (i, j, k, m, n)))
    meant = reduce(Sum, case, mask, letters).value(world, at)
    result = sum_over(case.expr, letters, mask.expr)
    assert not contractible(contract(result))
    assert agree(result, meant, world, at)


def x(index: Idx) -> sp.Expr:
    return quantity("x", [index])


def test_powers_of_deltas() -> None:
    assert Delta(i, j) ** 2 == Delta(i, j)
    assert sum_over(x(i) * Delta(i, j) * Delta(i, j), [i]) == x(j)
    assert sum_over((x(i) + Delta(i, j)) ** 2, [i]) == Sum(x(i) ** 2, True, [i]) + 2 * x(j) + 1


def test_only_the_bracket_with_the_delta_is_multiplied_out() -> None:
    bracket = quantity("a") + quantity("b")
    assert sum_over(bracket * sp.tanh(x(i)) * (Delta(i, j) + x(i)), [i]) == bracket * (
        sp.tanh(x(j)) + 0
    ) + bracket * Sum(x(i) * sp.tanh(x(i)), True, [i])


def test_conditions() -> None:
    positive = sp.Gt(x(i), 0)
    assert sum_over(Where(positive, Delta(i, j) * x(i), 0), [i]) == Where(sp.Gt(x(j), 0), x(j), 0)
    assert sum_over(Where(positive, Where(sp.Ne(i, k), Delta(i, j), 0), 0), [i]) == Where(
        sp.Gt(x(j), 0), Where(sp.Ne(j, k), 1, 0), 0
    )
    assert sum_over(x(i), [i], sp.Eq(i, j)) == x(j)
    assert sum_over(x(i) * Delta(i, j), [i], sp.Ne(i, j)) == 0


def test_deltas_between_ranges_stay() -> None:
    other = letter("i", size_symbol("P"))
    assert sum_over(x(i) * Delta(i, other), [i]) == Sum(x(i) * Delta(i, other), True, [i])


def test_a_softmax_adds_up_to_one_only_over_its_own_places() -> None:
    body = quantity("W", [i, j])
    assert sum_over(Softmax(body, True, [j], [k]), [k]) == 1
    assert sum_over(Softmax(body, sp.Ne(i, j), [j], [k]), [k, i]) == N
    # A place that the body or the mask also depends on, a place given twice, or a range that is not the softmax's own.
    for weight in (
        Softmax(body, True, [j], [i]),
        Softmax(x(j), sp.Ne(i, j), [j], [i]),
        Softmax(body, True, [i, j], [i, i]),
        Softmax(quantity("z", [m]), True, [m], [i]),
    ):
        assert sum_over(weight, [i]) == Sum(weight, True, [i])
    assert sum_over(Softmax(quantity("xi", [m, i]), True, [m, i], [n, k]), [n, k]) == 1
    assert sum_over(quantity("a"), [i, m]) == N * K * quantity("a")
