"""Definitions are put in for their names without capture."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from neurodyn.calculus.letters import indices_of, name_of, names_in, quantity
from neurodyn.calculus.reductions import Softmax, Sum
from neurodyn.calculus.rewrite import Definition, inline, substitute, transform
from tests.laws.cases import Case, World, i, j, k
from tests.laws.strategies import cases, worlds
from tests.laws.support import agree, examples, places


def renamed(expr: sp.Expr, names: Mapping[str, str]) -> sp.Expr:
    return substitute(expr, lambda r: quantity(names[name_of(r)], indices_of(r)) if name_of(r) in names else None)


def tabulated(case: Case, world: World) -> np.ndarray:
    return np.array([case.value(world, {i: row}) for row in range(world.sizes["N"])])


OF_I = cases(depth=2, scopes=[(i,)])


@given(cases(), OF_I, OF_I, worlds(), st.data())
@examples(30)
def test_inline(case: Case, first: Case, second: Case, world: World, data: st.DataObject) -> None:
    """x is defined by old x and y, and y by the new x and old y."""
    at = places(data, world)
    old = World(world.sizes, {**world.values, "u": world.values["x"], "v": world.values["y"]})
    definitions = {
        "x": Definition((i,), renamed(first.expr, {"x": "u", "y": "v"})),
        "y": Definition((i,), renamed(second.expr, {"y": "v"})),
    }
    new = World(old.sizes, {**old.values, "x": tabulated(first, world)})
    new = World(old.sizes, {**new.values, "y": tabulated(second, new)})
    meant = case.value(new, at)
    assume(all(np.isfinite(new.values[name]).all() for name in "xy"))
    result = inline(case.expr, definitions)
    assert not names_in(result) & {"x", "y"}
    assert agree(result, meant, old, at)
    kept = inline(case.expr, definitions, stop=frozenset(["x"]))
    assert agree(kept, meant, new, at)


@given(cases())
@examples(20)
def test_a_change_of_nothing_is_identity(case: Case) -> None:
    assert transform(case.expr, lambda node: node) == case.expr
    assert substitute(case.expr, lambda reference: None) == case.expr


def test_a_definition_with_the_letter_that_is_bound_around() -> None:
    rows = Definition((i,), Sum(quantity("W", [i, j]) * quantity("x", [j]), True, [j]))
    whole = Sum(quantity("r", [j]) * quantity("y", [j]), True, [j])
    expected = Sum(Sum(quantity("W", [j, k]) * quantity("x", [k]), True, [k]) * quantity("y", [j]), True, [j])
    assert inline(whole, {"r": rows}) == expected


def test_positions_of_a_softmax_are_rewritten_too() -> None:
    weight = Softmax(quantity("x", [i]), True, [i], [quantity("p", [k])])
    assert inline(weight, {"p": Definition((i,), quantity("q", [i]))}) == Softmax(
        quantity("x", [i]), True, [i], [quantity("q", [k])]
    )


def test_long_chains_are_inlined_once() -> None:
    chain = {f"d{s}": Definition((), quantity(f"d{s + 1}") + sp.tanh(quantity(f"d{s + 1}"))) for s in range(12)}
    assert names_in(inline(quantity("d0"), chain)) == {"d12"}


def test_a_definition_is_taken_at_as_many_positions_as_it_has_letters() -> None:
    with pytest.raises(ValueError, match="zip"):
        Definition((i,), quantity("x", [i])).at([i, j])
