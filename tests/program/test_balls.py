"""Balls hold what intervals hold: the same programs, by another arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.energy.boxes import OVER, Cover
from neurodyn.analysis.energy.recheck import recheck
from neurodyn.program.balls import Balls, between

VALUES = [
    "x**2 - y**3 + x*y/3", "tanh(x)*sinh(y) - exp(-x**2)", "logcosh(x + y) + softplus(x) - sigmoid(y)",
    "sqrt(1 + x**2)/(2 + cos(y))", "abs(x) + relu(y) - max(x, y)", "log(2 + x) - 0.1*erf(y)",
]  # fmt: skip


def cover(value: str) -> Cover:
    model = neurodyn.Model(f"dx/dt = -x\ndy/dt = -y\nd = {value}", states={"x": 0.5, "y": 0.5})
    system = neurodyn.build(model)
    return Cover(system, system.structure.claim("d <= 0"), (0.0, 0.0))


@pytest.mark.parametrize("value", VALUES)
def test_balls_hold_the_values_within(value: str) -> None:
    one, rng = cover(value), np.random.default_rng(1)
    run = one.programs[0]
    program = Balls(run.program, run.constants)
    here = {"x": 0.3, "y": -0.7}
    around = {n: between([v - 0.1], [v + 0.1]) for n, v in here.items()}
    ball = program(between(0.0, 0.0), around)[OVER].item()
    assert ball.is_finite() and float(ball.rad()) < 2
    for _ in range(20):
        near = {n: np.array([v + rng.uniform(-0.1, 0.1)]) for n, v in here.items()}
        exact = program(between(0.0, 0.0), {n: between(v, v) for n, v in near.items()})[OVER].item()
        assert ball.contains(exact) and float(exact.rad()) < 1e-12
        x, y = near["x"][0], near["y"][0]
        words = {n: getattr(np, n) for n in ("tanh", "sinh", "exp", "sqrt", "cos", "log", "abs")}
        from scipy.special import erf, expit

        words |= {"max": max, "relu": lambda u: max(u, 0.0), "erf": erf, "sigmoid": expit}
        words |= {"logcosh": lambda u: np.log(np.cosh(u)), "softplus": lambda u: np.log1p(np.exp(u))}
        assert float(exact.mid()) == pytest.approx(eval(value, {}, {**words, "x": x, "y": y}), rel=1e-12)


def test_a_box_is_confirmed_and_what_does_not_hold_is_not() -> None:
    sure = cover("-x**2 - y**2 - x*y/2")
    low, high = np.array([-1.0, -1.0]), np.array([1.0, 1.0])
    found = sure.of(low, high, [np.zeros(2)])
    again = recheck(sure, found)
    assert found.is_sure and found.closed == len(found.bent) > 0
    assert again.tried == again.confirmed == len(found.sure) + len(found.bent)
    wrong = recheck(cover("x**2 - y**2 + 1"), found)  # the same pieces, of what is positive there
    assert wrong.tried == again.tried and wrong.confirmed == 0


def test_what_balls_lack_is_said() -> None:
    steps = cover("-floor(abs(x)) - 1")
    found = steps.of(np.array([-1.0, -1.0]), np.array([1.0, 1.0]))
    assert found.is_sure and str(recheck(steps, found)) == "not re-checked in ball arithmetic, which lacks floor"
