"""Recursions along a letter equal their evaluation from the start, written out or as a loop, and so do derivatives."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.program import scanning
from neurodyn.program.lower import Output
from tests.program.reference import evaluate_array

HEAD = """
[indices]
L = { letters = "k l", size = 5, ends = "zero" }
M = { letters = "m n", size = 3 }

[states]
"x[k]" = 0
"z[k,m]" = 0
s = 0

[parameters]
"a[k]" = "uniform(0.5, 1.5)"
"B[m,n]" = "normal(0, 0.4)"

[inputs]
u = 0.7
"""
FLOWS = """
dx[k]/dt = -x[k] + tanh(q[k])
dz[k,m]/dt = -z[k,m]
ds/dt = q[L-1] - s
"""
# Equations of q[k], the last ones of what else is in the circle.
RECURSIONS = {
    "one step": "q[k] = where(k == 0, u, q[k-1]*x[k] - a[k])",
    "without a start": "q[k] = sin(x[k]) + 0.5*q[k-1]",
    "two steps": "q[k] = x[k] + 0.3*q[k-1]*q[k-2] + t*k",
    "through another": "q[k] = where(k == 0, u, r[k-1])/(1 + x[k]**2)\nr[k] = q[k]*a[k] + q[k-1] + s",
    "with neighbours": "q[k] = x[k+1] - x[k-1]*q[k-1] + a[L-1-k]",
    "rows": "q[k] = sum(r[k,m]**2, m)\nr[k,m] = tanh(z[k,m] + sum(B[m,n]*r[k-1,n], n) + q[k-1])",
    "constants inside": "q[k] = x[k] + c[k]*q[k-1]\nc[k] = where(k == 0, 1, c[k-1]*a[k])",
}  # fmt: skip


def model_of(text: str) -> neurodyn.Model:
    return neurodyn.Model.from_text(f'equations = """{FLOWS}{text}\n"""\n{HEAD}')


def variables(system: neurodyn.System, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.8, system.layout.size)


def by_loops(system: neurodyn.System, name: str, y: np.ndarray, t: float) -> np.ndarray:
    model = system.model
    values = {**system.layout.unpack(y), "t": t, "u": 0.7}
    values.update({n: system.values[n] for n in model.parameters})
    definition = model.definitions[name]
    return evaluate_array(definition.expr, definition.letters, values, system.sizes, model.definitions)[0]


@pytest.fixture(params=["written out", "loop"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "loop":
        monkeypatch.setattr(scanning, "WRITTEN_OUT", 0)


pytestmark = pytest.mark.usefixtures("_way")


@pytest.mark.parametrize("size", [5, 2, 1])
@pytest.mark.parametrize("text", RECURSIONS.values(), ids=list(RECURSIONS))
def test_values(text: str, size: int) -> None:
    system = neurodyn.build(model_of(text), sizes={"L": size}, seed=1)
    rows = np.stack([variables(system, seed) for seed in range(3)])
    together = system.observe(["q"], trials=True)(0.4, rows, {"u": 0.7})["q"]
    for row, found in zip(rows, together, strict=True):
        expected = by_loops(system, "q", row, 0.4)
        np.testing.assert_allclose(system.observe(["q"])(0.4, row, {"u": 0.7})["q"], expected, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def difference(f, y: np.ndarray, h: float = 1e-3) -> np.ndarray:
    weights = ((1, 45 / 60), (2, -9 / 60), (3, 1 / 60))
    rows = np.eye(len(y)) * h
    return np.stack([sum(w * (f(y + m * r) - f(y - m * r)) for m, w in weights) / h for r in rows], axis=-1)


@pytest.mark.parametrize("text", RECURSIONS.values(), ids=list(RECURSIONS))
def test_jacobian(text: str) -> None:
    system = neurodyn.build(model_of(text), seed=2)
    y, u = variables(system, 5), {"u": 0.7}
    flow = system.flow()
    exact = system.jacobian()(0.4, y, u)
    np.testing.assert_allclose(exact, difference(lambda z: flow(0.4, z, u), y), atol=1e-8)
    if "k+1" not in text and "L-1-k" not in text:
        assert not np.triu(exact[:5, :5], 1).any()  # a unit hears nobody behind it


@pytest.mark.parametrize("text", RECURSIONS.values(), ids=list(RECURSIONS))
def test_gradient_and_rate_of_what_depends_on_a_recursion(text: str) -> None:
    """dE/dx goes through the recursion backwards, dE/dt forwards."""
    system = neurodyn.build(model_of(text + "\nE = sum(q[k]**2*x[k], k) + q[1]"), seed=3)
    y, u = variables(system, 6), {"u": 0.7}
    claim = system.structure.claim("dE/dx[k] == 0")
    rate = system.structure.claim("dE/dt == 0")
    outputs = [Output("gradient", claim.letters, claim.left), Output("rate", (), rate.left)]
    bound = system.bind("both", outputs, False, system.structure.chain.definitions)
    found = bound(0.4, {**system.layout.unpack(y), **u})
    observe, flow = system.observe(["E"]), system.flow()(0.4, y, u)
    slope = difference(lambda z: np.asarray(observe(0.4, z, u)["E"]), y)
    along = difference(lambda h: np.asarray(observe(0.4 + h[0], y + h[0] * flow, u)["E"]), np.zeros(1))
    np.testing.assert_allclose(found["gradient"], slope[:5], atol=1e-8)
    assert found["rate"] == pytest.approx(along[0], abs=1e-8)


def test_a_derived_parameter() -> None:
    """Fibonacci numbers, binomial coefficients."""
    model = neurodyn.Model(
        "dx/dt = -x\nf[k] = where(k < 2, 1, f[k-1] + f[k-2])\nc[k,l] = where(l == 0, 1, c[k-1,l-1] + c[k-1,l])",
        indices={"L": {"letters": "k l", "size": 90, "ends": "zero"}},
        states={"x": 1.0},
    )
    values = neurodyn.build(model, sizes={"L": 12}).values
    assert values["f"].tolist() == [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144]
    assert values["c"][10].tolist() == [1, 10, 45, 120, 210, 252, 210, 120, 45, 10, 1, 0]


def test_long_recursions_are_loops() -> None:
    """A random walk of 2,000 steps is the running sum."""
    model = neurodyn.Model(
        "dx[k]/dt = -x[k]\nw[k] = w[k-1] + x[k]",
        indices={"L": {"letters": "k", "size": 2000, "ends": "zero"}},
        states={"x[k]": "normal(0, 1)"},
    )
    system = neurodyn.build(model)
    y = system.start()
    np.testing.assert_allclose(system.observe(["w"])(0.0, y, {})["w"], np.cumsum(y), rtol=1e-10)
