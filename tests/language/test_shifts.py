"""Positions beyond the ends: what is read means what the text says, is spelt so that it reads back, and is typeset."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.calculus.letters import letter, size_symbol
from neurodyn.calculus.positions import Clamped, Cyclic
from neurodyn.language.spell import spell
from neurodyn.model.methods import equation_latex
from tests.program.reference import evaluate_array

HEAD = """
[indices]
N = { letters = "i j", size = 4 }
C = { letters = "m n", size = 3, ends = "cyclic" }
Z = { letters = "p w", size = 5, ends = "zero" }
O = { letters = "o l", size = 5, ends = "open" }
E = { letters = "e f", size = 4, ends = "clamp" }
R = { letters = "r s", size = "O - C + 1" }

[states]
"x[i]" = 0

[parameters]
"V[m,i]" = 0
"z[p]" = 0
"u[o]" = 0
"g[e]" = 0
"k[r]" = 0
"next[m]" = 0
"""
SIZES = {"N": 4, "C": 3, "Z": 5, "O": 5, "E": 4, "R": 3}
RNG = np.random.default_rng(0)
VALUES = {
    "x": RNG.standard_normal(4),
    "V": RNG.standard_normal((3, 4)),
    "z": RNG.standard_normal(5),
    "u": RNG.standard_normal(5),
    "g": RNG.standard_normal(4),
    "k": RNG.standard_normal(3),
    "next": np.array([1.0, 2.0, 0.0]),
}
X, V, Z, U, G, K = (VALUES[n] for n in ("x", "V", "z", "u", "g", "k"))


def z(*places: int) -> np.ndarray:
    """Entries of Z, 0 beyond its ends."""
    return np.array([Z[p] if 0 <= p < 5 else 0.0 for p in places])


def at(count: int, value) -> np.ndarray:
    return np.array([value(p) for p in range(count)])


def lse(x: np.ndarray) -> float:
    return float(np.log(np.exp(x).sum()))


# Text of q[i] (or of q), and the same by hand.
CASES = {
    "q[m] = V[m+1,0] - V[m - 2,1] + V[-1,2]": np.roll(V, -1, 0)[:, 0] - np.roll(V, 2, 0)[:, 1] + V[2, 2],
    "q[m,n] = V[m+n,0] + V[C-1-m,1]": at(3, lambda m: V[(m + np.arange(3)) % 3, 0] + V[2 - m, 1]),
    "q[m] = V[next[m+1],0]": V[[2, 0, 1], 0],
    "q[i] = x[N-1-i]*V[C-1,i] + x[N - 1]": X[::-1] * V[2] + X[3],
    "q[p] = z[p+1] - 2*z[p] + z[p-1]": at(5, lambda p: z(p + 1)[0] - 2 * z(p)[0] + z(p - 1)[0]),
    "q[p,i] = exp(z[p-2])*x[i] + z[5]": np.outer(np.exp(z(-2, -1, 0, 1, 2)), X),
    "q[p] = z[2*p] + z[-p]": z(0, 2, 4, 6, 8) + z(0, -1, -2, -3, -4),
    "q = max(z[p+1], p)": z(1, 2, 3, 4, 5).max(),
    "q = sum(z[p+1]*z[p], p)": Z[1:] @ Z[:-1],
    "q[r] = sum(u[r+m]*V[m,0], m)": at(3, lambda r: U[r : r + 3] @ V[:, 0]),
    "q[o] = sum(u[o-m], m)": at(5, lambda o: sum(U[o - m] for m in range(3) if o >= m)),
    "q[o] = mean(u[o+m], m)": at(5, lambda o: U[o : o + 3].mean()),
    "q[o] = max(u[o+m], m)": at(5, lambda o: U[o : o + 3].max()),
    "q[o] = logsumexp(2*u[o+m], m != 1)": at(5, lambda o: lse(2 * U[[p for p in (o, o + 2) if p < 5]])),
    "q[o] = count(u[o+m] < 0, m)": at(5, lambda o: (U[o : o + 3] < 0).sum()),
    "q[o] = where(all(u[o+m] < 0, m), 1, 0)": at(5, lambda o: (U[o : o + 3] < 0).all()),
    "q = prod(u[o+1]*sum(u[l-o], l), o)": np.prod([U[o + 1] * U[: 5 - o].sum() for o in range(4)]),
    "q[e] = g[e+1] - g[e]": np.diff(np.append(G, G[-1])),
    "q[e] = g[e-3] + sum(g[e+f], f)": at(4, lambda e: G[0] + sum(G[min(e + f, 3)] for f in range(4))),
}


def model_of(text: str) -> neurodyn.Model:
    return neurodyn.Model.from_text(f'equations = """\ndx[i]/dt = -x[i]\n{text}\n"""\n{HEAD}')


@pytest.mark.parametrize("text", CASES)
def test_meaning(text: str) -> None:
    model = model_of(text)
    definition = model.definitions["q"]
    found, _ = evaluate_array(definition.expr, definition.letters, VALUES, SIZES)
    np.testing.assert_allclose(found, CASES[text], rtol=1e-13, atol=1e-13)
    system = neurodyn.build(model, values={n: v for n, v in VALUES.items() if n != "x"})
    compiled = system.observe(["q"])(0.0, X, {})["q"]
    np.testing.assert_allclose(compiled, CASES[text], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("text", CASES)
def test_round_trip(text: str) -> None:
    model = model_of(text)
    definition = model.definitions["q"]
    scope = [str(x.label) for x in definition.letters]
    letters = {s.name: s.letters for s in model.indices.values()}
    again = f"q[{','.join(scope)}] = " if scope else "q = "
    again += spell(definition.expr, letters, scope)
    assert model_of(again).definitions["q"].expr == definition.expr, again
    assert neurodyn.Model.from_text(model.to_toml()) == model


def test_latex() -> None:
    text = "q[p,m] = V[m+1,0]*z[p - 1] - z[Z-1]"
    assert equation_latex(model_of(text))[1] == r"q_{pm} = V_{m + 1,0}\,z_{p - 1} - z_{Z - 1}"


def test_a_derivative_at_a_shifted_position_is_zero_beyond_the_ends() -> None:
    model = neurodyn.Model(
        "E = sum(y[p]**3, p)/3\ndy[p]/dt = dE/dy[p+1]\nw[p] = 2*y[p]**2\ndv[p]/dt = dw[p-1]/dt",
        indices={"Z": {"letters": "p", "size": 3, "ends": "zero"}},
        states={"y[p]": 0, "v[p]": 0},
    )
    flow = neurodyn.build(model).flow()(0.0, np.array([1.0, 2.0, 3.0, 0, 0, 0]), {})
    # dy = (y1^2, y2^2, 0) and dv = (0, 4*y0*dy0, 4*y1*dy1).
    assert flow.tolist() == [4.0, 9.0, 0.0, 0.0, 4 * 1 * 4.0, 4 * 2 * 9.0]


def test_positions_as_numbers_are_spelt_by_what_they_are() -> None:
    """Derived expressions may hold them where no brackets say what is beyond the ends."""
    size = size_symbol("C")
    m = letter("m", size)
    for rule, expected in ((Cyclic, [2, 0, 1]), (Clamped, [0, 0, 1])):
        text = spell(2 * rule(m - 1, size) - 1, {"C": ("m", "n")}, ["m"])
        definition = model_of(f"q[m] = {text}").definitions["q"]
        found, _ = evaluate_array(definition.expr, definition.letters, VALUES, SIZES)
        assert found.tolist() == [2 * k - 1 for k in expected]


def test_maps_shift_old_new_and_past_values() -> None:
    model = neurodyn.Model(
        "x[i](t+1) = x[i-1](t - 1) + y[i+1](t+1)\ny[i](t+1) = x[i+1]/2",
        indices={"Z": {"letters": "i", "size": 4, "ends": "zero"}},
        states={"x[i]": [1.0, 2.0, 3.0, 4.0], "y[i]": 0.0},
    )
    found = neurodyn.simulate(model, steps=6, record=["x"])["x"].values
    x = [found[0], found[0]]
    for _ in range(6):
        y = np.append(x[-1][1:], 0) / 2
        x.append(np.append(0, x[-2][:-1]) + np.append(y[1:], 0))
    np.testing.assert_allclose(found, x[1:], rtol=1e-14)
