"""The exponentials of a softmax by code of our own, beside longer numbers and NumPy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.backends.ensemble.machine import host
from neurodyn.backends.ensemble.softmax import weights
from neurodyn.program.products import IN_NUMPY
from neurodyn.program.runtime import DEEP

EPS = 2.0**-52


def rows(count: int, size: int, scale: float) -> Any:
    return scale * np.random.default_rng((count, size)).normal(size=(count, size))


@pytest.mark.parametrize("width", [16, 8, 1])
@pytest.mark.parametrize("size", [1, 2, 7, 8, 15, 16, 17, 33, 1000])
def test_exponentials_are_right_to_the_last_places(width: int, size: int) -> None:
    """The exponents are rounded as NumPy rounds them, and the exponential is within 2 units of the last place."""
    machine = replace(host(), width=width)
    for scale in (1e-3, 1.0, 30.0):
        for factor in (1.0, -2.5, np.array([[0.5], [-3.0], [7.0]])):
            x = rows(3, size, scale)
            exponents = x * factor
            exponents -= exponents.max(axis=1, keepdims=True)
            right = np.where(exponents < DEEP, 0, np.exp(exponents.astype(np.longdouble)))
            sums = weights(x, factor, machine)
            assert np.all(np.abs(x - right) <= 2 * EPS * right)
            assert np.max(np.abs(sums / right.sum(axis=1) - 1)) <= size * EPS


def test_what_is_infinite_or_no_number_goes_where_it_goes_in_numpy() -> None:
    for size in (3, 40):
        for place in (0, 1, size - 1):
            for odd in (np.inf, -np.inf, np.nan, 1e300, -1e300):
                x = rows(3, size, 1.0)
                x[1, place] = odd
                x[2] = odd
                other = x.copy()
                with np.errstate(all="ignore"):
                    sums, right = weights(x), IN_NUMPY.weights(other, 1.0)
                    shares, expected = x / sums[:, None], other / right[:, None]
                np.testing.assert_allclose(sums, right, rtol=1e-13)
                np.testing.assert_allclose(shares, expected, rtol=1e-13)


def test_small_weights_are_nothing() -> None:
    x = np.array([[0.0, -689.9, -690.1, -1e4]])
    weights(x)
    assert x[0, 1] > 0
    assert x[0, 2:].tolist() == [0.0, 0.0]


def test_a_row_has_the_bits_that_it_has_alone() -> None:
    many = rows(5, 101, 3.0)
    alone = many.copy()
    sums = weights(many, 1.5)
    own = [weights(row[None], 1.5)[0] for row in alone]
    assert np.array_equal(many, alone)
    assert np.array_equal(sums, own)


def shares(e: Any) -> Any:
    return np.exp(e) / np.exp(e).sum()


GIVEN = "g = sum(x[i]**2, i)\ne[m] = sum(W[m,j]*x[j], j)"
# What stands before the softmax, what it is of, whether it is one call, and the same of a vector in NumPy.
SOFTMAXES = {
    "constant": ("1", "b*e[m]", True, lambda g, e, b: shares(b * e)),
    "read again": ("g", "g*e[m]", True, lambda g, e, b: g * shares(g * e)),
    "overwritten": ("exp(-g)", "g*e[m]", True, lambda g, e, b: np.exp(-g) * shares(g * e)),
    "no factor": ("1", "e[m]", True, lambda g, e, b: shares(e)),
    "sum read": ("logsumexp(b*e[n], n)", "b*e[m]", False, lambda g, e, b: np.log(np.exp(b * e).sum()) * shares(b * e)),
    "exponents read": ("e[m]", "e[m]", False, lambda g, e, b: e * shares(e)),
}


@pytest.mark.parametrize("kind", SOFTMAXES)
def test_a_softmax_in_one_call_is_that_of_its_steps(kind: str) -> None:
    """For factors that are constant, read again, and overwritten; where other equations read its parts as well."""
    before, of, fused, right = SOFTMAXES[kind]
    text = f"""
format = 1
equations = '''
{GIVEN}
dx[i]/dt = sum(W[m,i]*{before}*softmax({of}, m), m) - x[i]
'''
[indices]
N = {{ letters = "i j", size = 6 }}
M = {{ letters = "m n", size = 7 }}
[states]
"x[i]" = {{ start = "normal()" }}
[parameters]
"W[m,i]" = {{ value = "normal(0, 1)" }}
b = 2.5
"""
    built = neurodyn.build(neurodyn.Model.from_text(text, name="small"))
    starts, w = rows(4, 6, 1.0), built.values["W"]
    many = built.flow(trials=True)(0.0, starts, {})
    assert ("products.weights" in built.compiled["flow", True].source) is fused
    for start, found in zip(starts, many, strict=True):
        exact = w.T @ right((start**2).sum(), w @ start, 2.5) - start
        np.testing.assert_allclose(found, exact, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(built.flow()(0.0, start, {}), exact, rtol=1e-12, atol=1e-12)
    how: dict[str, Any] = {"until": 0.02, "start": {"x": starts}, "trials": 4, "rtol": 1e-9, "save_at": [0.01, 0.02]}
    arrays = neurodyn.simulate(built, backend="ensemble", target="arrays", **how)
    np.testing.assert_allclose(arrays["x"], neurodyn.simulate(built, backend="scipy", **how)["x"], rtol=1e-6, atol=1e-6)
