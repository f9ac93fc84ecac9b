"""Derivatives of quantities by states: Hessians of Lagrangians and energies, against closed forms and differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

import neurodyn
from tests.models.test_laws import difference


@pytest.fixture(scope="module")
def system() -> neurodyn.System:
    return neurodyn.build("krotov_hopfield", seed=1)


def test_the_hessians_of_lagrangians(system: neurodyn.System) -> None:
    y = np.random.default_rng(0).standard_normal(21)
    given = {"I": 0.0}
    np.testing.assert_allclose(
        system.derivative("g", "v")(0, y, given), np.diag(1 - np.tanh(y[:12]) ** 2), rtol=1e-13, atol=1e-15
    )
    p = softmax(2 * y[12:])
    by_hand = 2 * (np.diag(p) - np.outer(p, p))
    np.testing.assert_allclose(system.derivative("f", "h")(0, y, given), by_hand, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(system.derivative("L_h", "h", "h")(0, y, given), by_hand, rtol=1e-12, atol=1e-15)
    assert (
        system.derivative("g", "h")(0, y, given).shape == (12, 9) and not system.derivative("g", "h")(0, y, given).any()
    )


def test_the_hessian_of_an_energy(system: neurodyn.System) -> None:
    y, given = np.random.default_rng(0).standard_normal(21), {"I": 0.3}
    read = system.derivative("E", "v")
    slopes = difference(lambda z: read(0, z, given), y)
    np.testing.assert_allclose(system.derivative("E", "v", "v")(0, y, given), slopes[:, :12], atol=1e-8)
    np.testing.assert_allclose(system.derivative("E", "v", "h")(0, y, given), slopes[:, 12:], atol=1e-8)
    energy = difference(lambda z: np.atleast_1d(system.observe(["E"])(0, z, given)["E"]), y)[0]
    np.testing.assert_allclose(read(0, y, given), energy[:12], atol=1e-8)


def test_one_quantity_alone_and_unknown_names(system: neurodyn.System) -> None:
    y = system.start()
    np.testing.assert_array_equal(system.derivative("v", "v")(0, y, {"I": 0.0}), np.eye(12))
    for names in (("gg", "v"), ("g", "g"), ("g", "beta")):
        with pytest.raises(neurodyn.InputError, match=r"has no quantity gg|is no state of"):
            system.derivative(*names)


def test_a_recursion_is_derived_once() -> None:
    text = "y[k] = where(k == 0, x[0]**2, y[k-1]*x[k])\ndx[k]/dt = -x[k]"
    model = neurodyn.Model(text, indices={"N": {"letters": "k", "size": 3, "ends": "zero"}}, states={"x[k]": 1.0})
    system = neurodyn.build(model)
    x = np.array([2.0, 3.0, 5.0])
    by_hand = [[4, 0, 0], [4 * 3, 4, 0], [4 * 15, 4 * 5, 12]]
    np.testing.assert_allclose(system.derivative("y", "x")(0, x, {}), by_hand)
    with pytest.raises(neurodyn.InputError, match="is derived once only"):
        system.derivative("y", "x", "x")
