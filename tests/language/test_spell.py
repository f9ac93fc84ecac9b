"""Symbols spelt as text read back as the same symbols; LaTeX follows the author's order."""

from __future__ import annotations

import pytest

import neurodyn
from neurodyn.language.spell import spell
from neurodyn.model.display import equation_latex, model_html, model_latex
from tests.language.test_reader import CASES, HEAD

FLOWS = "dx[i]/dt = -x[i]\ndy/dt = -y"
LETTERS = {"N": ("i", "j", "k"), "K": ("m", "n")}


@pytest.mark.parametrize("text", CASES)
def test_round_trip(text: str) -> None:
    model = neurodyn.Model.from_text(f'equations = """\n{FLOWS}\n{text}\n"""\n{HEAD}')
    definition = model.definitions["q"]
    left = f"q[{','.join(str(x.label) for x in definition.letters)}]" if definition.letters else "q"
    again = f"{left} = {spell(definition.expr, LETTERS, [str(x.label) for x in definition.letters])}"
    read = neurodyn.Model.from_text(f'equations = """\n{FLOWS}\n{again}\n"""\n{HEAD}')
    assert read.definitions["q"].expr == definition.expr, again


LATEX = {
    "q[i] = -x[i] + sum(W[i,j]*x[j], j != i)": r"q_{i} = -x_{i} + \sum_{j \ne i} W_{ij}\,x_{j}",
    "q = (y + 1)*(c - y)/2": r"q = \frac{\left(y + 1\right)\,\left(c - y\right)}{2}",
    "q = y - (c - 1)": r"q = y - \left(c - 1\right)",
    "q = -2*y**(-c)": r"q = -2\,y^{-c}",
    "q = 1.5e-3*exp(-y)": r"q = 0.0015\,\exp\left(-y\right)",
    "q = where(y > 0, y, 0)": r"q = \begin{cases}y & y > 0\\ 0 & \text{otherwise}\end{cases}",
    "tau_v = sqrt(abs(y))": r"\tau_{v} = \sqrt{\left| y \right|}",
    "q = dtau_v/dt\ntau_v = y**2": r"q = \frac{\mathrm{d}\tau_{v}}{\mathrm{d}t}",
}


@pytest.mark.parametrize("text", LATEX)
def test_latex(text: str) -> None:
    model = neurodyn.Model.from_text(f'equations = """\n{FLOWS}\n{text}\n"""\n{HEAD}')
    assert equation_latex(model)[2] == LATEX[text]


def _without_cases(line: str) -> str:
    """Case distinctions as the row of their parts: Matplotlib knows no environments."""
    for mark in (r"\begin{cases}", r"\end{cases}", r"\\", "&"):
        line = line.replace(mark, " ")
    return line


@pytest.mark.parametrize("name", [e.name for e in neurodyn.library()])
def test_every_model_prints(name: str) -> None:
    """Matplotlib's reader of mathematics accepts every equation, so brackets and commands are sound."""
    from matplotlib.mathtext import MathTextParser

    model = neurodyn.load(name)
    parser = MathTextParser("path")
    for line in equation_latex(model):
        parser.parse(f"${_without_cases(line)}$")
    assert r"\begin{align}" in model_latex(model)
    assert "<table>" in model_html(model)
