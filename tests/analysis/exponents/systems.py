"""Systems whose exponents are known from elsewhere."""

from __future__ import annotations

from neurodyn import Model


def line(rate: float, start: float = 1.0) -> Model:
    """x' = rate*x."""
    return Model("dx/dt = rate*x", states={"x": start}, parameters={"rate": rate}, name="line")


def henon() -> Model:
    """Hénon's map."""
    text = "x(t+1) = 1 - a*x**2 + y\ny(t+1) = b*x"
    return Model(text, states={"x": 0.1, "y": 0.1}, parameters={"a": 1.4, "b": 0.3}, name="henon")


def logistic(r: float) -> Model:
    """The logistic map."""
    return Model("x(t+1) = r*x*(1 - x)", states={"x": 0.3}, parameters={"r": r}, name="logistic")


def linear(n: int) -> Model:
    """x' = A x in index notation; the matrix is given at build."""
    return Model(
        "dx[i]/dt = sum(A[i,j]*x[j], j)",
        indices={"N": {"letters": "i j", "size": n}},
        states={"x[i]": 1.0},
        parameters={"A[i,j]": {}},
        name="linear",
    )


def network(n: int) -> Model:
    """x' = -x + W tanh(x), the activation by a definition."""
    return Model(
        "v[i] = tanh(x[i])\ndx[i]/dt = -x[i] + sum(W[i,j]*v[j], j)",
        indices={"N": {"letters": "i j", "size": n}},
        states={"x[i]": "normal(0, 1)"},
        parameters={"W[i,j]": {}},
        name="network",
    )
