"""Newton's method from states near zeros."""

from __future__ import annotations

import numpy as np

import neurodyn
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.field.zeros import zeros_near


def field_of(equations: str, **states: float) -> Field:
    return Field.of(neurodyn.build(neurodyn.Model(equations, states=states)))


def test_zeros_of_a_cubic() -> None:
    field = field_of("dx/dt = x - x**3", x=1.0)
    starts = np.array([[0.9], [-2.0], [0.1], [np.nan], [np.inf]])
    found, good = zeros_near(field, starts)
    assert good.tolist() == [True, True, True, False, False]
    np.testing.assert_allclose(found[:3, 0], [1, -1, 0], atol=1e-15)


def test_where_there_is_none_nothing_is_found() -> None:
    assert not zeros_near(field_of("dx/dt = 1 + x**2", x=1.0), np.array([[0.3], [2.0], [0.0]]))[1].any()


def test_on_a_line_of_zeros_the_nearest_is_found() -> None:
    """The slopes are singular everywhere: the shortest step leads straight to the line x = y."""
    field = field_of("dx/dt = y - x\ndy/dt = 3*(x - y)", x=1.0, y=1.0)
    starts = np.array([[2.0, 0.0], [5.0, 6.0]])
    found, good = zeros_near(field, starts)
    assert good.all()
    np.testing.assert_allclose(found, [[1, 1], [5.5, 5.5]], atol=1e-12)


def test_one_singular_state_leaves_the_others_their_steps() -> None:
    field = field_of("dx/dt = x**2 - 1", x=1.0)
    found, good = zeros_near(field, np.array([[0.0], [3.0], [-3.0]]))
    assert good.tolist() == [False, True, True]
    np.testing.assert_allclose(found[1:, 0], [1, -1], atol=1e-15)
