"""Figures of sections and cycles show what their reports hold."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn import InputError


def test_a_return_map_is_a_coordinate_against_the_next() -> None:
    found = neurodyn.poincare("lorenz", "z - 27", count=20)
    left, right = found.plot(of="x").axes
    x = found.coordinate("x")
    np.testing.assert_array_equal(right.lines[1].get_xydata(), np.stack([x[:-1], x[1:]], axis=1))
    np.testing.assert_array_equal(left.lines[0].get_xdata(), x)
    assert "20 crossings" in left.get_title("left")
    with pytest.raises(InputError, match="no coordinate"):
        found.plot(of="q")


def test_a_cycle_with_its_multipliers() -> None:
    found = neurodyn.limit_cycle("van_der_pol")
    orbit, course, plane = found.plot().axes
    np.testing.assert_array_equal(orbit.lines[0].get_xydata(), found.states)
    assert len(course.lines) == 2
    assert plane.lines[1].get_xdata() == found.multipliers.real
    assert "stable" in plane.get_title("left")
