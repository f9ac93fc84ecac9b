"""Expressions keep their meaning: random ones, with units, signs and brackets, against Python's reading of them."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from neurodyn import Model, build

UNITS = {"mV": 1e-3, "ms": 1e-3, "second": 1.0, "volt": 1.0, "nS": 1e-9, "usiemens": 1e-6, "cm2": 1e-4, "metre": 1.0}
# Plain numbers made of quantities, as they come up in equations.
PLAIN = (
    "v/mV", "3*mV/(2*mV)", "(mV**-1)*4*mV", "20*ms/second", "2*nS*volt/(usiemens*mV)", "-4*mV/volt", "ms/second*5",
    "1/ms*ms", "v*2*mV**-1", "cm2/metre**2*1e4", "(v - 3*mV)/(5*mV)", "2.5e-3*second/ms", "(1.5*mV)**2/mV**2",
    "1/(2/ms)/ms",
)  # fmt: skip


def expression(rng: random.Random, depth: int) -> str:
    """A random expression of plain numbers; its operands are in brackets only where they need them, or by chance."""
    if depth == 0:
        return rng.choice(["x", "y", "2", "0.5", "3.0", "1e-1", f"({rng.choice(PLAIN)})", rng.choice(PLAIN)])
    a, b = expression(rng, depth - 1), expression(rng, rng.randrange(depth))
    if rng.random() < 0.4:
        b = f"({b})"
    if rng.random() < 0.3:
        a = f"({a})"
    forms = (
        f"{a} + {b}", f"{a} - {b}", f"{a}*{b}", f"{a}/(1 + ({b})**2)", f"({a})**2", f"-{a}", f"2**-({b})**2",
        f"-({a})**3/10",
        f"int({a} > {b} and not {a} > 1)*{b}", f"tanh({a})", f"clip({a}, -1, {b})", f"exp(-({a})**2)", f"({a}) % 3",
        f"{a}*-{b}", f"{a} - -{b}", f"abs({a})", f"int({a} < {b} < 2 or {b} == 0)",
    )  # fmt: skip
    return rng.choice(forms)


def by_python(text: str, **names: float) -> Any:
    known: dict[str, Any] = {"tanh": np.tanh, "exp": np.exp, "abs": abs, "int": int, "clip": clip}
    with np.errstate(all="ignore"):
        try:
            return eval(text, {"__builtins__": {}}, {**known, **UNITS, **names})
        except (ZeroDivisionError, OverflowError):
            return np.nan


def clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


@pytest.mark.parametrize("seed", [1, 13])
def test_meaning(seed: int) -> None:
    rng = random.Random(seed)
    texts = [expression(rng, rng.randint(1, 4)) for _ in range(60)]
    lines = [f"dz{k}/dt = ({text})*Hz : 1" for k, text in enumerate(texts)]
    model = Model.from_brian2("\n".join([*lines, "dx/dt = 0*Hz : 1", "dy/dt = 0*Hz : 1", "dv/dt = 0*mV/ms : volt"]))
    system, compared = build(model), 0
    for x, y, v in ((0.3, -1.7, 0.004), (-2.5, 0.9, -0.0125), (1.2, 3.4, 0.05)):
        start = {name: np.zeros(()) for name in system.layout.names} | {"x": x, "y": y, "v": v}
        with np.errstate(all="ignore"):
            rates = system.layout.unpack(system.flow()(0.0, system.layout.pack(start), {}))
        for k, text in enumerate(texts):
            wanted = by_python(text, x=x, y=y, v=v)
            if np.isfinite(wanted) and abs(wanted) < 1e6:
                assert float(rates[f"z{k}"]) == pytest.approx(wanted, rel=1e-7, abs=1e-9), (
                    text,
                    model.flows[f"z{k}"].text,
                )
                compared += 1
    assert compared > 150
