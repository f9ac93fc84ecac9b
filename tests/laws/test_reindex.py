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
from tests.laws.cases import LETTERS, Case, I, J, L, World
from tests.laws.strategies import cases, examples, moves, worlds
from tests.laws.support import close, number_of, places


@given(cases(scopes=[LETTERS]), moves(), worlds(), st.data())
@examples(120)
def test_reindex_is_evaluation_at_the_moved_place(
    case: Case, move: dict[Idx, Case], world: World, data: st.DataObject
) -> None:
    at = places(data, world)
    moved = {**at, **{old: int(new.value(world, at)) for old, new in move.items()}}
    meant = case.value(world, moved)
    assume(math.isfinite(meant))
    result = reindex(case.expr, {old: new.expr for old, new in move.items()})
    assert close(number_of(result, world, at), meant)


@given(cases(scopes=[LETTERS]), moves(), worlds(), st.data())
@examples(40)
def test_sympy_walkers_do_not_capture_either(
    case: Case, move: dict[Idx, Case], world: World, data: st.DataObject
) -> None:
    at = places(data, world)
    old, new = next(iter(move.items()))
    meant = case.value(world, {**at, old: int(new.value(world, at))})
    assume(math.isfinite(meant))
    for result in (case.expr.xreplace({old: new.expr}), case.expr.subs(old, new.expr)):
        assert close(number_of(result, world, at), meant)


@given(cases(), cases(depth=2, scopes=[()]), worlds(), st.data())
@examples(60)
def test_a_binder_put_for_a_number_captures_nothing(case: Case, put: Case, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    b = put.value(world, {})
    assume(math.isfinite(b))
    changed = World(world.sizes, {**world.values, "a": np.array(b)})
    meant = case.value(changed, at)
    assume(math.isfinite(meant))
    a = quantity("a")
    for result in (case.expr.xreplace({a: put.expr}), case.expr.subs(a, put.expr)):
        assert close(number_of(result, world, at), meant)


def W(a: Any, b: Any) -> Any:
    return quantity("W", [a, b])


def test_the_letter_that_is_bound_in_the_text_can_be_put_in() -> None:
    rows = Sum(W(I, J) * quantity("x", [J]), True, [J])
    moved = Sum(W(J, L) * quantity("x", [L]), True, [L])
    assert reindex(rows, {I: J}) == rows.xreplace({I: J}) == rows.subs(I, J) == moved
    assert reindex(rows, {J: L}) == rows


def test_letters_are_exchanged_at_once() -> None:
    assert reindex(W(I, J), {I: J, J: I}) == W(J, I)


def test_a_found_position_under_several_binders() -> None:
    found = ArgLargest(Sum(W(J, L), True, [L]), True, [J])
    body = quantity("h", [I, J, L])
    assert reindex(Sum(Sum(body, True, [J]), True, [L]), {I: found}) == Sum(
        Sum(quantity("h", [found, J, L]), True, [J]), True, [L]
    )


def test_reserved_letters_are_refused() -> None:
    own = LogSumExp(quantity("x", [J]), True, [J])
    with pytest.raises(ValueError, match="open the binder"):
        reindex(own.body, {own.letters[0]: I})
    with pytest.raises(ValueError, match="open the binder"):
        reindex(W(I, J), {I: own.letters[0]})


def test_a_rebuild_that_would_capture_is_refused() -> None:
    nested = Sum(Sum(sp.tanh(W(J, L)), True, [J]), True, [L])
    with pytest.raises(ValueError, match="captured"):
        nested.replace(sp.tanh, lambda u: u * Sum(quantity("z", [J]), True, [J]))


def test_sympy_diff_is_refused() -> None:
    with pytest.raises(TypeError, match="derivative"):
        Sum(quantity("x", [J]) ** 2, True, [J]).diff(quantity("x", [I]))
