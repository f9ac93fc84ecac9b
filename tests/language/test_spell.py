"""Symbols spelt as text read back as the same symbols; LaTeX follows the author's order."""

from __future__ import annotations

import re

import pytest

import neurodyn
from neurodyn.language.spell import spell
from neurodyn.model.display import model_html
from neurodyn.model.methods import equation_latex, model_latex
from tests.language.test_reader import CASES, HEAD
from tests.sweeps import each

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
    "q[i] = -x[i] + sum(W[i,j]*x[j], j != i)": r"q_{i} = -x_{i} + \sum_{j \neq i} W_{ij}\,x_{j}",
    "q = (y + 1)*(c - y)/2": r"q = \frac{\left(y + 1\right)\,\left(c - y\right)}{2}",
    "q = y - (c - 1)": r"q = y - \left(c - 1\right)",
    "q = -2*y**(-c)": r"q = -2\,y^{-c}",
    "q = 1.5e-3*exp(-y)": r"q = 0.0015\,\exp\left(-y\right)",
    "q = where(y > 0, y, 0)": r"q = \begin{cases}y & y > 0\\ 0 & \text{otherwise}\end{cases}",
    "q = y/5[mV] - 3[uA/cm**2]": r"q = \frac{y}{5\,\mathrm{mV}} - 3\,\mu\mathrm{A}\,\mathrm{cm}^{-2}",
    "q = 2[Mohm]": r"q = 2\,\mathrm{M}\Omega",
    "tau_v = sqrt(abs(y))": r"\tau_{v} = \sqrt{\left| y \right|}",
    "q = (dy/dt)**2": r"q = \left(\frac{\mathrm{d}y}{\mathrm{d}t}\right)^{2}",
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


NAMES = [e.name for e in neurodyn.library()]


@pytest.mark.parametrize("name", each(NAMES))
def test_every_model_prints(name: str) -> None:
    """Matplotlib's reader of mathematics accepts every equation, so brackets and commands are sound."""
    from matplotlib.mathtext import MathTextParser

    model = neurodyn.load(name)
    parser = MathTextParser("path")
    for line in equation_latex(model):
        parser.parse(f"${_without_cases(line)}$")
    assert "<table>" in model_html(model)


@pytest.mark.parametrize(
    "name", [n if k % 5 == 0 else pytest.param(n, marks=pytest.mark.slow) for k, n in enumerate(NAMES)]
)
def test_tables_of_every_model(name: str) -> None:
    from matplotlib.mathtext import MathTextParser

    model, parser = neurodyn.load(name), MathTextParser("path")
    for line in model_latex(model).splitlines():
        for formula in re.findall(r"\$(.*?)\$", line):
            parser.parse(f"${_without_cases(formula)}$")


def test_latex_for_a_methods_section() -> None:
    """Every symbol with its value, unit, domain, meaning and source, in environments that are closed."""
    page = model_latex(neurodyn.load("hodgkin_huxley"))
    told = ("capacitance of the membrane", r"Hodgkin and Huxley 1952, table 3 \\")
    row = r"  $C$ & $1\,\mu\mathrm{F}\,\mathrm{cm}^{-2}$ & $C > 0$"
    assert " & ".join((row, *told)) in page.splitlines()
    begun, ended = (re.findall(rf"\\{word}{{(\w+)}}", page) for word in ("begin", "end"))
    assert sorted(begun) == sorted(ended) and begun.count("tabular") == 3
    assert r"\item Hodgkin and Huxley 1952, doi:10.1113/jphysiol.1952.sp004764" in page


def test_values_of_every_kind() -> None:
    model = neurodyn.Model(
        "dx[i]/dt = -k*x[i] + sum(W[i,j]*x[j], j) + u",
        indices={"N": {"letters": "i j", "size": 3}},
        states={"x[i]": {"start": "normal(0, 1)/sqrt(N)", "about": "50 % & more"}},
        parameters={"k": {"value": 2.5e-05, "unit": "1/s"}, "W[i,j]": [[1, 2, 3]] * 3, "b[i]": [0.5, 1, 2], "c": {}},
        inputs={"u": "pulses(2, period=0.5)"},
    )
    page = model_latex(model)
    for cell in (
        r"$x_{i}$ & $\frac{\mathrm{normal}\left(0, 1\right)}{\sqrt{N}}$ & 50 \% \& more \\",
        r"$k$ & $2.5 \times 10^{-5}\,\mathrm{s}^{-1}$ \\", r"$W_{ij}$ & $3 \times 3$ numbers \\",
        r"$b_{i}$ & $\left(0.5, 1, 2\right)$ \\", r"$c$ & as given \\",
        r"$u$ & $\mathrm{pulses}\left(2, \mathrm{period} = 0.5\right)$ \\",
    ):  # fmt: skip
        assert f"  {cell}" in page.splitlines()
