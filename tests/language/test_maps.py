"""Maps mean what their text says: steps against plain loops written by hand; text, symbols and LaTeX agree."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.language.spell import spell
from neurodyn.model.display import model_html
from neurodyn.model.methods import equation_latex
from neurodyn.program.lower import Output
from neurodyn.system.noise import Draws
from neurodyn.system.structure import ORDER

HEAD = """
[indices]
N = { letters = "i j", size = 4 }
R = { letters = "r", size = 3 }

[states]
"x[i]" = { start = "normal(0, 1)", before = "BEFORE" }
y = 0.5

[parameters]
"W[i,j]" = "normal(0, 1)/4"
c = 1.5
"""
OTHER = "y(t+1) = y/2"

# The map of x[i], with the same as a function of the past by hand: x[0] is the state now, x[d] that d steps ago.
CASES = {
    "x[i](t+1) = sum(W[i,j]*x[j], j) - y": lambda x, y, w, t: [
        sum(w[i, j] * x[0][j] for j in range(4)) - y for i in range(4)
    ],
    "x[i](t+1) = x[i] + y(t+1)": lambda x, y, w, t: [x[0][i] + y / 2 for i in range(4)],
    "x[i](t+1) = x[i](t - 2)/2 + x[i](t)/3": lambda x, y, w, t: [x[2][i] / 2 + x[0][i] / 3 for i in range(4)],
    "x[i](t+1) = mean(x[i](t - r), r)": lambda x, y, w, t: [sum(x[d][i] for d in range(3)) / 3 for i in range(4)],
    "x[i](t+1) = sum(W[i,j]*x[j](t - r - 1)*(r + 1), j, r)/c": lambda x, y, w, t: [
        sum(w[i, j] * x[r + 1][j] * (r + 1) for j in range(4) for r in range(3)) / 1.5 for i in range(4)
    ],
    "x[i](t+1) = max(x[i](t - r), r) - max(x[j], j != i)": lambda x, y, w, t: [
        max(x[d][i] for d in range(3)) - max(x[0][j] for j in range(4) if j != i) for i in range(4)
    ],
    "x[i](t+1) = x[0](t - 1)*t/(1 + t)": lambda x, y, w, t: [x[1][0] * t / (1 + t)] * 4,
    "x[i](t+1) = q[i]/2 + x[i]/3\nq[i] = sum(W[i,j]*x[j](t - 1), j)": lambda x, y, w, t: [
        sum(w[i, j] * x[1][j] for j in range(4)) / 2 + x[0][i] / 3 for i in range(4)
    ],
    "x[i](t+1) = x[i] - dE/dx[i]/8\nE = sum(x[i]**2, i)**2/4": lambda x, y, w, t: [
        x[0][i] - sum(v * v for v in x[0]) * x[0][i] / 8 for i in range(4)
    ],
}


def model_of(text: str, before: str = "i + t/10") -> neurodyn.Model:
    head = HEAD.replace("BEFORE", before) if "(t - " in text else HEAD.replace(', before = "BEFORE"', "")
    return neurodyn.Model.from_text(f'equations = """\n{text}\n{OTHER}\n"""\n{head}')


@pytest.mark.parametrize("text", CASES)
def test_steps_against_loops(text: str) -> None:
    system = neurodyn.build(model_of(text))
    result = neurodyn.simulate(system, steps=6)
    past = [result["x"].values[0]] + [np.arange(4) - back / 10 for back in range(1, 5)]
    y = 0.5
    for t in range(6):
        past.insert(0, np.array(CASES[text](past, y, system.values["W"], t)))
        y /= 2
        np.testing.assert_allclose(result["x"].values[t + 1], past[0], rtol=1e-13, atol=1e-14)
        assert result["y"].values[t + 1] == y


@pytest.mark.parametrize("text", CASES)
def test_round_trip(text: str) -> None:
    model = model_of(text)
    assert neurodyn.Model.from_text(model.to_toml()) == model
    equation = model.maps["x"]
    again = text.replace(equation.text, f"x[i](t+1) = {spell(equation.expr, {'N': ('i', 'j'), 'R': ('r',)}, ['i'])}")
    assert model_of(again).maps["x"].expr == equation.expr


def test_python_and_text_make_the_same_map() -> None:
    made = neurodyn.Model(
        "s[i](t+1) = where(a[i] < 1/2, s[i], -s[i])",
        indices={"N": {"letters": "i", "size": 3}},
        states={"s[i]": {"start": "signs()", "about": "spins"}},
        noise={"a[i]": "uniform"},
        update="asynchronous",
        bench={"steps": 5, "every": 2},
    )
    read = neurodyn.Model.from_text(made.to_toml())
    assert read == made and read.discrete and read.noise["a"].value == "uniform"
    assert neurodyn.simulate(made).time.tolist() == [0, 2, 4, 5]


LATEX = {
    "x[i](t+1) = sum(W[i,j]*x[j], j)": r"x_{i}\left(t + 1\right) = \sum_{j} W_{ij}\,x_{j}",
    "x[i](t+1) = mean(x[i](t - r), r) + y(t+1)": (
        r"x_{i}\left(t + 1\right) = \left\langle x_{i}\left(t - r\right) \right\rangle_{r} + y\left(t + 1\right)"
    ),
}


@pytest.mark.parametrize("text", LATEX)
def test_latex(text: str) -> None:
    model = model_of(text)
    assert equation_latex(model)[0] == LATEX[text]
    assert "<table>" in model_html(model)


def test_new_values_are_made_in_the_order_that_they_need() -> None:
    """A chain of requests for new values, written backwards, through a definition."""
    model = neurodyn.Model(
        """
        a(t+1) = b(t+1) + q
        q      = 10*c(t+1)
        b(t+1) = c(t+1)**2
        c(t+1) = c + 1
        """,
        states={"a": 0, "b": 0, "c": 1},
    )
    result = neurodyn.simulate(model, steps=2, record=["a", "b", "c", "q"])
    assert result["c"].values.tolist() == [1, 2, 3]
    assert result["b"].values.tolist() == [0, 4, 9]
    assert result["q"].values.tolist() == [20, 30, 40]  # at t it reads what the step from t makes
    assert result["a"].values.tolist() == [0, 24, 39]


def test_a_definition_has_a_new_value() -> None:
    """`o(t+1)` reads the new states, and inputs as they are in this step."""
    model = neurodyn.Model(
        "x(t+1) = x + 1\nz(t+1) = o(t+1)\no = 2*x + u + k",
        states={"x": 0, "z": 0},
        inputs={"u": "100*t"},
        parameters={"k": 0.5},
    )
    assert neurodyn.simulate(model, steps=3)["z"].values.tolist() == [0, 2.5, 104.5, 206.5]


def test_inputs_are_read_at_the_step() -> None:
    """A pulse that begins at a step is there at that step, and not at the one at which it ends."""
    model = neurodyn.Model("x(t+1) = x + u", states={"x": 0}, inputs={"u": "pulses(1, period=3, duty=1/3, count=2)"})
    result = neurodyn.simulate(model, steps=7, record=["x", "u"])
    assert result["u"].values.tolist() == [1, 0, 0, 1, 0, 0, 0, 0]
    assert result["x"].values.tolist() == [0, 1, 1, 1, 2, 2, 2, 2]


def test_claims_about_one_update_of_an_asynchronous_map() -> None:
    """The claim is about each single unit: its two sides have the unit as their last letter."""
    model = neurodyn.Model(
        "s[i](t+1) = sign(sum(J[i,j]*s[j], j), s[i])\nE = -sum(J[i,j]*s[i]*s[j], i, j)/2",
        indices={"N": {"letters": "i j", "size": 6}},
        states={"s[i]": "signs()"},
        parameters={"J[i,j]": {"value": "where(i == j, 0, normal(0, 1))"}},
        update="asynchronous",
    )
    system = neurodyn.build(model)
    claim = system.structure.claim("E(t+1) <= E")
    j = system.values["J"]
    new = system.bind("left", [Output("left", claim.letters, claim.left)], False)

    def energy(z: np.ndarray) -> float:
        return float(-z @ j @ z / 2)

    rises = []
    for seed in range(10):
        s = system.start(seed=seed)
        left = new(0.0, {"s": s})["left"]
        updated = [np.where(np.arange(6) == k, np.sign(j[k] @ s), s) for k in range(6)]
        np.testing.assert_allclose(left, [energy(z) for z in updated], rtol=1e-13, atol=1e-13)
        rises.append(left.max() - energy(s))
    assert max(rises) > 0.01  # these weights are not symmetric, so the claim is false


def test_an_asynchronous_step_by_hand() -> None:
    """Units in the drawn order, each seeing what those before it have become; also through definitions."""
    model = neurodyn.Model(
        "x[i](t+1) = tanh(sum(q[j]*W[i,j], j != i)) + a[i]/10\nq[j] = x[j] - m\nm = mean(x[i], i)",
        indices={"N": {"letters": "i j", "size": 5}},
        states={"x[i]": "normal(0, 1)"},
        parameters={"W[i,j]": "normal(0, 1)"},
        noise={"a[i]": "normal"},
        update="asynchronous",
    )
    system = neurodyn.build(model)
    for trials in (None, 3):
        result = neurodyn.simulate(system, steps=3, trials=trials, seed=2)
        draws = Draws(system.structure, system.sizes, 2, trials)
        for trial in range(trials or 1):
            x = result["x"].values[0] if trials is None else result["x"].values[0, trial]
            x, w = x.copy(), system.values["W"]
            for t in range(3):
                drawn = {n: v if trials is None else v[trial] for n, v in draws.at(t).items()}
                assert sorted(drawn[ORDER]) == [0, 1, 2, 3, 4]
                for i in drawn[ORDER].astype(int):
                    total = sum((x[j] - x.mean()) * w[i, j] for j in range(5) if j != i)
                    x[i] = np.tanh(total) + drawn["a"][i] / 10
            found = result["x"].values[-1] if trials is None else result["x"].values[-1, trial]
            np.testing.assert_allclose(found, x, rtol=1e-12)


@pytest.mark.parametrize(
    ("before", "expected"), [("2*t", [-2, -4, -6]), (7, [7, 7, 7]), ("k", [3, 3, 3]), (None, [1, 1, 1])]
)
def test_what_was_before_the_start(before: str | float | None, expected: list[float]) -> None:
    state = {"start": 1} if before is None else {"start": 1, "before": before}
    model = neurodyn.Model("x(t+1) = x(t - 3)", states={"x": state}, parameters={"k": 3})
    assert neurodyn.simulate(model, steps=4)["x"].values[1:].tolist() == [*expected[::-1], 1]


def test_a_history_that_is_drawn_is_drawn_for_each_trial() -> None:
    model = neurodyn.Model("x(t+1) = x(t - 2)", states={"x": {"start": 0, "before": "normal(0, 1)"}})
    x = neurodyn.simulate(model, steps=2, trials=5)["x"].values
    assert len(np.unique(x[1])) == 5 and np.array_equal(x[1], x[2])
