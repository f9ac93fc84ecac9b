"""Squared distances by matrix products keep a small relative error, however close the points are."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from neurodyn.calculus.letters import letter, size_symbol
from neurodyn.calculus.letters import quantity as q
from neurodyn.calculus.reductions import Norm, Softmax, Sum
from neurodyn.program.lower import Output, lower
from neurodyn.program.numpy_printer import Compiled, numpy_function

TRUE = sp.S.true
D, M, B = size_symbol("D"), size_symbol("M"), size_symbol("B")
i, h, m, b = letter("i", D), letter("h", D), letter("m", M), letter("b", B)
SIZES = {"D": 60, "M": 90, "B": 4}
BOUND = 64 * (SIZES["D"] + 8) * 1.1102230246251565e-16


def function(expr: sp.Expr, letters: tuple[sp.Idx, ...], trials: bool, states: tuple[str, ...] = ("x",)) -> Compiled:
    constant = {"y", "c", "s"} - set(states)
    program = lower(
        [Output("out", letters, expr)], definitions={}, sizes=SIZES, constant=constant, states=states, trials=trials
    )
    return numpy_function(program)


def exact(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Squared distances between the last axes, in extended precision."""
    difference = x[..., None, :].astype(np.longdouble) - y.astype(np.longdouble)
    return (difference**2).sum(-1)


def points(seed: int, offset: float, near: float) -> tuple[np.ndarray, np.ndarray]:
    """Points far from the origin by `offset`, the first of them within about `near` of one of the others."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(SIZES["M"], SIZES["D"])) + offset
    x = rng.normal(size=(7, SIZES["D"])) + offset
    x[:3] = y[[5, 0, 5]] + near * rng.normal(size=(3, SIZES["D"]))
    return x, y


@pytest.mark.parametrize("offset", [0.0, 1e3])
@pytest.mark.parametrize("near", [0.0, 1e-12, 1e-6, 1e-2])
def test_relative_error(offset: float, near: float) -> None:
    distance = Sum((q("x", (i,)) - q("y", (m, i))) ** 2, TRUE, [i])
    x, y = points(1, offset, near)
    together = function(distance, (m,), True)
    assert "products.squares" in together.source
    got = together.bind({"y": y})(0.0, {"x": x})["out"]
    np.testing.assert_allclose(got, exact(x, y).astype(float), rtol=BOUND, atol=0)
    alone = function(distance, (m,), False).bind({"y": y})
    for k in range(len(x)):
        np.testing.assert_allclose(alone(0.0, {"x": x[k]})["out"], got[k], rtol=2 * BOUND, atol=0)


def test_all_pairs_close() -> None:
    x, y = points(2, 0.0, 0.0)
    x, y = x * 1e-9 + 1.0, np.vstack([y * 1e-9 + 1.0, -np.ones((1, SIZES["D"]))])[1:]
    distance = Sum((q("x", (i,)) - q("y", (m, i))) ** 2, TRUE, [i])
    got = function(distance, (m,), True).bind({"y": y})(0.0, {"x": x})["out"]
    np.testing.assert_allclose(got, exact(x, y).astype(float), rtol=BOUND, atol=0)


def test_forms_of_a_distance() -> None:
    """A weighted bracket, a norm, coordinates over two letters, points that move, points by rows."""
    x, y = points(3, 0.0, 1e-3)
    at, of, scale = q("x", (i,)), q("y", (m, i)), q("s")
    near = np.sqrt(exact(x, y).astype(float))
    got = function(Norm(at - of, TRUE, [i]), (m,), True).bind({"y": y})(0.0, {"x": x})["out"]
    np.testing.assert_allclose(got, near, rtol=BOUND)
    c = np.linspace(-1, 1, SIZES["D"])
    expr = Sum(-((of - 2 * at - q("c", (i,))) ** 2) / (2 * scale), TRUE, [i])
    got = function(expr, (m,), True).bind({"y": y, "c": c, "s": 3.0})(0.0, {"x": x})["out"]
    np.testing.assert_allclose(got, exact(2 * x + c, y).astype(float) / -6, rtol=BOUND)
    moving = np.stack([y + k for k in range(len(x))])
    bracket = Sum((at - of) ** 2, TRUE, [i])
    got = function(bracket, (m,), True, ("x", "y")).bind({})(0.0, {"x": x, "y": moving})["out"]
    wanted = [exact(x[k], moving[k]).astype(float) for k in range(len(x))]
    np.testing.assert_allclose(got, wanted, rtol=BOUND)
    rows = Sum((q("x", (b, i)) - of) ** 2, TRUE, [i])
    batch = np.stack([x[:4], x[3:]])
    got = function(rows, (m, b), True).bind({"y": y})(0.0, {"x": batch})["out"]
    np.testing.assert_allclose(got, np.swapaxes(exact(batch, y).astype(float), 1, 2), rtol=BOUND)
    both = Sum((q("x", (b, i)) - q("y", (m, b, i))) ** 2, TRUE, [i, b])
    tables = np.stack([y, y + 1, 2 * y, -y], axis=1)
    got = function(both, (m,), True).bind({"y": tables})(0.0, {"x": batch})["out"]
    flat = exact(batch.reshape(2, -1), tables.reshape(len(tables), -1)).astype(float)
    np.testing.assert_allclose(got, flat, rtol=4 * BOUND)


def test_small_ones_without_trials_take_the_differences() -> None:
    distance = Sum((q("x", (i,)) - q("y", (m, i))) ** 2, TRUE, [i])
    program = lower(
        [Output("out", (m,), distance)], definitions={}, sizes={"D": 8, "M": 9}, constant=("y",), states=("x",)
    )
    rng = np.random.default_rng(4)
    y = rng.normal(size=(9, 8)) + 1e6
    x = y[2] + 1e-6
    got = numpy_function(program).bind({"y": y})(0.0, {"x": x})["out"]
    np.testing.assert_allclose(got, exact(x, y).astype(float), rtol=1e-14)


def test_invalid_points_are_not_hidden() -> None:
    x, y = points(5, 0.0, 1e-3)
    x[1, 3] = np.nan
    expr = Softmax(-Sum((q("x", (h,)) - q("y", (m, h))) ** 2, TRUE, [h]), TRUE, [m], [m])
    got = function(expr, (m,), True).bind({"y": y})(0.0, {"x": x})["out"]
    assert np.isnan(got[1]).all() and np.isfinite(np.delete(got, 1, axis=0)).all()
