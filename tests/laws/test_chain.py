"""Derivatives through definitions, taken definition by definition, equal differences of the whole."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from neurodyn.calculus.chain import Chain
from neurodyn.calculus.letters import indices_of, name_of, quantity
from neurodyn.calculus.normal import equal
from neurodyn.calculus.reductions import LogSumExp, Sum
from neurodyn.calculus.rewrite import Definition, inline, substitute
from tests.laws.cases import Case, World, i, j, k, m, n
from tests.laws.strategies import Style, cases, worlds
from tests.laws.support import close, examples, number_of, places, slope

SMOOTH = Style(smooth=True)
OF_I = cases(depth=2, scopes=[(i,)], style=SMOOTH)
LETTERS = {"x": (i,), "y": (i,), "E": (), "z": (m,), "W": (i, j), "xi": (m, i)}


def tabulated(case: Case, world: World) -> np.ndarray:
    return np.array([case.value(world, {i: row}) for row in range(world.sizes["N"])])


def with_old_y(expr: sp.Expr) -> sp.Expr:
    """y is the name of a definition; what its own text calls y is another quantity."""
    return substitute(expr, lambda r: quantity("v", indices_of(r)) if name_of(r) == "y" else None)


def observed(energy: Case, y: Case) -> Callable[[World], float]:
    """The energy as a function of the world, with y computed from it."""
    return lambda world: energy.value(World(world.sizes, {**world.values, "y": tabulated(y, world)}), {})


def check(found: sp.Expr, f: Callable[[float], float], world: World, at: dict) -> None:
    expected, error = slope(f)
    assume(math.isfinite(expected) and error < 1e-7 * max(1, abs(expected)))
    assert close(number_of(found, world, at), expected, 1e-6)


@given(cases(scopes=[()], style=SMOOTH), OF_I, OF_I, worlds(), st.data())
@examples(20)
def test_partial_derivatives_and_rates(energy: Case, y: Case, flow: Case, world: World, data: st.DataObject) -> None:
    at = places(data, world)
    world = World(world.sizes, {**world.values, "v": world.values["y"], "t": np.array(0.0)})
    definitions = {"y": Definition((i,), with_old_y(y.expr)), "E": Definition((), energy.expr)}
    flows = {"x": Definition((i,), with_old_y(flow.expr))}
    chain = Chain(definitions, LETTERS, flows.get)
    E, f = quantity("E"), observed(energy, y)

    by_x = inline(chain.partial(E, quantity("x", [j])), chain.definitions)
    check(by_x, lambda h: f(world.shifted("x", (at[j],), h)), world, at)

    # y counts as independent when it is what is differentiated by.
    now = World(world.sizes, {**world.values, "y": tabulated(y, world)})
    by_y = inline(chain.partial(E, quantity("y", [j])), chain.definitions)
    check(by_y, lambda h: energy.value(now.shifted("y", (at[j],), h), {}), world, at)

    velocity = tabulated(flow, world)
    assume(np.isfinite(velocity).all())
    rate = inline(chain.rate(E), chain.definitions)
    check(rate, lambda h: f(World(world.sizes, {**world.values, "x": world.values["x"] + h * velocity})), world, at)


def test_an_energy_through_its_overlaps() -> None:
    x = lambda index: quantity("x", [index])  # noqa: E731
    overlap = Definition((m,), Sum(quantity("xi", [m, i]) * x(i), True, [i]))
    energy = Sum(x(i) ** 2, True, [i]) / 2 - LogSumExp(quantity("o", [m]), True, [m])
    chain = Chain({"o": overlap, "E": Definition((), energy)}, {**LETTERS, "o": (m,)}, {}.get)
    found = inline(chain.partial(quantity("E"), x(k)), chain.definitions)
    direct = Chain({"E": Definition((), inline(energy, {"o": overlap}))}, LETTERS, {}.get)
    assert equal(found, inline(direct.partial(quantity("E"), x(k)), direct.definitions))
    assert chain.partial(quantity("E"), quantity("q", [n])) == 0
