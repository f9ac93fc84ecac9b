"""What is read means what the text says: symbols against plain loops written by hand."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from tests.program.reference import evaluate_array

HEAD = """
[indices]
N = { letters = "i j k", size = 4 }
K = { letters = "m n", size = 3 }

[states]
"x[i]" = 0
y = 0

[parameters]
"W[i,j]" = 0
"V[m,i]" = 0
"a[i]" = 0
which = 2
c = 1.5
"""
RNG = np.random.default_rng(0)
VALUES = {
    "x": RNG.standard_normal(4),
    "y": 0.7,
    "W": RNG.standard_normal((4, 4)),
    "V": RNG.standard_normal((3, 4)),
    "a": RNG.standard_normal(4),
    "which": 2.0,
    "c": 1.5,
    "t": 0.4,
}
X, Y, W, V, A, C = (VALUES[n] for n in ("x", "y", "W", "V", "a", "c"))
OFF = ~np.eye(4, dtype=bool)


def softmax(z: np.ndarray) -> np.ndarray:
    return np.exp(z) / np.exp(z).sum()


# Text of q[i] (or of q), and the same by hand.
CASES = {
    "q[i] = -x[i] + sum(W[i,j]*x[j], j)": -X + W @ X,
    "q[i] = sum(W[i,j]*x[j], j != i)": (W * OFF) @ X,
    "q[i] = sum(W[i,j], j < i)": np.tril(W, -1).sum(axis=1),
    "q = sum(W[i,j]*x[i]*x[j], i, j)": X @ W @ X,
    "q[i] = mean(W[i,j], j)": W.mean(axis=1),
    "q[i] = mean(W[i,j], j != i)": (W * OFF).sum(axis=1) / 3,
    "q[i] = max(W[i,j], j)": W.max(axis=1),
    "q[i] = max(W[i,j], j != i)": np.where(OFF, W, -np.inf).max(axis=1),
    "q[i] = min(x[i], 0)": np.minimum(X, 0),
    "q[i] = max(x[i], 0) + max(x[j], j)": np.maximum(X, 0) + X.max(),
    "q[i] = argmax(W[i,j], j)": W.argmax(axis=1),
    "q[i] = kth(W[i,j], 2, j)": np.sort(W, axis=1)[:, -2],
    "q[i] = kth(W[i,j], i + 1, j)": np.sort(W, axis=1)[np.arange(4), 3 - np.arange(4)],
    "q[i] = kth(x[j], 3, j) + kth(x[i], 4, j)": np.sort(X)[1] + X,
    "q[i] = kth(W[i,j], 3, j != i)": np.sort(np.where(OFF, W, -np.inf), axis=1)[:, 1],
    "q[i] = prod(1 + W[i,j], j)": (1 + W).prod(axis=1),
    "q[i] = norm(W[i,j], j)": np.linalg.norm(W, axis=1),
    "q[i] = logsumexp(c*W[i,j], j)/c": np.log(np.exp(C * W).sum(axis=1)) / C,
    "q[i] = logsumexp(W[i,j], j != i)": np.log((np.exp(W) * OFF).sum(axis=1)),
    "q[m] = softmax(sum(V[m,i]*x[i], i), m)": softmax(V @ X),
    "q[i] = sum(V[m,i]*softmax(sum(V[m,j]*x[j], j), m), m)": V.T @ softmax(V @ X),
    "q[i] = count(W[i,j] > 0, j)": (W > 0).sum(axis=1),
    "q[i] = where(all(W[i,j] > 0, j), 1, where(any(W[i,j] > 1, j), 2, 3))": np.where(
        (W > 0).all(axis=1), 1, np.where((W > 1).any(axis=1), 2, 3)
    ),
    "q[i] = where(x[i] > 0 and i != 2 or not a[i] < 0, x[i], -1)": np.where(
        (X > 0) & (np.arange(4) != 2) | ~(A < 0), X, -1
    ),
    "q[i] = where(i == 0, 1, 0)*N + i": 4 * (np.arange(4) == 0) + np.arange(4),
    "q[i,j] = cos(2*pi*(i - j)/N)": np.cos(2 * np.pi * np.subtract.outer(np.arange(4), np.arange(4)) / 4),
    "q[i] = V[0,i] + V[which,i]": V[0] + V[2],
    "q = a[3]*x[0]": A[3] * X[0],
    "q[i] = W[i,i]": np.diag(W),
    "q[i] = clip(x[i], -0.5, 0.5) + abs(x[i]) + sign(x[i]) + floor(x[i])": (
        np.clip(X, -0.5, 0.5) + np.abs(X) + np.sign(X) + np.floor(X)
    ),
    "q[i] = -x[i]**2 + 2**-1*x[i]": -(X**2) + 0.5 * X,
    "q[i] = f(x[i], 2) + f(a[i], c)\nf(z, p) = sum(W[i,j]*z, i, j)/p": W.sum() * X / 2 + W.sum() * A / C,
    "q[i] = x[i]*t + y": X * 0.4 + Y,
    "q[i] = 1e-3*x[i] + .5 - 1.25e2": 1e-3 * X + 0.5 - 125,
    "q[i] = sqrt(x[i]**2 + (\n    a[i]  # a remark\n    )**2)": np.hypot(X, A),
}


@pytest.mark.parametrize("text", CASES)
def test_meaning(text: str) -> None:
    flows = "dx[i]/dt = -x[i]\ndy/dt = -y"
    model = neurodyn.Model.from_text(f'equations = """\n{flows}\n{text}\n"""\n{HEAD}')
    definition = model.definitions["q"]
    found, _ = evaluate_array(definition.expr, definition.letters, VALUES, {"N": 4, "K": 3})
    np.testing.assert_allclose(found, CASES[text], rtol=1e-13, atol=1e-13)
    # The compiled system says the same.
    names = ("W", "V", "a", "which", "c")
    system = neurodyn.build(model, values={n: VALUES[n] for n in names})
    compiled = system.observe(["q"])(0.4, system.layout.pack({"x": X, "y": np.array([Y])}), {})["q"]
    np.testing.assert_allclose(compiled, CASES[text], rtol=1e-12, atol=1e-12)


def test_letters_free_here_and_bound_there_stay_apart() -> None:
    """Two populations use i and k both as free and as summed letters (the capture problem in the wild)."""
    model = neurodyn.Model(
        """
        dr[i]/dt = -r[i] + sum(A[i,j]*r[j], j) - sum(B[i,k]*s[k], k)
        ds[k]/dt = -s[k] + sum(C[k,i]*r[i], i) - sum(D[k,l]*s[l], l)
        """,
        indices={"NE": {"letters": "i j", "size": 5}, "NI": {"letters": "k l", "size": 3}},
        states={"r[i]": "uniform(0, 1)", "s[k]": "uniform(0, 1)"},
        parameters={f"{n}[{x},{y}]": "normal(0, 1)" for n, x, y in ("Aij", "Bik", "Cki", "Dkl")},
    )
    system = neurodyn.build(model)
    v, y = system.values, system.start()
    r, s = y[:5], y[5:]
    by_hand = np.concatenate([-r + v["A"] @ r - v["B"] @ s, -s + v["C"] @ r - v["D"] @ s])
    np.testing.assert_allclose(system.flow()(0, y, {}), by_hand, rtol=1e-12)


def test_the_same_model_from_text_and_from_python() -> None:
    text = '''
    summary = "decay"
    equations = """
    tau*dx[i]/dt = -x[i] + u      # towards the input
    """
    [indices]
    N = { letters = "i j", size = 3 }
    [states]
    "x[i]" = { start = 1.0, about = "activity" }
    [parameters]
    tau = { value = 2.0, given = "tau > 0" }
    [inputs]
    u = "step(1, 0.5)"
    '''
    made = neurodyn.Model(
        "    tau*dx[i]/dt = -x[i] + u      # towards the input\n    ",
        summary="decay",
        indices={"N": {"letters": "i j", "size": 3}},
        states={"x[i]": {"start": 1.0, "about": "activity"}},
        parameters={"tau": {"value": 2.0, "given": "tau > 0"}},
        inputs={"u": "step(1, 0.5)"},
    )
    read = neurodyn.Model.from_text(text)
    assert read == made
    assert neurodyn.Model.from_text(made.to_toml()) == made


def test_a_model_from_sympy_expressions() -> None:
    import sympy as sp

    x, k = sp.symbols("x k")
    i, size = sp.Idx("i", sp.Symbol("N", integer=True)), None
    assert size is None
    a = sp.IndexedBase("a")
    model = neurodyn.Model(
        [("dx/dt", -k * x**3 + sp.tanh(x) / 3 + sp.Sum(a[i] ** 2, i))],
        indices={"N": {"letters": "i", "size": 3}},
        states={"x": 0.5},
        parameters={"k": 2.0, "a[i]": [1.0, 2.0, 3.0]},
    )
    assert neurodyn.Model.from_text(model.to_toml()) == model
    flow = neurodyn.build(model).flow()(0, np.array([0.5]), {})
    assert flow[0] == pytest.approx(-2 * 0.125 + np.tanh(0.5) / 3 + 14, rel=1e-14)


def test_python_keywords_are_names() -> None:
    model = neurodyn.Model("dx/dt = -lambda*x + in", states={"x": 1}, parameters={"lambda": 2.0, "in": 3.0})
    assert neurodyn.build(model).flow()(0, np.array([1.0]), {})[0] == 1.0


def test_a_factor_in_brackets_divides_the_flow() -> None:
    model = neurodyn.Model("(a + 1)*dx/dt = -x", states={"x": 1}, parameters={"a": 3.0})
    assert neurodyn.build(model).flow()(0, np.array([8.0]), {})[0] == -2.0


def test_the_derivative_of_an_order_statistic_is_that_of_the_term_in_its_place() -> None:
    model = neurodyn.Model(
        "dx[i]/dt = -dE/dx[i]\nE = kth(x[j]**2, k, j)",
        indices={"N": {"letters": "i j", "size": 4}},
        states={"x[i]": 0},
        parameters={"k": 2},
    )
    for k in range(1, 5):
        place = np.argsort(X**2)[-k]
        rate = neurodyn.build(model, k=k).flow()(0, X, {})
        np.testing.assert_allclose(rate, np.where(np.arange(4) == place, -2 * X, 0), rtol=1e-14)
    with pytest.raises(neurodyn.InputError, match="kth is asked for number 5 of 4 terms"):
        neurodyn.build(model, k=5).observe(["E"])(0, X, {})
