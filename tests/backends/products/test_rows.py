"""Products of many vectors at once in 32 bits, beside sums in longer numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import neurodyn
from neurodyn.backends.products.rows import Rooms, Shortened, ShortRows, off
from neurodyn.backends.products.shorten import TINY, shorten
from neurodyn.errors import InputError

Floats = NDArray[np.float64]
BOUND = "off by at most {} times the sum of the sizes of its terms"


def matrix(rows: int, columns: int) -> Floats:
    return np.random.default_rng((rows, columns)).normal(size=(rows, columns))


def multiplied(a: Floats, x: Floats) -> Floats:
    rooms = Rooms()
    return ShortRows(Shortened()(a), rooms)(x)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (7, 5), (300, 17), (64, 1000), (3, 20_000)])
def test_products_are_as_exact_as_is_told(rows: int, columns: int) -> None:
    for count in (2, 3, 40):
        for a in (matrix(rows, columns), np.sign(matrix(rows, columns)), np.abs(matrix(rows, columns))):
            x = matrix(count, columns)
            exact = x.astype(np.longdouble) @ a.astype(np.longdouble).T
            sizes = np.abs(x) @ np.abs(a).T
            error = np.abs(multiplied(a, x) - exact)
            assert np.all(error <= off(columns) * sizes)
            assert error.max() > 2.0**-40 * sizes.max()


def test_the_vector_may_lie_anywhere_and_is_not_touched() -> None:
    a, x = matrix(30, 50), matrix(8, 100)
    before = x.copy()
    assert np.array_equal(multiplied(a, x[::2, ::2]), multiplied(a, x[::2, ::2].copy()))
    assert np.array_equal(multiplied(a, x.T[:50].T), multiplied(a, x[:, :50].copy()))
    assert np.array_equal(x, before)


@pytest.mark.parametrize("count", [1, 15, 16, 17, 40])
def test_numbers_next_to_nothing_become_nothing(count: int) -> None:
    """All others are rounded as NumPy rounds them, also those that are infinite or no numbers."""
    x = matrix(1, count)[0]
    into = np.full(count, 7.0, np.float32)
    for place in range(count):
        for odd in (np.inf, -np.inf, np.nan, 1e300, -0.0, 3e-30, -3e-30, TINY, -1e-31, 1e-39, 5e-324):
            x[place] = odd
            shorten(x, into)
            with np.errstate(over="ignore", under="ignore"):
                right = np.where(np.abs(x) < TINY, 0.0, x).astype(np.float32)
            assert np.array_equal(into, right, equal_nan=True)


def test_a_matrix_is_kept_once_however_it_is_turned() -> None:
    shortened = Shortened()
    for a in (matrix(30, 50), matrix(40, 40), matrix(50, 30).T, matrix(60, 60)[::2, ::3]):
        one, other = shortened(a), shortened(a.T)
        assert np.array_equal(one, a.astype(np.float32))
        assert np.array_equal(other, a.T.astype(np.float32))
        assert np.shares_memory(one, other)


def test_numbers_beyond_the_range_are_refused() -> None:
    a = matrix(3, 4)
    a[1, 2] = np.inf  # as it is
    Shortened()(a.copy())
    a[0, 0] = -4e38
    with pytest.raises(InputError, match=r"numbers up to 4e\+38, too large for float32"):
        Shortened()(a)


def test_results_of_one_evaluation_are_arrays_of_their_own() -> None:
    a, rooms = matrix(20, 10), Rooms()
    product, x = ShortRows(Shortened()(a), rooms), matrix(5, 10)
    first, second = product(x), product(-x)
    assert np.array_equal(first, -second)
    rooms.begin()
    assert np.shares_memory(product(2 * x[:3]), first)
    rooms.begin()
    assert product(matrix(9, 10)).shape == (9, 20)


@pytest.fixture(scope="module")
def memory() -> neurodyn.System:
    return neurodyn.build("dense_memory", sizes={"K": 700, "N": 400}, values={"beta": 0.02})


FIXED: dict[str, Any] = {"method": "rk4", "dt": 0.25, "until": 0.5, "save_at": [0.25, 0.5]}


@pytest.mark.parametrize("how", [FIXED, {"until": 0.5, "save_at": [0.5], "rtol": 1e-8}])
def test_trials_in_32_bits_are_asked_for_and_told(memory: neurodyn.System, how: Mapping[str, Any]) -> None:
    asked: dict[str, Any] = {"trials": 3, "seed": 1, "backend": "ensemble", "record": ["v"], **how}
    found = neurodyn.simulate(memory, storage="float32", **asked)
    plain = neurodyn.simulate(memory, **asked)
    assert found.recipe["storage"] == "float32"
    told = [f"{a} x {b}: with float32 for both factors and the sum, " for a, b in ((700, 400), (400, 700))]
    bounds = [BOUND.format(f"{1.01 * off(n):.3g}") for n in (400, 700)]
    assert found.recipe["scheme"]["products"] == [a + b for a, b in zip(told, bounds, strict=True)]
    assert "products with a matrix of 700 x 400: with float32" in found.summary()
    assert 1e-10 < np.abs(found["v"].values - plain["v"].values).max() < 1e-4
    assert "products" not in plain.recipe["scheme"]
    assert neurodyn.rerun(found).same


def test_a_run_by_itself_adds_up_in_64_bits(memory: neurodyn.System) -> None:
    found = neurodyn.simulate(memory, storage="float32", backend="ensemble", seed=1, **FIXED)
    assert [told.partition(":")[2] for told in found.recipe["scheme"]["products"]] == [
        f" read whole, in float32: off by at most {told} times the largest element of the vector" for told in ("0", "0")
    ]
    other = neurodyn.simulate(memory, storage="float32", backend="fixed", seed=1, **FIXED)
    np.testing.assert_allclose(found["v"], other["v"], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("system", "how", "message"),
    [
        ("lorenz", {"trials": 2}, "lorenz has no use for that"),
        ("lorenz", {"target": "lanes"}, "has storage float32 for flows in arrays alone"),
        ("lorenz", {"method": "Rodas4"}, "has storage float32 for flows in arrays alone"),
        ("ornstein_uhlenbeck", {"dt": 0.1}, "has storage float32 for flows in arrays alone"),
        ("sequence_two_layer", {}, "has storage float32 for flows in arrays alone"),
        ("cuba", {"dt": "0.1 ms"}, "has storage float32 for flows in arrays alone"),
    ],
)
def test_storage_is_refused_where_there_are_no_arrays(system: str, how: Mapping[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        neurodyn.simulate(neurodyn.load(system), storage="float32", backend="ensemble", **how)
