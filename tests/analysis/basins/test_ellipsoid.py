"""Ellipsoids in which a quadratic function falls, against closed forms and published numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

import neurodyn
from neurodyn import InputError, Model
from neurodyn.analysis.basins.inside import falls_inside
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.verdict import Verdict
from tests.analysis.basins.systems import logistic, reversed_van_der_pol, well


def test_van_der_pol_backwards() -> None:
    """The numbers are those of an independent computation at 1e-10."""
    found = neurodyn.basin_ellipsoid(reversed_van_der_pol())
    np.testing.assert_allclose(found.matrix, [[1.5, -0.5], [-0.5, 1]], atol=1e-12)
    assert found.level == pytest.approx(2.3044775650, abs=1e-9)
    assert found.volume == pytest.approx(6.4754112, abs=1e-6)
    assert found.verdict is Verdict.PROVED


def test_one_state_by_hand() -> None:
    """Around 1, dV/dt of x' = x - x^3 is 0 next at 0, where V = (1 - 0)^2/4."""
    found = neurodyn.basin_ellipsoid(well(), near={"x": 0.9})
    assert found.level == pytest.approx(0.25, rel=1e-10)
    assert found.volume == pytest.approx(2, rel=1e-10)
    assert found.contact[0] == pytest.approx(0, abs=1e-9)


def test_states_of_different_scales() -> None:
    """Units change nothing: the same flow with one state a thousand times as large."""
    model = Model(
        "dx/dt = -y/k\ndy/dt = k*x + (x**2 - 1)*y",
        states={"x": {"start": 0.1, "scale": 1.0}, "y": {"start": 0.1, "scale": 1000.0}},
        parameters={"k": 1000.0},
        name="stretched",
    )
    found, plain = neurodyn.basin_ellipsoid(model), neurodyn.basin_ellipsoid(reversed_van_der_pol())
    assert found.volume == pytest.approx(1000 * plain.volume, rel=1e-6)


def test_a_linear_flow_has_no_end() -> None:
    found = neurodyn.basin_ellipsoid(Model("dx/dt = -x", states={"x": 1.0}, name="line"))
    assert math.isinf(found.level)
    assert np.isnan(found.contact).all()


def test_more_than_the_largest_level_is_not_shown() -> None:
    field = Field.of(neurodyn.build(reversed_van_der_pol()))
    matrix = np.array([[1.5, -0.5], [-0.5, 1]])
    assert falls_inside(field, np.zeros(2), matrix, 2.29) > 0
    assert falls_inside(field, np.zeros(2), matrix, 2.31) == 0


def test_what_has_no_ellipsoid_is_said() -> None:
    with pytest.raises(InputError, match="no stable fixed point"):
        neurodyn.basin_ellipsoid("van_der_pol")
    with pytest.raises(InputError, match="is a map"):
        neurodyn.basin_ellipsoid(logistic(2.5))
