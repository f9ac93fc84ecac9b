"""Delays in flows: what is read, spelt and printed is what the text says."""

from __future__ import annotations

import pytest

import neurodyn
from neurodyn.calculus.letters import name_of, quantity
from neurodyn.calculus.times import Lag
from neurodyn.language.names import Name, Names
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.language.spell import spell
from neurodyn.model.methods import equation_latex

HEAD = """
[indices]
N = { letters = "i j", size = 4, ends = "cyclic" }

[states]
"x[i]" = 0.1
y = 0.5

[parameters]
"W[i,j]" = "normal(0, 1)/4"
"d[i,j]" = "uniform(1, 2)"
tau = 1.5

[inputs]
"u[i]" = "step(1, 2)"
"""
TEXTS = (
    "-x[i] + y(t - tau)",
    "sum(W[i,j]*x[j](t - d[i,j]), j)",
    "v[i](t - tau)**2 + u[i](t - 1/2)",
    "x[i+1](t - 2*tau) - x[0](t - (tau + 1))",
    "max(x[j](t - d[i,j] - tau), j != i)",
    "x[i](t)",
)


def model_of(text: str) -> neurodyn.Model:
    equations = f"dx[i]/dt = {text}\nv[i] = tanh(x[i])\ndy/dt = -y"
    return neurodyn.Model.from_text(f'equations = """\n{equations}\n"""\n{HEAD}')


@pytest.mark.parametrize("text", TEXTS)
def test_round_trip(text: str) -> None:
    model = model_of(text)
    assert neurodyn.Model.from_text(model.to_toml()) == model
    expr = model.flows["x"].expr
    assert model_of(spell(expr, {"N": ("i", "j")}, ["i"])).flows["x"].expr == expr


def test_a_delay_is_a_lag_by_an_expression_of_parameters() -> None:
    found = {str(lag.args[1]): name_of(lag.args[0]) for lag in model_of(TEXTS[2]).flows["x"].expr.atoms(Lag)}
    assert found == {"tau": "v", "1/2": "u"}
    assert not model_of("x[i](t)").flows["x"].expr.has(Lag)


def test_trains_of_impulses_have_delays_too() -> None:
    quantities = {"spike": Name("event", ("N",), ("j",)), "D": Name("parameter", (), ())}
    names = Names({"j": "N"}, frozenset({"N"}), quantities)
    j = names.letter("j")
    read = Reader(names, Source("spike[j](t - D)"), scope={"j": j}).read()
    assert read == Lag(quantity("spike", [j]), quantity("D"))


LATEX = {
    TEXTS[1]: r"\sum_{j} W_{ij}\,x_{j}\left(t - d_{ij}\right)",
    TEXTS[2]: r"v_{i}\left(t - \tau\right)^{2} + u_{i}\left(t - \frac{1}{2}\right)",
}


@pytest.mark.parametrize("text", LATEX)
def test_latex(text: str) -> None:
    assert equation_latex(model_of(text))[0].partition(" = ")[2] == LATEX[text]
