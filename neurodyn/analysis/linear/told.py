"""The Jacobian of a system as text, in index notation."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Idx

from neurodyn.calculus.letters import letter, reindex, size_of
from neurodyn.language.spell import spell
from neurodyn.system.jacobian import jacobian_of
from neurodyn.system.system import System


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


def _plain(x: Idx) -> str:
    return str(x).lstrip("_")


def _more(name: str) -> tuple[str, ...]:
    """Letters that sums may bind."""
    return (name, *(f"{name}{k}" for k in range(2, 9)))


def _at(name: str, letters: Sequence[str]) -> str:
    return f"{name}[{','.join(letters)}]" if letters else name
