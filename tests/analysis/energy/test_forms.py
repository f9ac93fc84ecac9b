"""Polynomials of a few numbers: what their factors show, and what they must not."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import neurodyn
from neurodyn.analysis.energy.forms import no_negative_pivot, sign_of_form
from neurodyn.analysis.energy.report import energy
from neurodyn.analysis.verdict import Verdict
from neurodyn.calculus.ranges import ANY, NONNEGATIVE


def verdict(value: str, **parameters: float) -> Verdict:
    """Of the claim that a polynomial of two states is never positive."""
    text = f"dx/dt = -x\ndy/dt = -y\nd = {value}"
    model = neurodyn.Model(text, states={"x": 1.0, "y": 0.5}, parameters=parameters, claims=["d <= 0"])
    return energy(neurodyn.build(model), starts=2, run=False).verdict


@pytest.mark.parametrize(
    "value",
    [
        "-(x - y)*(x**3 - y**3)",
        "2*x*y - x**2 - y**2",
        "-x**2 + x*y - y**2",
        "-x**2 - x - 1/4",
        "-(x - 1)**2*(x**2 + y + y**2 + 1/4)",
    ],
)
def test_what_holds(value: str) -> None:
    assert verdict(value) is Verdict.PROVED


@pytest.mark.parametrize(
    "value",
    [
        "2.0000001*x*y - x**2 - y**2",
        "-x**2 - x - 0.2499999",
        "-(x - y)*(x**3 - 2*y**3)",
        "-(x - 1)*(x**2 + y**2)",
        "x*y",
    ],
)
def test_what_does_not_hold(value: str) -> None:
    assert verdict(value) is not Verdict.PROVED


def test_parameters_are_the_same_in_every_bit() -> None:
    difference = "-(x - y)*(a*x - b*y)"
    assert verdict(difference, a=0.8, b=0.8) is Verdict.PROVED
    assert verdict(difference, a=0.8, b=float(np.nextafter(0.8, 1.0))) is not Verdict.PROVED


def test_elimination_agrees_with_eigenvalues() -> None:
    rng = np.random.default_rng(0)
    for rank in (1, 2, 3, 4):
        base = rng.integers(-4, 5, (4, rank))
        form = base @ base.T
        assert no_negative_pivot([[sp.Integer(int(x)) for x in row] for row in form])
        assert not no_negative_pivot([[sp.Integer(int(x)) for x in row] for row in form - 1000 * np.eye(4, dtype=int)])
        least = np.linalg.eigvalsh(form - 3 * np.eye(4)).min()
        shifted = form - 3 * np.eye(4, dtype=int)
        assert no_negative_pivot([[sp.Integer(int(x)) for x in row] for row in shifted]) == (least > 0)


def test_forms_of_parameters_and_higher_degrees_are_not_judged() -> None:
    x, y = sp.symbols("x y")
    assert sign_of_form(x**2 + y**2) == NONNEGATIVE and sign_of_form(-(x**2) - 1) == -NONNEGATIVE
    assert sign_of_form(x**4 + 1) == ANY and sign_of_form(sp.sqrt(2) * x**2) == ANY and sign_of_form(x * y) == ANY
