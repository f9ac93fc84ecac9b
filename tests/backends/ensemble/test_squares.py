"""Squared distances in one pass of compiled code: those of NumPy, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.backends.ensemble.array_products import ArrayProducts
from neurodyn.program.products import IN_NUMPY

AXES = (0,), (1,)


def given(rows: int, columns: int, near: int, size: int = 5) -> dict[str, Any]:
    """Points, the first of which lie on points of the other kind; both kinds have their mean at 0, nearly."""
    rng = np.random.default_rng((rows, columns, near))
    b = rng.normal(size=(columns, size))
    a = rng.normal(size=(rows, size))
    a[:near] = b[rng.integers(columns, size=min(near, rows))] + 1e-7 * rng.normal(size=(min(near, rows), size))
    own, other = np.einsum("ij,ij->i", a, a)[:, None], np.einsum("ij,ij->i", b, b)[None]
    return {"raw": -2 * a @ b.T, "a": a, "b": b, "a_square": own, "b_square": other}


def both(told: dict[str, Any]) -> tuple[Any, Any]:
    """The distances by our code and by NumPy."""
    found = []
    for products in (ArrayProducts(), IN_NUMPY):
        raw = told["raw"].copy()
        products.squares(raw, told["a"], AXES[0], told["b"], AXES[1], told["a_square"], told["b_square"])
        found.append(raw)
    return found[0], found[1]


@pytest.mark.parametrize("columns", [1, 2, 15, 16, 17, 48, 100, 1000])
@pytest.mark.parametrize("rows", [1, 2, 9])
def test_distances_have_the_bits_of_numpy_and_small_ones_are_computed_again(rows: int, columns: int) -> None:
    for near in (0, 1, rows):
        told = given(rows, columns, near)
        ours, numpys = both(told)
        assert np.array_equal(ours, numpys)
        exact = ((told["a"][:, None].astype(np.longdouble) - told["b"]) ** 2).sum(axis=-1)
        np.testing.assert_allclose(ours, exact.astype(float), rtol=64 * 20 * 2.0**-53)


def test_points_that_all_lie_together_are_all_computed_again() -> None:
    told = given(7, 40, 0)
    told["a"], told["b"] = 1 + 1e-9 * told["a"], 1 + 1e-9 * told["b"]
    for name, key in (("a", (slice(None), None)), ("b", (None,))):
        told[f"{name}_square"] = (told[name] ** 2).sum(axis=1)[key]
    told["raw"] = -2 * told["a"] @ told["b"].T
    ours, numpys = both(told)
    assert np.array_equal(ours, numpys)
    exact = ((told["a"][:, None].astype(np.longdouble) - told["b"]) ** 2).sum(axis=-1)
    np.testing.assert_allclose(ours, exact.astype(float), rtol=1e-12)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e200])
@np.errstate(all="ignore")
def test_what_is_not_finite_goes_where_it_goes_in_numpy(odd: float) -> None:
    for place in ("raw", "a_square", "b_square"):
        told = given(4, 37, 2)
        told[place].flat[1] = odd
        ours, numpys = both(told)
        assert np.array_equal(ours, numpys, equal_nan=True)


def test_samples_of_a_diffusion_are_those_of_single_runs() -> None:
    """They come from far away and end next to the stored points, where distances are computed again."""
    built = neurodyn.build("diffusion_flow", sizes={"K": 70, "d": 6})
    how: dict[str, Any] = {
        "until": 14.0,
        "dt": 0.25,
        "method": "rk4",
        "save_at": [7.0, 14.0],
        "record": ["x"],
        "seed": 3,
    }
    found = neurodyn.simulate(built, backend="ensemble", target="arrays", **how)
    reference = neurodyn.simulate(built, backend="fixed", **how)
    np.testing.assert_allclose(found["x"], reference["x"], rtol=1e-8, atol=1e-8)
    built.flow(trials=True)
    assert "products.squares" in built.compiled["flow", True].source
