"""Systems that several files of tests run."""

from __future__ import annotations

from typing import Any

from neurodyn import Model, System, build

POLE = """
format = 1
equations = "dx/dt = x**2"
[states]
x = 1.0
"""
DRIVEN = """
format = 1
equations = "tau*dx/dt = u + v*w - x"
[states]
x = 0.3
[parameters]
tau = 0.5
[inputs]
u = { value = "pulses(1.5, 2, 0.25)" }
v = { value = "ramp(1, 3, 0, 2)" }
w = { value = "2 - window(2.5, 4)" }
"""


def made(text: str, **values: Any) -> System:
    return build(Model.from_text(text, name="test"), **values)
