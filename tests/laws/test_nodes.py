"""Derivatives of every elementwise function, also next to and at the places where a formula would break."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath
import pytest
import sympy as sp

from neurodyn.calculus import nodes
from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.nodes import Where
from tests.program.reference import evaluate

u, y = quantity("u"), quantity("y")

TINY = (0.0, 1e-300, 1e-12, -1e-12, 1e-9, 1e-5, -1e-3, 0.05, 0.19, -0.21)
PLAIN = (0.7, -1.3, 2.0, -5.0)
LARGE = (30.0, -30.0, 300.0, -300.0)


def smooth(f: Callable[[mpmath.mpf], mpmath.mpf]) -> Callable[[float], float]:
    """The derivative of an analytic function, to many digits."""

    def slope(at: float) -> float:
        with mpmath.workdps(60):
            return float(mpmath.taylor(f, mpmath.mpf(at), 1)[1])

    return slope


def exprel_slope(x: float) -> float:
    """Moments of exp: the integral of s**2*exp(x*s) over 0 <= s <= 1 is the derivative of that of s*exp(x*s)."""
    return float(mpmath.hyp1f1(3, 4, x) / 3)


# name -> (node, its derivative by other means, where)
SMOOTH = {
    "sigmoid": (nodes.Sigmoid, lambda x: float(1 / (2 + mpmath.exp(x) + mpmath.exp(-x))), TINY + PLAIN + LARGE),
    "softplus": (nodes.Softplus, lambda x: float(1 / (1 + mpmath.exp(-x))), TINY + PLAIN + LARGE),
    "logcosh": (nodes.LogCosh, math.tanh, TINY + PLAIN + LARGE),
    "log cosh": (lambda x: sp.log(sp.cosh(x)), math.tanh, TINY + PLAIN + LARGE),
    "log 1+exp": (lambda x: sp.log(1 + sp.exp(x)), lambda x: float(1 / (1 + mpmath.exp(-x))), TINY + PLAIN + LARGE),
    "expm1": (nodes.Expm1, math.exp, TINY + PLAIN + LARGE),
    "log1p": (nodes.Log1p, lambda x: 1 / (1 + x), (*TINY, 0.7, 2.0, 1e12)),
    "exprel": (nodes.Exprel, lambda x: float(mpmath.hyp1f1(2, 3, x) / 2), TINY + PLAIN + LARGE),
    "slope of exprel": (nodes.ExprelSlope, exprel_slope, TINY + PLAIN + LARGE),
    "erf": (sp.erf, lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x), TINY + PLAIN),
    "tanh": (sp.tanh, smooth(mpmath.tanh), TINY + PLAIN),
    "atan": (sp.atan, lambda x: 1 / (1 + x * x), TINY + PLAIN + LARGE),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_functions(name: str) -> None:
    node, slope, where = SMOOTH[name]
    found = derivative(node(u), u)
    for at in where:
        assert math.isclose(evaluate(found, {"u": at}, {}, {}), slope(at), rel_tol=1e-10, abs_tol=1e-290), at


def scaled_bessel(order: int) -> Callable[[float], float]:
    def slope(x: float) -> float:
        with mpmath.workdps(40):
            size, odd = abs(mpmath.mpf(x)), mpmath.sign(x)
            down = mpmath.besseli(order, size, 1) - mpmath.besseli(order, size)
            return float(mpmath.exp(-size) * down * odd ** (order + 1))

    return slope


@pytest.mark.parametrize(("node", "order"), [(nodes.I0e, 0), (nodes.I1e, 1)])
def test_scaled_bessel_functions(node: type, order: int) -> None:
    found = derivative(node(u), u)
    for at in (1e-12, -1e-12, 1e-6, 0.3, *PLAIN, *LARGE):
        assert math.isclose(evaluate(found, {"u": at}, {}, {}), scaled_bessel(order)(at), rel_tol=1e-9), at
    # At 0 both have a kink or none: I0e has one, and its slope is the mean of the two sides.
    assert evaluate(found, {"u": 0.0}, {}, {}) == (0.5 if order else 0)


KINKS = [
    (nodes.Absolute(u), {-2.0: -1, 0.0: 0, 3.0: 1}),
    (nodes.Relu(u), {-2.0: 0, 0.0: 0, 3.0: 1}),
    (nodes.Larger(u, y), {-2.0: 0, 1.0: 0, 3.0: 1}),
    (nodes.Larger(y, u), {-2.0: 0, 1.0: 1, 3.0: 1}),
    (nodes.Smaller(u, y), {-2.0: 1, 1.0: 0, 3.0: 0}),
    (nodes.Smaller(y, u), {-2.0: 1, 1.0: 1, 3.0: 0}),
    (nodes.Heaviside(u), {-2.0: 0, 0.0: 0, 3.0: 0}),
    (nodes.Sign(u), {-2.0: 0, 0.0: 0}),
    (nodes.Sign(u, y), {-2.0: 0, 0.0: 0}),
    (nodes.Floor(u), {0.5: 0, 1.0: 0}),
    (nodes.Stop(u**2) * u, {2.0: 4}),
    (Where(u > 0, sp.log(u), -u), {-1.0: -1, 0.0: -1, 4.0: 0.25}),
    (nodes.Larger(u, y) + nodes.Smaller(u, y), {-2.0: 1, 1.0: 0, 3.0: 1}),
]


@pytest.mark.parametrize(("expr", "slopes"), KINKS, ids=lambda v: str(v)[:40])
def test_kinks_and_jumps(expr: sp.Expr, slopes: dict[float, float]) -> None:
    found = derivative(expr, u)
    for at, slope in slopes.items():
        assert evaluate(found, {"u": at, "y": 1.0}, {}, {}) == slope


@pytest.mark.parametrize("place", [(1.0, 2.0), (-1.0, 2.0), (-3.0, -0.5), (2.0, 0.0), (0.0, 2.0)])
def test_atan2(place: tuple[float, float]) -> None:
    b, a = place
    by_y, by_u = (derivative(nodes.Atan2(y, u), s) for s in (y, u))
    assert evaluate(by_y, {"y": b, "u": a}, {}, {}) == pytest.approx(a / (a * a + b * b), abs=1e-15)
    assert evaluate(by_u, {"y": b, "u": a}, {}, {}) == pytest.approx(-b / (a * a + b * b), abs=1e-15)


def test_powers() -> None:
    exponent = derivative(u**y, y)
    assert evaluate(exponent, {"u": 2.0, "y": 3.0}, {}, {}) == pytest.approx(8 * math.log(2))
    assert evaluate(derivative(u**y, u), {"u": 0.0, "y": 2.0}, {}, {}) == 0


def test_parity() -> None:
    for node in (nodes.Absolute, nodes.LogCosh, nodes.I0e):
        assert node(-u) == node(u) and node(u - y) == node(y - u)
    for node in (nodes.Sign, nodes.I1e):
        assert node(-u) == -node(u)
    assert nodes.Sign(-u, y) != -nodes.Sign(u, y)


def test_flags_are_their_own_powers() -> None:
    flag = nodes.Heaviside(u)
    assert flag**2 == flag * flag == flag and flag ** sp.Rational(1, 2) == flag
    assert flag**-1 != flag
