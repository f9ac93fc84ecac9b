"""What a mask leaves out has no influence, however large or undefined it is."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sympy as sp

from neurodyn.calculus.nodes import Where
from neurodyn.calculus.reductions import ArgLargest, Largest, LogSumExp, Product, Smallest, Softmax, Sum
from tests.program.cases import TRUE, compiled, i, j, q

W, x = q("W", (i, j)), q("x", (j,))
CONSTANTS = {"W": np.arange(16.0).reshape(4, 4) - 7}
STATE = np.array([0.5, -1.0, 2.0, 3.0])


def run(expr: sp.Expr, letters: tuple[sp.Idx, ...], values: np.ndarray = STATE, **constants: np.ndarray) -> np.ndarray:
    """The value, with any warning an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        both = [
            compiled(expr, letters, trials=trials).bind({**CONSTANTS, **constants})(0.0, {"x": v})["out"]
            for trials, v in ((False, values), (True, values[None]))
        ]
    np.testing.assert_allclose(both[0], both[1][0], rtol=1e-14)
    return np.asarray(both[0])


def test_an_excluded_pole() -> None:
    got = run(Sum(1 / (q("x", (i,)) - x), sp.Ne(i, j), [j]), (i,))
    with np.errstate(divide="ignore"):
        pairs = 1 / (STATE[:, None] - STATE)
    np.fill_diagonal(pairs, 0)
    np.testing.assert_allclose(got, pairs.sum(1), rtol=1e-13)


def test_an_excluded_overflow_beside_finite_weights() -> None:
    """exp(1000) is excluded where its index is: neither infinity less infinity, nor 0 times infinity."""
    values = np.array([1000.0, -1.0, 0.0, 1.0])
    got = run(Sum(W * sp.exp(x), sp.Ne(j, 0), [j]), (i,), values)
    np.testing.assert_allclose(got, CONSTANTS["W"][:, 1:] @ np.exp(values[1:]), rtol=1e-14)
    got = run(Sum(W * sp.log(x), sp.And(sp.Gt(x, 0), sp.Lt(j, 3)), [j]), (i,), np.array([0.5, -1.0, 0.0, 3.0]))
    np.testing.assert_allclose(got, CONSTANTS["W"][:, 0] * np.log(0.5), rtol=1e-14)


def test_excluded_infinite_weights() -> None:
    weights = CONSTANTS["W"] + np.diag([np.inf, np.nan, -np.inf, 0])
    got = run(Sum(W * x, sp.Ne(i, j), [j]), (i,), W=weights)
    np.fill_diagonal(weights, 0)
    np.testing.assert_allclose(got, weights @ STATE, rtol=1e-14)


def test_the_branch_not_taken_is_not_multiplied_in() -> None:
    got = run(Where(sp.Gt(x, 0), sp.log(x), 0) * W, (i, j))
    np.testing.assert_array_equal(got[:, 1], 0)
    assert np.isfinite(got).all()


@pytest.mark.parametrize(
    ("kind", "nothing"),
    [(Sum, 0.0), (Product, 1.0), (LogSumExp, -np.inf), (Largest, -np.inf), (Smallest, np.inf), (ArgLargest, 0.0)],
)
def test_no_term_takes_part(kind: type, nothing: float) -> None:
    got = run(kind(W * x, sp.Gt(x, q("g") + i), [j]), (i,), g=np.array(2.5))
    assert got[0] != nothing or kind is ArgLargest
    np.testing.assert_array_equal(got[1:], nothing)


def test_softmax_of_nothing_is_nothing() -> None:
    weights = Softmax(q("W", (i, j)) * x, sp.Gt(x, q("g") + i), [j], [j])
    got = run(weights, (i, j), g=np.array(2.5))
    np.testing.assert_array_equal(got, [[0, 0, 0, 1], [0] * 4, [0] * 4, [0] * 4])
    got = run(Sum(weights * W, TRUE, [j]), (i,), g=np.array(2.5))
    np.testing.assert_array_equal(got, [CONSTANTS["W"][0, 3], 0, 0, 0])


def test_large_exponents() -> None:
    values = np.array([5000.0, 4999.0, -5000.0, 0.0])
    np.testing.assert_allclose(run(LogSumExp(x, TRUE, [j]), (), values), 5000 + np.log1p(np.exp(-1)))
    np.testing.assert_allclose(run(Softmax(x, TRUE, [j], [i]), (i,), values)[:2].sum(), 1)
    assert run(LogSumExp(sp.log(x), TRUE, [j]), (), np.zeros(4)) == -np.inf
    assert run(LogSumExp(x, TRUE, [j]), (), np.array([np.inf, 0, 0, 0])) == np.inf
    assert np.isnan(run(LogSumExp(x, TRUE, [j]), (), np.array([np.nan, 0, 0, 0])))
