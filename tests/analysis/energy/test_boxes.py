"""What is shown in a box holds there, and what does not hold is not shown."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.energy.boxes import Cover, Covered
from neurodyn.program.interval_matrices import is_negative_definite
from neurodyn.program.intervals import Interval

ORIGIN = np.zeros(2)


def cover(equations: str, claim: str, low: list[float], high: list[float], **parameters: float) -> Covered:
    model = neurodyn.Model(equations, states={"x": 0.5, "y": 0.5}, parameters=parameters)
    system = neurodyn.build(model)
    whole = Cover(system, system.structure.claim(claim), (0.0, 0.0))
    return whole.of(np.array(low), np.array(high), [ORIGIN], most=20_000)


LINEAR = """
dx/dt = -x + a*y
dy/dt = -a*x - 2*y
V = x**2 + y**2 + x*y/4
"""


def test_a_quadratic_form_is_closed_by_its_second_derivatives() -> None:
    found = cover(LINEAR, "dV/dt <= 0", [-1.0, -1.0], [1.0, 1.0], a=0.5)
    assert found.is_sure and found.closed > 0 and found.pieces < 2000


def test_a_rate_that_is_0_on_a_line_needs_no_second_derivatives() -> None:
    pendulum = "dx/dt = y\ndy/dt = -sin(x) - c*y\nV = y**2/2 + 1 - cos(x)"
    found = cover(pendulum, "dV/dt <= 0", [-3.0, -3.0], [3.0, 3.0], c=0.5)
    assert found.is_sure and found.closed == 0


def test_away_from_where_it_is_0_halving_is_enough() -> None:
    cubic = "dx/dt = -x + x**3/4 + y/2\ndy/dt = -y - x/3\nV = x**2 + y**2 + x*y/3"
    assert cover(cubic, "dV/dt <= 0", [0.1, 0.1], [1.0, 1.0]).is_sure
    assert cover(cubic, "dV/dt <= 0", [-1.0, -1.0], [1.0, 1.0]).is_sure


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("x**2 - y**2", "it is positive somewhere"),
        ("-x**2 - y**2 + 1e-6", "it is positive at one place only"),
        ("-x**2 - y**2 + abs(x)", "a kink where its slope is said to be 0"),
        ("-x**2 - y**2 + heaviside(x)/2", "a jump that no slope tells of"),
        ("-x**2 - y**2 + 3*relu(x - 0.5)", "a kink elsewhere"),
        ("-x**2 - y**2 + 4*floor(x + 0.4)", "steps"),
        ("x**4 - y**2", "no slope and no bend, and yet it rises"),
    ],
)
def test_what_does_not_hold_is_not_shown(value: str, why: str) -> None:
    found = cover(f"dx/dt = -x\ndy/dt = -y\nd = {value}", "d <= 0", [-1.0, -1.0], [1.0, 1.0])
    assert not found.is_sure and len(found.left), why
    assert found.broken is not None and (np.abs(found.broken) <= 1).all()


@pytest.mark.parametrize(
    "value", ["-x**2 - y**2 - abs(x)", "-relu(x) - y**2", "-heaviside(x)", "tanh(x)*tanh(y) - 1", "-sqrt(1 + x**2)"]
)
def test_what_holds_is_shown(value: str) -> None:
    assert cover(f"dx/dt = -x\ndy/dt = -y\nd = {value}", "d <= 0", [-1.0, -1.0], [1.0, 1.0]).is_sure


def test_where_it_breaks_is_sure() -> None:
    found = cover("dx/dt = -x\ndy/dt = -y\nd = 0.001 - (x - 0.3)**2 - y**2", "d <= 0", [-1.0, -1.0], [1.0, 1.0])
    assert found.broken is not None
    x, y = found.broken
    assert 0.001 - (x - 0.3) ** 2 - y**2 > 0


def test_a_constant_that_is_a_third_is_no_float() -> None:
    # 1/3 as a float is below 1/3, so a claim that is true of it may be false of the number.
    assert not cover("dx/dt = -x\ndy/dt = -y\nd = 1/3 - k", "d <= 0", [-1.0, -1.0], [1.0, 1.0], k=1 / 3).is_sure
    assert cover("dx/dt = -x\ndy/dt = -y\nd = 1/4 - k", "d <= 0", [-1.0, -1.0], [1.0, 1.0], k=0.25).is_sure


def test_negative_definite_to_the_last_bit() -> None:
    """Matrices around one that is singular: eigenvalues in floating point are off by more than tells them apart."""
    rng = np.random.default_rng(0)
    base = rng.integers(-9, 10, (4, 3)).astype(float)
    singular = -base @ base.T  # of rank 3, with no rounding
    assert not is_negative_definite(Interval.point(singular))
    assert not is_negative_definite(Interval.point(singular + 1e-12 * np.eye(4)))
    sure = singular - np.eye(4)
    assert is_negative_definite(Interval.point(sure))
    assert is_negative_definite(Interval(sure - 0.1, sure + 0.1))
    wide = Interval(sure - 1.0, sure + 1.0)
    corners = sure + np.diag([1.0, 1.0, 1.0, 1.0])
    assert np.linalg.det(corners) == pytest.approx(0, abs=1e-6) and not is_negative_definite(wide)
