"""The Jacobian of a system in index notation, as text and as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sympy import Idx

from neurodyn.calculus.letters import letter, reindex, size_of
from neurodyn.language.latex import Latex
from neurodyn.language.source import Source
from neurodyn.language.spell import spell
from neurodyn.system.jacobian import jacobian_of
from neurodyn.system.system import System

# What LaTeX of where(i == j, 1, 0) is.
_ONE_WHERE_EQUAL = re.compile(
    r"\\begin\{cases\}1 & (\w+(?:_\{\d\})?) = (\w+(?:_\{\d\})?)\\\\ 0 & \\text\{otherwise\}\\end\{cases\}"
)


def told(system: System) -> dict[str, str]:
    """Each block that is not zero by its row and column; letters of columns have a number behind them."""
    structure, found = system.structure, {}
    for (row, column), block in jacobian_of(structure).outputs.items():
        count = len(structure.letters(row))
        own, at = tuple(block.letters)[:count], tuple(block.letters)[count:]
        names = [*map(_plain, structure.letters(row)), *(f"{_plain(x)}1" for x in structure.letters(column))]
        put = {x: letter(name, size_of(x)) for x, name in zip((*own, *at), names, strict=True)}
        bound = {str(size_of(x)): _more(_plain(x)) for name in (row, column) for x in structure.letters(name)}
        for name, index_set in system.model.indices.items():
            bound[name] = tuple(x for one in index_set.letters for x in _more(one))
        text = spell(reindex(block.expr, put), bound, names)
        found[f"{_at(row, names[:count])} by {_at(column, names[count:])}"] = text
    return found


def in_latex(system: System) -> str:
    """Each block that is not zero as a row of LaTeX, with its sign of equality behind `&`."""
    names = system.model.names
    more = {x: name for letter, name in names.letters.items() for x in (*_more(letter)[1:], f"{letter}1")}
    shown = Latex(replace(names, letters={**more, **names.letters}))
    rate = "{0}(t+1)" if system.model.discrete else r"(\mathrm{{d}}{0}/\mathrm{{d}}t)"
    rows = []
    for key, text in told(system).items():
        row, column = (shown.text(Source(part)) for part in key.split(" by "))
        right = _ONE_WHERE_EQUAL.sub(r"\\delta_{\1\,\2}", shown.text(Source(text)))
        rows.append(rf"\frac{{\partial {rate.format(row)}}}{{\partial {column}}} &= {right}")
    return " \\\\\n".join(rows)


def _plain(x: Idx) -> str:
    return str(x).lstrip("_")


def _more(name: str) -> tuple[str, ...]:
    """Letters that sums may bind."""
    return (name, *(f"{name}{k}" for k in range(2, 9)))


def _at(name: str, letters: Sequence[str]) -> str:
    return f"{name}[{','.join(letters)}]" if letters else name
