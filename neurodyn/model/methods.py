"""A model as LaTeX that can be pasted into a paper's methods: equations, tables of symbols, references."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from neurodyn.language.guard import parse
from neurodyn.language.latex import Latex, unit_latex
from neurodyn.language.source import Source
from neurodyn.language.unit_text import bracketed
from neurodyn.model.declarations import Declaration
from neurodyn.model.event_rules import Rule, field_source
from neurodyn.model.model import Model

FEW = 6  # so many numbers are written out, more are counted
_TIMES = r" \times "
Cell: TypeAlias = Callable[[Declaration], str]

_SPECIAL = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}", "^": r"\^{}", "~": r"\~{}"}


def model_latex(model: Model) -> str:
    """The whole model: an align environment of its equations, a table for each kind of symbol, its references."""
    rows = [text.replace(" = ", " &= ", 1) for text in equation_latex(model)]
    rows += [text.replace(": ", ": & ", 1) for text in event_latex(model)]
    lines = [f"% {model.name}: {model.summary}" if model.summary else f"% {model.name}"]
    lines += [r"\begin{align}", " \\\\\n".join(f"  {r}" for r in rows), r"\end{align}"]
    lines += _claims(model)
    lines += _indices(model)
    symbol, value = _symbol(model), _value(model)
    lines += _table("state", model.states, {"start": value, "meaning": _about}, symbol)
    lines += _table("unknown", model.unknowns, {"guess": value, "meaning": _about}, symbol)
    lines += _table("pin", model.pins, {"meaning": _about}, symbol)
    columns: dict[str, Cell] = {"value": value, "domain": _domain(model), "meaning": _about, "source": _cited}
    lines += _table("parameter", model.parameters, columns, symbol)
    lines += _table("input", model.inputs, {"value": value, "meaning": _about}, symbol)
    lines += _table("noise", model.noise, {"kind": lambda d: escaped(str(d.value)), "meaning": _about}, symbol)
    if model.references:
        items = [rf"  \item {escaped(text)}" for text in model.references]
        lines += ["", r"\begin{itemize}", *items, r"\end{itemize}"]
    return "\n".join(lines)


def equation_latex(model: Model) -> list[str]:
    """Each equation as LaTeX, in the order and grouping of the text."""
    printer = Latex(model.names)
    return [printer.statement(e.source, e.equals) for e in model.equations]


def event_latex(model: Model) -> list[str]:
    """Each event as LaTeX: when it happens, and what becomes of the states."""
    return [_event_latex(Latex(model.names), rule) for rule in model.rules.values()]


def _event_latex(printer: Latex, rule: Rule) -> str:
    event = rule.event

    def text(word: str) -> str:
        return printer.text(field_source(event, word))

    if event.when is not None:
        cause = text("when")
    elif event.every is not None:
        first = text("phase") + " + " if event.phase is not None else ""
        cause = rf"t = {first}k\,{text('every')}"
    elif event.rate is not None:
        cause = rf"\text{{Poisson, rate }}{text('rate')}" + (r"\text{, counted in each step}" if event.counted else "")
    else:
        cause = r"\text{at given times}"
    sets = [printer.statement(s.source, s.equals).replace(" = ", r" \leftarrow ", 1) for s in rule.sets]
    name, effect = printer.text(Source(event.key)), rf" \;\Rightarrow\; {', '.join(sets)}" if sets else ""
    pause = rf" \quad (\text{{refractory }}{text('refractory')})" if event.refractory is not None else ""
    return f"{name}: {cause}{effect}{pause}"


def escaped(text: str) -> str:
    """Plain text with what LaTeX would read as commands made harmless."""
    return "".join(_SPECIAL.get(c, c) for c in text)


def _claims(model: Model) -> list[str]:
    """What is said of the energy, one claim on a line."""
    printer = Latex(model.names)
    shown = [rf"\[ {printer.text(Source(text))} \]" for text in model.claims]
    return ["", "Claims:", *shown] if shown else []


def _indices(model: Model) -> list[str]:
    rows = [(f"${_name(s.name)}$", f"${_size(model, s.size)}$", s.ends, s.about) for s in model.indices.values()]
    return _tabular(("index set", "size", "ends", "meaning"), [tuple(map(str, row)) for row in rows])


def _name(name: str) -> str:
    return rf"\mathrm{{{escaped(name)}}}" if len(name) > 1 else name


def _size(model: Model, size: Any) -> str:
    if size is None:
        return r"\text{as given}"
    return Latex(model.names).text(Source(size)) if isinstance(size, str) else str(size)


def _symbol(model: Model) -> Cell:
    printer = Latex(model.names)
    return lambda d: f"${printer.text(Source(d.key))}$"


def _about(declared: Declaration) -> str:
    return escaped(declared.about)


def _cited(declared: Declaration) -> str:
    return escaped(declared.cited)


def _domain(model: Model) -> Cell:
    printer = Latex(model.names)
    return lambda d: ", ".join(f"${printer.text(Source(text))}$" for text in d.given)


def _value(model: Model) -> Cell:
    """What a symbol is by default: a number with its unit, a formula, or how many numbers of data."""

    def cell(declared: Declaration) -> str:
        value = declared.value
        if value is None:
            return "as given"
        if isinstance(value, str):
            return f"${Latex(model.names).text(Source(bracketed(value)))}$"
        unit = rf"\,{unit_latex(parse(Source(declared.unit)))}" if declared.unit else ""
        numbers = np.asarray(value)
        if numbers.size > FEW:
            return f"${_TIMES.join(map(str, numbers.shape))}$ numbers"
        shown = ", ".join(_number(float(x)) for x in numbers.ravel())
        return f"${shown}{unit}$" if numbers.ndim == 0 else rf"$\left({shown}\right){unit}$"

    return cell


def _number(x: float) -> str:
    """A number in full precision: 1e-05 as a power of ten."""
    if not math.isfinite(x):
        return rf"\mathrm{{{x}}}"
    mantissa, mark, exponent = f"{x!r}".partition("e")
    mantissa = re.sub(r"\.0$", "", mantissa)
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if mark else mantissa


def _table(title: str, section: Mapping[str, Declaration], columns: Mapping[str, Cell], symbol: Cell) -> list[str]:
    """One section, its symbols in front."""
    rows = [tuple(make(d) for make in (symbol, *columns.values())) for d in section.values()]
    return _tabular((title, *columns), rows)


def _tabular(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table without its empty columns."""
    if not rows:
        return []
    kept = [k for k in range(len(heads)) if k == 0 or any(row[k] for row in rows)]
    lines = [" & ".join(row[k] for k in kept) + r" \\" for row in (heads, *rows)]
    lines[0] += r" \hline"
    return ["", rf"\begin{{tabular}}{{{'l' * len(kept)}}}", *(f"  {line}" for line in lines), r"\end{tabular}"]
