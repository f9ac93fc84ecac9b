"""Systems whose attractors and basins are known from elsewhere."""

from __future__ import annotations

import math

from neurodyn import Model


def well() -> Model:
    """x' = x - x^3: the starts above 0 come to 1, those below to -1."""
    return Model("dx/dt = x - x**3", states={"x": 0.5}, name="well")


def henon() -> Model:
    """Hénon's map."""
    text = "x(t+1) = 1 - a*x**2 + y\ny(t+1) = b*x"
    return Model(text, states={"x": 0.1, "y": 0.1}, parameters={"a": 1.4, "b": 0.3}, name="henon")


def logistic(r: float) -> Model:
    """The logistic map."""
    return Model("x(t+1) = r*x*(1 - x)", states={"x": 0.3}, parameters={"r": r}, name="logistic")


def reversed_van_der_pol() -> Model:
    """The origin attracts what lies inside the cycle; the rest grows without bound."""
    return Model("dx/dt = -y\ndy/dt = x + (x**2 - 1)*y", states={"x": 0.1, "y": 0.1}, name="reversed_van_der_pol")


def oscillator() -> Model:
    """z' = z(m + i w - (1 + i b)|z|^2): a cycle of radius sqrt(m) and period 2 pi/(w - b m)."""
    text = "dx/dt = m*x - w*y - (x - b*y)*(x**2 + y**2)\ndy/dt = m*y + w*x - (y + b*x)*(x**2 + y**2)"
    return Model(text, states={"x": 0.1, "y": 0.1}, parameters={"m": 0.5, "w": 2.0, "b": 0.5}, name="oscillator")


def pendulum() -> Model:
    """A damped pendulum over three magnets at the corners of a triangle (Attractors.jl has it as an example)."""
    corners = [(math.cos(2 * math.pi * k / 3), math.sin(2 * math.pi * k / 3)) for k in range(3)]
    pull = [
        " ".join(f"- (x{end} - ({c[k]!r}))/((x - ({c[0]!r}))**2 + (y - ({c[1]!r}))**2 + d**2)**1.5" for c in corners)
        for k, end in enumerate(("", "#"))
    ]
    text = f"dx/dt = u\ndy/dt = v\ndu/dt = -w**2*x - a*u {pull[0]}\ndv/dt = -w**2*y - a*v {pull[1].replace('x#', 'y')}"
    return Model(
        text,
        states={"x": 1.0, "y": 0.0, "u": 0.0, "v": 0.0},
        parameters={"w": 0.8, "a": 0.2, "d": 0.2},
        name="pendulum",
    )


def tanh_network(n: int) -> Model:
    """x' = -x + W tanh(x)."""
    return Model(
        "dx[i]/dt = -x[i] + sum(W[i,j]*tanh(x[j]), j)",
        indices={"N": {"letters": "i j", "size": n}},
        states={"x[i]": 0.1},
        parameters={"W[i,j]": {}},
        name="tanh_network",
    )


def two_circles() -> Model:
    """Two circles of radius 1, turned round at rates whose ratio is the golden one: a torus."""
    one, other = (f"d{a}/dt = (1 - {a}**2 - {b}**2)*{a} - {w}*{b}\nd{b}/dt = (1 - {a}**2 - {b}**2)*{b} + {w}*{a}"
                  for a, b, w in ("xy1", "uvw"))  # fmt: skip
    states = {"x": 1.0, "y": 0.0, "u": 1.0, "v": 0.0}
    return Model(f"{one}\n{other}", states=states, parameters={"w": (math.sqrt(5) - 1) / 2}, name="two_circles")
