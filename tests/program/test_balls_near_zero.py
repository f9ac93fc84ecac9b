"""Balls hold the values of functions, also around 0."""

from __future__ import annotations

import flint
import numpy as np
import pytest

import neurodyn
from neurodyn.program.balls import BITS, Balls, between
from neurodyn.program.lower import Output, lower

EXPRESSIONS = {
    "x**2 - x**3": lambda x: x**2 - x**3,
    "sign(x)*abs(x)": lambda x: x,
    "exprel(x)": lambda x: np.where(x == 0, 1.0, np.expm1(x) / np.where(x == 0, 1.0, x)),
    "sum(W[i,j]*(i == j), j)*x": lambda x: np.stack([x, 2 * x], axis=-1),
    "max(x*(i + 1), i)": lambda x: np.maximum(x, 2 * x),
    "prod(x + i, i)": lambda x: x * (x + 1),
}


@pytest.mark.parametrize("text", EXPRESSIONS)
@pytest.mark.parametrize("ends", [(-1e-9, 1e-9), (-0.5, 0.75), (0.25, 0.5)])
def test_balls_hold_values(text: str, ends: tuple[float, float]) -> None:
    left = "y[i]" if text.startswith("sum") else "y"
    model = neurodyn.Model(
        ["dx/dt = -x", f"{left} = {text}"], states={"x": 0.5}, indices={"N": {"letters": "i j", "size": 2}},
        parameters={"W[i,j]": np.array([[1.0, 3.0], [5.0, 2.0]])},
    )  # fmt: skip
    system = neurodyn.build(model)
    definition = system.structure.definitions["y"]
    program = lower(
        [Output("y", definition.letters, definition.expr)], definitions=system.structure.definitions,
        sizes=system.all_sizes, constant=list(system.values), on={}, states=("x",), trials=True,
    )  # fmt: skip
    found = Balls(program, system.values)(between(0.0, 0.0), {"x": between(*(np.array([e]) for e in ends))})["y"]
    expected = EXPRESSIONS[text](np.linspace(*ends, 21))
    for ball, values in zip(np.ravel(found), np.reshape(expected, (21, -1)).T, strict=True):
        assert ball.is_finite()
        assert all(float(ball.lower()) - 1e-15 <= v <= float(ball.upper()) + 1e-15 for v in values.tolist())
        assert float(ball.rad()) < 4 * (ends[1] - ends[0]) + 1e-12
    assert flint.ctx.prec != BITS
