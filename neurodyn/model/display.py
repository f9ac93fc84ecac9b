"""A model as a page: text, and HTML for notebooks."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from neurodyn.model.declarations import Declaration
from neurodyn.model.events import Event
from neurodyn.model.methods import equation_latex, event_latex
from neurodyn.model.model import Model


def model_text(model: Model) -> str:
    """Summary and equations: as written, or where sections stand for equations, all of them."""
    written = [e.text for e in model.equations] if model.layers or model.parts else model.text.split("\n")
    lines = [f"{model.name}: {model.summary}" if model.summary else model.name]
    lines += ["", *(f"    {line}" for line in written), ""]
    sections: dict[str, Mapping[str, Declaration | Event]] = {
        "states": model.states,
        "unknowns": model.unknowns,
        "parameters": model.parameters,
        "inputs": model.inputs,
        "noise": model.noise,
        "events": model.events,
        "pins": model.pins,
    }
    for title, section in sections.items():
        if section:
            lines.append(f"{title}: {', '.join(d.key for d in section.values())}")
    return "\n".join(lines)


def shown_value(declared: Declaration) -> str:
    """The value with its unit, on one line."""
    if declared.value is None:
        return declared.unit
    unit = f" {declared.unit}" if declared.unit and not isinstance(declared.value, str) else ""
    return short(declared.value) + unit


def short(value: Any, width: int = 40) -> str:
    """A value on one line, cut when it is long."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= width else text[: width - 3] + "..."


def model_html(model: Model) -> str:
    """The page that a notebook shows: equations by MathJax, declarations as a table."""
    rows_of_text = [text.replace(" = ", " &= ", 1) for text in equation_latex(model)]
    rows_of_text += [text.replace(": ", ": & ", 1) for text in event_latex(model)]
    body = " \\\\ ".join(rows_of_text)
    rows = [
        (title, d.key, shown_value(d), d.about)
        for title, section in (
            ("state", model.states),
            ("unknown", model.unknowns),
            ("parameter", model.parameters),
            ("input", model.inputs),
        )
        for d in section.values()
    ]
    cells = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    head = "<tr><th>kind</th><th>name</th><th>value</th><th>about</th></tr>"
    title = f"<b>{html.escape(model.name)}</b> {html.escape(model.summary)}"
    aligned = rf"$$\begin{{aligned}}{html.escape(body)}\end{{aligned}}$$"
    return f"<div>{title}{aligned}<table>{head}{cells}</table></div>"
