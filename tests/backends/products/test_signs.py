"""Products with matrices of +1 and -1, kept as bits: those of NumPy, bit for bit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import neurodyn
from neurodyn.backends.ensemble.machine import host
from neurodyn.backends.products.signs import LEAST, SignProduct, SignProducts

Floats = NDArray[np.float64]
SHAPES = ((1, 1), (7, 64), (8, 65), (33, 63), (64, 300), (300, 64), (129, 1000))
LARGEST = 2.0**53


def signs(*shape: int) -> Floats:
    return np.random.default_rng(shape).choice([-1.0, 1.0], shape)


def vectors(size: int) -> dict[str, Floats]:
    rng = np.random.default_rng(size)
    return {
        "signs": rng.choice([-1.0, 1.0], size),
        "with zeros": rng.choice([-1.0, 0.0, 1.0], size),
        "bits": rng.choice([0.0, 1.0], size),
        "whole": np.rint(rng.normal(size=size) * 1e6),
        "large": np.rint(rng.normal(size=size) * 1e14 / size),
        "nothing": np.zeros(size),
        "negative nothing": np.full(size, -0.0),
    }


def never(x: Floats) -> Floats:
    raise AssertionError("left to NumPy")


@pytest.mark.parametrize("width", [16, 8, 1])
@pytest.mark.parametrize("shape", SHAPES)
def test_whole_numbers_give_the_bits_of_numpy(width: int, shape: tuple[int, int]) -> None:
    w = signs(*shape)
    product = SignProduct(w, replace(host(), width=width))
    product._else = never
    for name, x in vectors(shape[1]).items():
        exact = (w.astype(np.int64) @ x.astype(np.int64)).astype(float)
        assert product(x).tobytes() == exact.tobytes(), name
        assert np.array_equal(product(x), w @ x)


def test_what_is_not_exact_is_left_to_numpy() -> None:
    w, rng = signs(40, 70), np.random.default_rng(1)
    product = SignProduct(w)
    for bad in (0.5, np.nan, np.inf, -np.inf, LARGEST, 1e300, 5e-324):
        x = rng.choice([-1.0, 1.0], 70)
        x[69] = bad
        with np.errstate(all="ignore"):
            assert np.array_equal(product(x), w @ x, equal_nan=True)
    x = rng.normal(size=70)
    assert np.array_equal(product(x), w @ x)


def test_sums_are_taken_as_far_as_they_are_exact() -> None:
    """Whole numbers whose sizes add up to 2**53 have an exact sum in any order; beyond, they need not have."""
    w = signs(5, 64)
    product, x = SignProduct(w), np.ones(64)
    x[3] = LARGEST - 63
    product._else = never
    assert product(x).astype(int).tolist() == [sum(int(a) * int(b) for a, b in zip(row, x, strict=True)) for row in w]
    x[3] = LARGEST + 64
    with pytest.raises(AssertionError, match="left to NumPy"):
        product(x)


def test_matrix_and_vector_may_lie_anywhere_and_results_stay() -> None:
    w, x = signs(300, 200), vectors(400)["whole"]
    for lies in (w.T, w[::2, ::3], w[::-1]):
        product, part = SignProduct(lies), x[::2][: lies.shape[1]] if lies.shape[1] <= 200 else x[: lies.shape[1]]
        first = product(part)
        kept = first.copy()
        assert np.array_equal(first, lies @ part)
        assert not np.array_equal(product(part[::-1]), first)
        assert np.array_equal(first, kept)


def test_only_large_matrices_of_signs_are_taken_and_told() -> None:
    large = signs(256, 128)
    assert large.size == LEAST
    odd = large.copy()
    odd[3, 4] = 0.0
    products = SignProducts()
    for left in (signs(255, 128), odd, 2 * large, np.full(large.shape, np.nan)):
        assert not isinstance(products(left), SignProduct)
    assert products.scheme() == {}
    assert isinstance(products(large), SignProduct)
    assert products.scheme() == {"products": ["256 x 128: entries of +1 and -1 kept as bits, exact"]}


def two_layer(power: int, patterns: Floats) -> neurodyn.System:
    count, units = patterns.shape
    return neurodyn.build("sequence_two_layer", sizes={"N": units, "P": count}, values={"xi": patterns, "d": power})


@pytest.mark.parametrize("power", [1, 2, 5])
def test_a_sequence_is_that_of_plain_products(power: int) -> None:
    """Bit by bit, over steps with and without ties; with power 1 there are many more patterns than it can hold."""
    patterns = signs(120, 300)
    told: dict[str, Any] = {"start": {"v": patterns[0]}, "record": ["v"], "save_at": np.arange(31)}
    found = neurodyn.simulate(two_layer(power, patterns), steps=30, **told)
    state, following = patterns[0], np.roll(patterns, -1, axis=0)
    for row in found["v"].values:
        assert np.array_equal(row, state)
        drive = following.T @ (patterns @ state) ** power
        state = np.where(drive == 0, state, np.sign(drive))
    how = "entries of +1 and -1 kept as bits, exact"
    assert found.recipe["scheme"] == {"products": [f"120 x 300: {how}", f"300 x 120: {how}"]}
    assert "entries of +1 and -1 kept as bits" in str(found)
    assert neurodyn.rerun(found).same


def test_a_state_of_other_numbers_is_multiplied_as_it_is() -> None:
    """A start between the signs, and one with zeros."""
    patterns = signs(120, 300)
    for start in (np.linspace(-2, 2, 300), np.where(np.arange(300) % 3, patterns[0], 0.0)):
        found = neurodyn.simulate(two_layer(2, patterns), steps=1, start={"v": start}, record=["v"])
        drive = np.roll(patterns, -1, axis=0).T @ (patterns @ start) ** 2
        assert np.array_equal(found["v"].values[-1], np.where(drive == 0, start, np.sign(drive)))
