"""A range holds every value: of random expressions by plain loops, of functions at corners in many digits."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from neurodyn.calculus import nodes
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.nodes import Relu, Sign, Where
from neurodyn.calculus.range_of import Ranges
from neurodyn.calculus.ranges import ANY, FUNCTIONS, Range, inverse
from neurodyn.calculus.reductions import Sum
from neurodyn.calculus.rewrite import Definition
from tests.laws.cases import Case, World, i, j
from tests.laws.strategies import cases, worlds
from tests.laws.support import examples, number_of, places

BITS = 2500  # so that 1 + 5e-324 is above 1, and its square too
CORNERS = [0.0, 5e-324, 1e-300, 1e-12, 0.3, 1.0, 2.0, 37.5, 699.0, 701.0, 705.0, 745.0, 1e16, 1e300, 1.7e308]
ENDS = st.sampled_from(sorted({s * c for c in CORNERS for s in (-1, 1)} | {inf, -inf}))


def hulls(world: World) -> Ranges:
    """The ranges of quantities from the values that they have."""

    def known(name: str) -> Range:
        values = np.asarray(world.values[name], float)
        return Range(Fraction(values.min()), Fraction(values.max()), bool((values != 0).all()))

    return Ranges(known, {})


def holds(found: Range, value: float) -> bool:
    slack = 1e-9 * (1 + abs(value))
    return found.low - slack <= value <= found.high + slack and not (found.nonzero and value == 0)


@given(st.data())
@examples(60)
def test_of_random_expressions(data: st.DataObject) -> None:
    world, case = data.draw(worlds()), data.draw(cases(depth=data.draw(st.integers(1, 4))))
    assert isinstance(case, Case)
    at = places(data, world)
    value = case.value(world, at)
    assume(np.isfinite(value))
    ranges = hulls(world)
    assert holds(ranges.of(case.expr), value)
    assert not ranges.is_nonnegative(case.expr) or value >= -1e-9
    assert holds(ranges.of(case.expr), number_of(case.expr, world, at))


def inside(of: Range, weight: float) -> mpmath.mpf:
    """A number in a range, by its weight between the ends."""
    low, high = (mpmath.mpf(float(e)) if abs(e) < inf else mpmath.mpf(1e308) * (1 if e > 0 else -1) for e in
                 (of.low, of.high))  # fmt: skip
    return (1 - mpmath.mpf(weight)) * low + mpmath.mpf(weight) * high


ROWS = {
    sp.exp: mpmath.exp, sp.tanh: mpmath.tanh, sp.erf: mpmath.erf, sp.atan: mpmath.atan, sp.sinh: mpmath.sinh,
    sp.cosh: mpmath.cosh, sp.log: mpmath.log, sp.sin: mpmath.sin, sp.cos: mpmath.cos,
    nodes.Sigmoid: lambda x: 1 / (1 + mpmath.exp(-x)), nodes.Softplus: lambda x: mpmath.log(1 + mpmath.exp(x)),
    nodes.LogCosh: lambda x: mpmath.log(mpmath.cosh(x)), nodes.Absolute: abs, nodes.Expm1: mpmath.expm1,
    nodes.Exprel: lambda x: mpmath.expm1(x) / x if x else mpmath.mpf(1), nodes.Relu: lambda x: max(x, mpmath.mpf(0)),
    nodes.ExprelSlope: lambda x: (mpmath.exp(x) * (x - 1) + 1) / x**2 if x else mpmath.mpf(0.5),
    nodes.I0e: lambda x: mpmath.exp(-abs(x)) * mpmath.besseli(0, x), nodes.Heaviside: lambda x: mpmath.mpf(x > 0),
    nodes.Sign: mpmath.sign, nodes.Stop: lambda x: x,
}  # fmt: skip
SMALL = {nodes.I0e, sp.sin, sp.cos, sp.sinh, sp.cosh, nodes.LogCosh, nodes.Softplus, nodes.Exprel, nodes.ExprelSlope}


def within(found: Range, value: mpmath.mpf) -> bool:
    return bool(_least(found.low) <= value <= _least(found.high)) and not (found.nonzero and value == 0)


def _least(end: Fraction | float) -> mpmath.mpf:
    return mpmath.mpf(end.numerator) / end.denominator if isinstance(end, Fraction) else mpmath.mpf(end)


def test_every_function_of_one_argument_is_looked_at() -> None:
    assert ROWS.keys() == FUNCTIONS.keys() - {nodes.Delta, sp.Abs, nodes.Larger, nodes.Smaller}


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
@given(a=ENDS, b=ENDS, weight=st.sampled_from([0.0, 1e-9, 0.3, 0.5, 1.0]))
@examples(50)
def test_of_functions_at_corners(kind: type, a: float, b: float, weight: float) -> None:
    low, high = sorted((a, b))
    assume(low < high or abs(low) < inf)
    of = Range(*(Fraction(e) if abs(e) < inf else e for e in (low, high)))
    with mpmath.workprec(BITS):
        x = inside(of, weight)
        assume(kind not in SMALL or abs(x) < 800)
        assume(kind is not sp.log or (x > 0 and low >= 0))
        assume(kind not in (sp.exp, nodes.Expm1, nodes.Sigmoid) or abs(x) < 1e6)
        assert within(FUNCTIONS[kind](of), ROWS[kind](x))


POWERS = [(2, 1), (3, 1), (1, 2), (1, 3), (3, 2), (-1, 1), (-2, 1), (-1, 2), (-3, 1), (7, 3)]


@given(a=ENDS, b=ENDS, weight=st.sampled_from([0.0, 0.5, 1.0]), power=st.sampled_from(POWERS))
@examples(300)
def test_of_powers_at_corners(a: float, b: float, weight: float, power: tuple[int, int]) -> None:
    low, high = sorted((a, b))
    assume(low < high or abs(low) < inf)
    of, exponent = Range(*(Fraction(e) if abs(e) < inf else e for e in (low, high))), sp.Rational(*power)
    found = Ranges(lambda name: of, {}).of(sp.Pow(quantity("u"), exponent, evaluate=False))
    with mpmath.workprec(BITS):
        x = inside(of, weight)
        assume((x > 0 or exponent.is_Integer) and (x != 0 or exponent > 0))
        assert within(found, x ** (mpmath.mpf(power[0]) / power[1]))


def test_what_is_not_zero() -> None:
    """A number that hides a zero is not told to differ from 0; an irrational one is."""
    hidden = sp.Add((1 + sp.sqrt(2)) ** 2, -3, -2 * sp.sqrt(2), evaluate=False)
    ranges = Ranges(lambda name: None, {})
    assert not ranges.of(hidden).has_no_zero
    assert ranges.of(sp.pi - 3).is_positive and ranges.of(sp.sqrt(2) - sp.Rational(3, 2)).is_nonpositive
    assert inverse(Range(Fraction(0), inf, nonzero=True)) == Range(Fraction(0), inf, nonzero=True)


def test_a_sign_takes_any_value_at_its_tie() -> None:
    h, tie = quantity("h"), quantity("tie")
    ranges = Ranges(lambda name: Range(Fraction(5), Fraction(7)) if name == "tie" else ANY, {})
    assert ranges.of(Sign(h, tie)) == Range(Fraction(-1), Fraction(7))


def test_a_recursion_comes_to_an_end() -> None:
    """`y[i]` that is made of `y[j]`: nothing is known of the part that goes round."""
    y = Definition((i,), Where(i > 0, Sum(quantity("y", [j]), sp.true, [j]), 2))
    ranges = Ranges(lambda name: None, {"y": y})
    assert ranges.of(quantity("y", [i])) == ANY
    assert ranges.of(Relu(quantity("y", [i]))).is_nonnegative
