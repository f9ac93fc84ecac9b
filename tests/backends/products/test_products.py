"""LargeProducts of large matrices and vectors by code of our own, beside sums in longer numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import neurodyn
from neurodyn.backends.ensemble.machine import host
from neurodyn.backends.products.choice import LEAST_ROWS, LargeProducts
from neurodyn.backends.products.matrix import Product, is_symmetric
from neurodyn.errors import InputError

Floats = NDArray[np.float64]
ROUNDING = 2.0**-53
SIZES = (1, 3, 4, 7, 8, 9, 16, 31, 65, 203, 501)


def matrix(rows: int, columns: int | None = None) -> Floats:
    return np.random.default_rng(rows).normal(size=(rows, columns or rows))


def symmetric(rows: int) -> Floats:
    found = matrix(rows)
    return found + found.T


def vector(size: int) -> Floats:
    return np.random.default_rng(1 + size).normal(size=size)


def off(found: Floats, a: Floats, x: Floats) -> float:
    """The largest error of a product, by the bound of a sum of so many products in any order."""
    exact = (a.astype(np.longdouble) * x).sum(axis=1)
    bound = (len(x) + 1) * ROUNDING * (np.abs(a) @ np.abs(x))
    return float(np.max(np.abs(found - exact) / bound))


@pytest.mark.parametrize("width", [16, 8, 1])
@pytest.mark.parametrize("half", [True, False])
@pytest.mark.parametrize("bits", [np.float64, np.float32])
def test_products_are_right_to_the_rounding_of_their_sums(width: int, half: bool, bits: type) -> None:
    machine = replace(host(), width=width)
    for size in SIZES:
        a, x = (symmetric(size) if half else matrix(size)).astype(bits), vector(size)
        assert off(Product(a, half, 1, machine)(x), a.astype(float), x) <= 1


@pytest.mark.parametrize(("rows", "columns"), [(5, 300), (300, 5), (123, 77), (64, 129)])
def test_matrices_need_not_be_square(rows: int, columns: int) -> None:
    a, x = matrix(rows, columns), vector(columns)
    assert off(Product(a, False, 1)(x), a, x) <= 1


def test_of_a_symmetric_matrix_the_lower_half_is_not_read() -> None:
    """Only tiles on the diagonal and the last rows, which NumPy multiplies, are read whole."""
    a, x = symmetric(203), vector(203)
    right = Product(a, True, 1)(x)
    for row in range(8, 200):
        a[row, : row - row % 8] = np.nan
    assert np.array_equal(Product(a, True, 1)(x), right)


def test_a_vector_may_lie_anywhere_and_is_not_touched() -> None:
    a, x = symmetric(65), vector(130)
    before, product = x.copy(), Product(a, True, 1)
    assert np.array_equal(product(x[::2]), product(x[::2].copy()))
    assert np.array_equal(product(x[::-2]), product(x[::-2].copy()))
    assert np.array_equal(x, before)


@pytest.mark.parametrize("half", [True, False])
@np.errstate(invalid="ignore")
def test_what_is_not_finite_goes_where_it_goes_in_numpy(half: bool) -> None:
    for size in (65, 203):
        a = symmetric(size)
        a[:, 5] = a[5] = 0.0  # and 0 times infinity is no number
        for place in (0, 5, 11, size - 1):
            for odd in (np.nan, np.inf, -np.inf):
                x = vector(size)
                x[place] = odd
                found, right = Product(a, half, 1)(x), (a * x).sum(axis=1)
                assert np.array_equal(found[~np.isfinite(right)], right[~np.isfinite(right)], equal_nan=True)
                assert np.array_equal(np.isfinite(found), np.isfinite(right))
        b = symmetric(size)
        b[7, 20] = b[20, 7] = np.inf
        assert set(np.flatnonzero(~np.isfinite(Product(b, half, 1)(vector(size))))) == {7, 20}


def test_bits_are_the_same_on_any_number_of_threads() -> None:
    a, x = symmetric(2053), vector(2053)
    one, two = Product(a, True, 1)(x), Product(a, True, 2)(x)
    assert np.array_equal(one, two)
    assert off(two, a, x) <= 1


def test_a_matrix_is_symmetric_in_every_bit_or_not_at_all() -> None:
    for size in (1, 2, 199, 200, 201, 450):
        a = symmetric(size)
        assert is_symmetric(a)
        assert is_symmetric(a.T)
        for row, column in {(0, size - 1), (size - 1, size // 2), (size // 2, size - 2)}:
            if 0 <= column != row:
                b = a.copy()
                b[row, column] = np.nextafter(b[row, column], np.inf)
                assert not is_symmetric(b)
                b[row, column], b[column, row] = 0.0, -0.0
                assert not is_symmetric(b)
                b[row, column] = b[column, row] = np.nan
                assert is_symmetric(b)
    assert not is_symmetric(matrix(3, 4))


def test_only_large_symmetric_matrices_are_taken_and_told() -> None:
    large, x = symmetric(LEAST_ROWS), vector(LEAST_ROWS)
    one_bit = large.copy()
    one_bit[3, 900] = np.nextafter(one_bit[3, 900], np.inf)
    for left in (symmetric(LEAST_ROWS - 1), one_bit, matrix(1200, 1100)):
        products, y = LargeProducts(), vector(left.shape[1])
        assert np.array_equal(products(left)(y), left @ y)
        assert products.scheme() == {}
    for lies in (large, large.T, np.repeat(large, 2, axis=1)[:, ::2]):
        products = LargeProducts()
        assert off(products(lies)(x), large, x) <= 1
        assert products(lies) is products(lies)
        assert products.scheme() == {"products": [f"{LEAST_ROWS} x {LEAST_ROWS}: symmetric, its upper half is read"]}


NETWORK = """
format = 1
equations = '''
dx[i]/dt = (-x[i] + sum(W[j,i]*tanh(x[j]), j))/tau{noise}
'''
[indices]
N = {{ letters = "i j", size = 1000 }}
[states]
"x[i]" = {{ start = "normal()" }}
[parameters]
"W[i,j]" = {{}}
tau = 2.0
{more}
"""


@cache
def network(noise: bool = False) -> neurodyn.System:
    more = " + 0.1*xi[i]", '[noise]\n"xi[i]" = "white"\n'
    text = NETWORK.format(**dict(zip(("noise", "more"), more if noise else ("", ""), strict=True)))
    model = neurodyn.Model.from_text(text, name="network")
    return neurodyn.build(model, seed=4, values={"W": symmetric(1000) / 50})


HALF = {"products": ["1000 x 1000: symmetric, its upper half is read"]}


@pytest.mark.parametrize(
    "how", [{"backend": "scipy", "method": "DOP853"}, {"backend": "fixed", "method": "rk4", "dt": 0.05}]
)
def test_runs_of_one_network_read_the_half_and_say_so(how: Mapping[str, Any]) -> None:
    found = neurodyn.simulate(network(), until=0.5, save_at=[0.5], **how)
    assert found.recipe["scheme"]["products"] == HALF["products"]
    assert neurodyn.rerun(found).same
    # The same network with another bit is not symmetric, and is read whole.
    weights = network().values["W"].copy()
    weights[2, 7] = np.nextafter(weights[2, 7], 1)
    whole = neurodyn.simulate(network().with_values(W=weights), until=0.5, save_at=[0.5], **how)
    assert "products" not in whole.recipe.get("scheme", {})
    assert np.abs(whole["x"].values - found["x"].values).max() < 1e-12


@pytest.mark.parametrize("backend", ["scipy", "fixed"])
def test_runs_with_noise_read_the_half(backend: str) -> None:
    found = neurodyn.simulate(network(noise=True), until=0.2, dt=0.1, backend=backend, method="heun", save_at=[0.2])
    assert found.recipe["scheme"]["products"] == HALF["products"]


@pytest.mark.parametrize("a", [symmetric(600), matrix(700), matrix(130, 2100), matrix(2100, 130)])
def test_matrices_in_32_bits_are_off_by_no_more_than_is_told(a: Floats) -> None:
    """Rounding of sums, which is far below, is told by no one; numbers that 32 bits hold are not off at all."""
    for scale in (1.0, 1e-30, 1e-42):  # the last are so small that the bits of a short number get fewer
        b, x = scale * a, vector(a.shape[1])
        products = LargeProducts(short=True)
        error, (told,) = np.abs(products(b)(x) - b @ x).max(), products.scheme()["products"]
        words = told.split()
        bound = float(words[words.index("most") + 1]) * np.abs(x).max()
        assert bound / 1000 < error <= bound
        assert ("symmetric" in told) == (a.shape == (600, 600))
    exact = np.round(8 * a)
    assert off(LargeProducts(short=True)(exact)(x), exact, x) <= 1


def test_numbers_that_32_bits_cannot_hold_are_refused() -> None:
    a = matrix(600)
    a[3, 4] = -1e39
    with pytest.raises(InputError, match=r"A matrix has numbers up to 1e\+39, too large for float32\."):
        LargeProducts(short=True)(a)
    a[3, 4] = -np.inf
    assert set(np.flatnonzero(~np.isfinite(LargeProducts(short=True)(a)(vector(600))))) == {3}


@pytest.mark.parametrize(
    "how", [{"backend": "fixed", "method": "rk4", "dt": 0.05}, {"backend": "scipy", "method": "RK45"}]
)
def test_a_run_in_32_bits_is_asked_for_and_told(how: Mapping[str, Any]) -> None:
    found = neurodyn.simulate(network(), until=0.5, save_at=[0.5], storage="float32", **how)
    plain = neurodyn.simulate(network(), until=0.5, save_at=[0.5], **how)
    assert found.recipe["storage"] == "float32"
    assert found.recipe["scheme"]["products"][0].startswith(
        "1000 x 1000: symmetric, its upper half is read, in float32"
    )
    assert "products with a matrix of 1000 x 1000: symmetric" in found.summary()
    assert 1e-12 < np.abs(found["x"].values - plain["x"].values).max() < 1e-6
    assert neurodyn.rerun(found).same


@pytest.mark.parametrize(
    ("system", "how", "message"),
    [
        ("lorenz", {"storage": "float32"}, "lorenz has no use for that: it multiplies no vector by a large constant"),
        ("lorenz", {"storage": "float32", "trials": 2, "backend": "scipy"}, "in trials side by side it multiplies no"),
        ("lorenz", {"storage": "float16"}, "No backend has a storage float16.*There are: float32"),
        ("lorenz", {"storage": "float32", "backend": "map"}, "The backend map cannot run lorenz: it needs .*float32"),
        ("camelot", {"storage": "float32"}, "has storage float32 for flows in arrays alone.*Leave storage out.$"),
    ],
)
def test_storage_is_refused_where_it_means_nothing(system: str, how: Mapping[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        neurodyn.simulate(neurodyn.load(system), **how)


def test_analysis_and_trials_are_left_to_numpy() -> None:
    y = network().start(seed=0)
    rate = network().flow()(0.0, y, {})
    assert np.array_equal(rate, (network().values["W"].T @ np.tanh(y) - y) / 2.0)
    found = neurodyn.simulate(network(), until=0.1, trials=2, backend="scipy", method="DOP853", save_at=[0.1])
    assert "products" not in found.recipe.get("scheme", {})
