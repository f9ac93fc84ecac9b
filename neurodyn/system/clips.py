"""The bounds of states: `clip = [0, "w_max"]`."""

from __future__ import annotations

from sympy import Expr

from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.model.declarations import Declaration, value_source
from neurodyn.model.measures import declared_unit
from neurodyn.model.model import Model


def bound_source(declared: Declaration, value: float | str) -> Source:
    """The text of a bound, placed where it is written; a number of a state with a unit is in that unit."""
    text = value if isinstance(value, str) else repr(value)
    if not isinstance(value, str) and declared.unit and not declared_unit(declared).plain:
        text = f"{text}[{declared.unit}]"
    return value_source(declared.source, text)


def bound_exprs(model: Model, declared: Declaration) -> tuple[Expr, Expr, Source]:
    """The least and the largest value, at the letters of the state, and where they are written."""
    scope = {x: model.names.letter(x) for x in declared.letters}
    sources = [bound_source(declared, value) for value in declared.clip]
    low, high = (Reader(model.names, source, scope=scope).read() for source in sources)
    return low, high, declared.source
