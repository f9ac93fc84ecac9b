"""Systems that are looked at for short times."""

from __future__ import annotations

from typing import Any

from neurodyn import Model


def lorenz(until: float) -> Model:
    """Lorenz's model with a short bench."""
    text = "dx/dt = 10*(y - x)\ndy/dt = x*(rho - z) - y\ndz/dt = x*y - 8/3*z"
    bench = {"until": until}
    return Model(text, states={"x": 1, "y": 1, "z": 20}, parameters={"rho": 28}, bench=bench, name="lorenz")


def oscillator(**more: Any) -> Model:
    """A harmonic oscillator."""
    return Model("dx/dt = y\ndy/dt = -x", states={"x": 0.0, "y": 1.0}, bench={"until": 20}, name="oscillator", **more)


def rotating(mu: float, b: float, omega: float) -> Model:
    """z' = z(mu + i omega - (1 + i b)|z|^2): a circle of radius sqrt(mu)."""
    text = "r2 = x**2 + y**2\ndx/dt = (mu - r2)*x - (omega - b*r2)*y\ndy/dt = (mu - r2)*y + (omega - b*r2)*x"
    values = {"mu": mu, "b": b, "omega": omega}
    return Model(text, states={"x": 0.3, "y": 0.0}, parameters=values, bench={"until": 10}, name="rotating")
