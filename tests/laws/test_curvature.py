"""What is called convex is not refuted by a chord, and what composition shows to be convex is called so."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Expr

from neurodyn.calculus import nodes
from neurodyn.calculus.curvature import AFFINE, CONCAVE, CONVEX, UNKNOWN, Curvature, Shape
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.range_of import Ranges
from neurodyn.calculus.ranges import Range
from neurodyn.calculus.reductions import Largest, LogSumExp, Norm, Smallest, Softmax, Sum
from tests.laws.cases import N, World, i, j, k, m
from tests.laws.support import examples, number_of

X = frozenset({"x"})


def x(at: sp.Idx) -> Expr:
    return quantity("x", [at])


def y(at: sp.Idx) -> Expr:
    return quantity("y", [at])


def of(expr: Expr, **signs: Range) -> Curvature:
    """The curvature in x; y is known to be 0 or more, all else is unknown."""
    return Shape(X, Ranges(lambda name: signs.get(name), {})).of(expr)


@st.composite
def bodies(draw: st.DrawFn, depth: int) -> Expr:
    """Expressions of x[i] and x[j] that are often convex, often not, and often nearly so."""
    if depth == 0:
        return draw(
            st.sampled_from([quantity("x", [i]), quantity("x", [j]), quantity("y", [i]), quantity("a"), sp.S(2)])
        )
    one = draw(bodies(depth - 1))
    match draw(st.integers(0, 8)):
        case 0:
            return one + draw(bodies(depth - 1))
        case 1:
            return draw(st.sampled_from([-1, 2, quantity("a"), quantity("y", [i])])) * one
        case 2:
            return one ** draw(st.sampled_from([2, 3, 4, -1, -2, sp.Rational(1, 2), sp.Rational(3, 2)]))
        case 3:
            kind = draw(st.sampled_from([sp.exp, nodes.Relu, nodes.Absolute, nodes.Softplus, nodes.LogCosh]))
            return kind(one)
        case 4:
            kind = draw(st.sampled_from([sp.tanh, sp.log, nodes.Sigmoid, nodes.Heaviside, nodes.Stop, nodes.Expm1]))
            return kind(one)
        case 5:
            kind = draw(st.sampled_from([nodes.Larger, nodes.Smaller]))
            return kind(one, draw(bodies(depth - 1)))
        case 6:
            kind = draw(st.sampled_from([Sum, LogSumExp, Largest, Smallest, Norm]))
            return kind(one, draw(st.sampled_from([sp.true, sp.Ne(i, j)])), [j])
        case 7:
            return sp.sqrt(Sum(one**2, sp.true, [j]) + draw(st.sampled_from([0, 1, quantity("a")])))
        case _:
            condition = draw(st.sampled_from([quantity("a") > 0, quantity("x", [i]) > 0, sp.Eq(i, j)]))
            return nodes.Where(condition, one, draw(bodies(depth - 1)))


def values_along(expr: Expr, world: World, ends: list[np.ndarray], at: dict) -> list[float]:
    """At both ends of a chord, and at points between them."""
    found = []
    for weight in (0.0, 0.25, 0.5, 0.75, 1.0):
        place = (1 - weight) * ends[0] + weight * ends[1]
        try:
            found.append(number_of(expr, World(world.sizes, {**world.values, "x": place}), at))
        except (OverflowError, ValueError, ZeroDivisionError, TypeError):
            found.append(math.nan)
    return found


@given(expr=bodies(3), seed=st.integers(0, 2**16), positive=st.booleans())
@examples(100)
def test_no_chord_refutes_it(expr: Expr, seed: int, positive: bool) -> None:
    rng = np.random.default_rng(seed)
    number = abs(rng.normal()) if positive else rng.normal()
    world = World({"N": 3, "K": 2}, {"y": abs(rng.normal(size=3)), "a": np.array(number)})
    known = {"y": Range(Fraction(0)), "a": Range(Fraction(0)) if positive else Range()}
    found = of(expr, **known)
    assume(found is not UNKNOWN)
    at = {i: 0, j: 1, k: 2, m: 0}
    for _ in range(6):
        ends = list(rng.choice([0.3, 1.0, 5.0]) * rng.normal(size=(2, 3)) * rng.choice([0, 1], (2, 3), p=[0.2, 0.8]))
        f = values_along(expr, world, ends, at)
        if not np.isfinite(f).all():
            continue
        chord = np.interp((0.25, 0.5, 0.75), (0, 1), (f[0], f[-1]))
        above, slack = np.array(f[1:-1]) - chord, 1e-9 * (1 + np.abs(f).max())
        assert not found.is_convex or above.max() <= slack
        assert not found.is_concave or above.min() >= -slack


SHOWN = {
    "affine": (2 * x(i) - y(i), AFFINE),
    "squares": (Sum(x(j) ** 2, sp.true, [j]), CONVEX),
    "minus a log of sums": (-LogSumExp(3 * x(j), sp.true, [j]), CONCAVE),
    "norm": (sp.sqrt(Sum((x(j) - Sum(x(k), sp.true, [k]) / N) ** 2, sp.true, [j]) / N + sp.Rational(1, 100)), CONVEX),
    "ghostmax": (nodes.Softplus(LogSumExp(x(j), sp.true, [j])), CONVEX),
    "log of exponentials": (sp.log(3 + Sum(2 * sp.exp(x(j) ** 2) * sp.cosh(x(j)), sp.true, [j])), CONVEX),
    "log of sums that are none": (sp.log(1 + Sum(sp.exp(x(j)) - 1, sp.true, [j])), UNKNOWN),
    "powers of relu": (nodes.Relu(x(i)) ** 3, CONVEX),
    "what is not": (sp.tanh(x(i)), UNKNOWN),
    "weights": (Softmax(x(j), sp.true, [j], [i]), UNKNOWN),
    "product": (x(i) * x(j), UNKNOWN),
    "looked up by itself": (quantity("z", [quantity("x", [i])]), UNKNOWN),
    "of unknown sign": (quantity("a") * x(i) ** 2, UNKNOWN),
    "cube": (x(i) ** 3, UNKNOWN),
    "its own case": (nodes.Where(x(i) > 0, x(i), 0), UNKNOWN),
}


@pytest.mark.parametrize("name", SHOWN)
def test_by_composition(name: str) -> None:
    expr, meant = SHOWN[name]
    assert of(expr) is meant


def test_sums_and_signs() -> None:
    for p, q in itertools.product(Curvature, repeat=2):
        assert p + q is q + p and (-p) + (-q) is -(p + q)
    assert CONVEX + CONCAVE is UNKNOWN and CONVEX + AFFINE is CONVEX
