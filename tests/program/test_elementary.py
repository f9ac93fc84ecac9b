"""Every function of the vocabulary has an array form, exact where the textbook form is not."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy import Expr

from neurodyn.calculus import nodes
from neurodyn.calculus.vocabulary import ELEMENTWISE, Row
from neurodyn.program.runtime import power
from neurodyn.program.spellings import FUNCTIONS
from tests.program.cases import check, compiled, i, q

x, y = q("x", (i,)), q("y", (i,))
u = q("u", (i,))


@pytest.mark.parametrize("row", ELEMENTWISE.values(), ids=lambda row: row.name)
def test_the_vocabulary_has_array_forms(row: Row) -> None:
    make = row.make
    positive = 1 + x**2
    for arity in row.arity:
        arguments = {1: (positive,), 2: (positive, y), 3: (x, -1, 1)}.get(arity, (sp.Gt(x, 0), x, y))
        if make is nodes.Where:
            arguments = (sp.Gt(x, 0), x, y)
        check(make(*arguments), (i,))


@pytest.mark.parametrize("kind", FUNCTIONS, ids=lambda kind: kind.__name__)
def test_functions_of_the_table(kind: type) -> None:
    if issubclass(kind, sp.core.relational.Relational):
        expr = nodes.Where(kind(x, y), 1, 2)
    elif kind is sp.Not:
        expr = nodes.Where(sp.Not(sp.And(sp.Gt(x, 0), sp.Gt(y, 0))), 1, 2)
    elif kind in (nodes.Larger, nodes.Smaller, nodes.Atan2):
        expr = kind(x, y)
    elif kind in (sp.asin, sp.acos, sp.atanh):
        expr = kind(sp.tanh(x))
    else:
        expr = kind(2 + x**2) if kind in (sp.log, sp.acosh, nodes.Log1p) else kind(x)
    check(expr, (i,))


def exact(function: object, points: np.ndarray) -> np.ndarray:
    with mpmath.workdps(60):
        return np.array([float(function(mpmath.mpf(p))) for p in points])  # type: ignore[operator]


def quotient(v: mpmath.mpf) -> mpmath.mpf:
    return mpmath.mpf(1) if v == 0 else mpmath.expm1(v) / v


def slope(v: mpmath.mpf) -> mpmath.mpf:
    return mpmath.mpf(1) / 2 if v == 0 else (mpmath.exp(v) * (v - 1) + 1) / v**2


STABLE: list[tuple[Expr, object, list[float]]] = [
    (sp.log(sp.cosh(u)), lambda v: mpmath.log(mpmath.cosh(v)), [0.0, 1e-9, -1e-4, 0.7, -30.0, 599.0, 601.0, 5000.0]),
    (sp.log(1 + sp.exp(u)), lambda v: mpmath.log1p(mpmath.exp(v)), [0.0, -700.0, -40.0, 1e-9, 30.0, 5000.0]),
    (sp.log(1 + u), mpmath.log1p, [0.0, 1e-12, -1e-9, 0.5, 100.0]),
    (sp.exp(u) - 1, mpmath.expm1, [0.0, 1e-12, -1e-9, 2.0, -50.0]),
    (u / (sp.exp(u) - 1), lambda v: 1 / quotient(v), [0.0, 1e-12, -1e-9, 1e-3, 2.0, -50.0, 300.0]),
    ((sp.exp(u) - 1) / u, quotient, [0.0, 1e-12, -1e-9, 1e-3, 2.0, -50.0, 300.0]),
    (
        (10 - u) / (100 * (sp.exp((10 - u) / 10) - 1)),
        lambda v: 1 / quotient((10 - v) / 10) / 10,
        [10.0, 10 + 1e-9, 9.0, -60.0],
    ),
    (nodes.ExprelSlope(u), slope, [0.0, 1e-12, -1e-5, 0.3, -0.999, 1.0, 1.001, -1.001, 20.0, -80.0]),
    (nodes.Sigmoid(u), lambda v: 1 / (1 + mpmath.exp(-v)), [0.0, -700.0, 700.0, 1e-3]),
]


@pytest.mark.parametrize(("expr", "function", "points"), STABLE, ids=[str(case[0]) for case in STABLE])
def test_stable_forms_are_exact_at_their_singular_points(expr: Expr, function: object, points: list[float]) -> None:
    values = np.array(points)
    got = compiled(expr, (i,), sizes={"N": len(points)}).bind({})(0.0, {"u": values})["out"]
    np.testing.assert_allclose(got, exact(function, values), rtol=1e-14, atol=0)


def test_ties_and_thresholds() -> None:
    values = {"x": np.array([-1.0, 0.0, 2.0, np.nan]), "y": np.full(4, 7.0)}
    for expr, wanted in [
        (nodes.Heaviside(x), [0, 0, 1, np.nan]),
        (nodes.Sign(x), [-1, 0, 1, np.nan]),
        (nodes.Sign(x, y), [-1, 7, 1, np.nan]),
        (nodes.Relu(x), [0, 0, 2, np.nan]),
    ]:
        got = compiled(expr, (i,)).bind({})(0.0, values)["out"]
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("exponent", [1.0, 2.0, 3.0, 5.0, 64.0, 65.0, 0.0, -2.0, 2.5, np.inf, np.nan])
def test_powers_whose_exponent_is_a_value(exponent: float) -> None:
    """Whole ones are products, all others NumPy's: the same numbers, of arrays and of single numbers."""
    points = np.array([-3.0, -1.25, -0.0, 0.7, 1.5, np.inf, np.nan])
    with np.errstate(all="ignore"):
        expected = points**exponent
        np.testing.assert_allclose(power(points, exponent), expected, rtol=2e-14)
        np.testing.assert_allclose([power(p, np.float64(exponent)) for p in points], expected, rtol=2e-14)


def test_the_first_power_is_an_array_of_its_own() -> None:
    """What it is the power of may be an output, or used again, while the power is multiplied in place."""
    x = np.array([1.5, -2.0])
    assert power(x, 1.0) is not x
    np.testing.assert_array_equal(power(x, 1.0), x)
