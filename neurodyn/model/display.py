"""A model as a page: text, LaTeX, and HTML for notebooks."""

from __future__ import annotations

import html
from typing import Any

from neurodyn.language.latex import Latex
from neurodyn.language.source import Source
from neurodyn.model.declarations import Declaration
from neurodyn.model.model import Model


def model_text(model: Model) -> str:
    """Summary and equations: as written, or where sections stand for equations, all of them."""
    written = [e.text for e in model.equations] if model.layers or model.parts else model.text.split("\n")
    lines = [f"{model.name}: {model.summary}" if model.summary else model.name]
    lines += ["", *(f"    {line}" for line in written), ""]
    sections = {"states": model.states, "parameters": model.parameters, "inputs": model.inputs, "noise": model.noise}
    for title, section in sections.items():
        if section:
            lines.append(f"{title}: {', '.join(d.key for d in section.values())}")
    return "\n".join(lines)


def equation_latex(model: Model) -> list[str]:
    """Each equation as LaTeX, in the order and grouping of the text."""
    printer = Latex(model.names)
    return [printer.statement(e.source, e.equals) for e in model.equations]


def model_latex(model: Model) -> str:
    """The equations as one LaTeX align environment, then the parameters as a table."""
    rows = [text.replace(" = ", " &= ", 1) for text in equation_latex(model)]
    parts = [r"\begin{align}", " \\\\\n".join(f"  {r}" for r in rows), r"\end{align}"]
    if model.parameters:
        parts += [r"\begin{tabular}{lll}", r"  symbol & value & meaning \\ \hline"]
        parts += [_parameter_row(model, d) for d in model.parameters.values()]
        parts.append(r"\end{tabular}")
    return "\n".join(parts)


def _parameter_row(model: Model, declared: Declaration) -> str:
    symbol = Latex(model.names).text(Source(declared.key))
    value = "" if declared.value is None else _escape(short(declared.value))
    return f"  ${symbol}$ & {value} & {_escape(declared.about)} \\\\"


def _escape(text: str) -> str:
    special = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}", "^": r"\^{}", "~": r"\~{}"}
    return "".join(special.get(c, c) for c in text)


def short(value: Any, width: int = 40) -> str:
    """A value on one line, cut when it is long."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= width else text[: width - 3] + "..."


def model_html(model: Model) -> str:
    """The page that a notebook shows: equations by MathJax, declarations as a table."""
    body = " \\\\ ".join(text.replace(" = ", " &= ", 1) for text in equation_latex(model))
    rows = [
        (title, d.key, "" if d.value is None else short(d.value), d.about)
        for title, section in (("state", model.states), ("parameter", model.parameters), ("input", model.inputs))
        for d in section.values()
    ]
    cells = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    head = "<tr><th>kind</th><th>name</th><th>value</th><th>about</th></tr>"
    title = f"<b>{html.escape(model.name)}</b> {html.escape(model.summary)}"
    aligned = rf"$$\begin{{aligned}}{html.escape(body)}\end{{aligned}}$$"
    return f"<div>{title}{aligned}<table>{head}{cells}</table></div>"
