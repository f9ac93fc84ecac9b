"""Letters are renamed without capture, by our own function and by SymPy's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Idx

from neurodyn.calculus.letters import quantity, reindex
from neurodyn.calculus.reductions import ArgLargest, LogSumExp, Sum
from tests.laws.cases import LETTERS, Case, World, i, j, k
from tests.laws.strategies import cases, moves, worlds
from tests.laws.support import agree, examples, places


@given(cases(scopes=[LETTERS]), moves(), worlds(), st.data())
@examples(70)
def test_reindex_is_evaluation_at_the_moved_place(
    case: Case, move: dict[Idx, Case], world: World, data: st.DataObject
) -> None:
    at = places(data, world)
    moved = {**at, **{old: int(new.value(world, at)) for old, new in move.items()}}
    meant = case.value(world, moved)
    result = reindex(case.expr, {old: new.expr for old, new in move.items()})
    assert agree(result, meant, world, at)


@given(cases(scopes=[LETTERS]), moves(), worlds(), st.data())
@examples(30)
def test_sympy_walkers_do_not_capture_either(
    case: Case, move: dict[Idx, Case], world: World, data: st.DataObject
) -> None:
    at = places(data, world)
    old, new = next(iter(move.items()))
    meant = case.value(world, {**at, old: int(new.value(world, at))})
    for result in (case.expr.xreplace({old: new.expr}), case.expr.subs(old, new.expr)):
        assert agree(result, meant, world, at)


@given(cases(), cases(depth=2, scopes=[()]), worlds(), st.data())
@examples(40)
def test_a_binder_put_for_a_number_captures_nothing(case: Case, put: Case, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    b = put.value(world, {})
    assume(math.isfinite(b))
    changed = World(world.sizes, {**world.values, "a": np.array(b)})
    meant = case.value(changed, at)
    a = quantity("a")
    for result in (case.expr.xreplace({a: put.expr}), case.expr.subs(a, put.expr)):
        assert agree(result, meant, world, at)


def W(a: Any, b: Any) -> Any:
    return quantity("W", [a, b])


def test_the_letter_that_is_bound_in_the_text_can_be_put_in() -> None:
    rows = Sum(W(i, j) * quantity("x", [j]), True, [j])
    moved = Sum(W(j, k) * quantity("x", [k]), True, [k])
    assert reindex(rows, {i: j}) == rows.xreplace({i: j}) == rows.subs(i, j) == moved
    assert reindex(rows, {j: k}) == rows


def test_letters_are_exchanged_at_once() -> None:
    assert reindex(W(i, j), {i: j, j: i}) == W(j, i)


def test_a_found_position_under_several_binders() -> None:
    found = ArgLargest(Sum(W(j, k), True, [k]), True, [j])
    body = quantity("h", [i, j, k])
    assert reindex(Sum(Sum(body, True, [j]), True, [k]), {i: found}) == Sum(
        Sum(quantity("h", [found, j, k]), True, [j]), True, [k]
    )


def test_reserved_letters_are_refused() -> None:
    own = LogSumExp(quantity("x", [j]), True, [j])
    with pytest.raises(ValueError, match="open the binder"):
        reindex(own.body, {own.letters[0]: i})
    with pytest.raises(ValueError, match="open the binder"):
        reindex(W(i, j), {i: own.letters[0]})


def test_a_rebuild_that_would_capture_is_refused() -> None:
    nested = Sum(Sum(sp.tanh(W(j, k)), True, [j]), True, [k])
    with pytest.raises(ValueError, match="captured"):
        nested.replace(sp.tanh, lambda u: u * Sum(quantity("z", [j]), True, [j]))


def test_sympy_diff_is_refused() -> None:
    with pytest.raises(TypeError, match="derivative"):
        Sum(quantity("x", [j]) ** 2, True, [j]).diff(quantity("x", [i]))
