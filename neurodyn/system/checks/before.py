"""What a state was before the start can be read, and is asked for."""

from __future__ import annotations

from functools import partial

from neurodyn.calculus.letters import name_of, names_in
from neurodyn.errors import InputError
from neurodyn.model.declarations import Declaration, value_source
from neurodyn.model.model import Model
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.formulas import read_drawing
from neurodyn.system.history import before
from neurodyn.system.values import Values


def before_rules(model: Model) -> tuple[ValueRule, ...]:
    """Refuse a history that cannot be read, or that nothing asks for."""
    return tuple(
        ValueRule(_needs(model, declared), partial(_check, declared))
        for declared in model.states.values()
        if declared.before is not None
    )


def _needs(model: Model, declared: Declaration) -> frozenset[str]:
    if not isinstance(declared.before, str):
        return frozenset()
    letters, source = model.names.letters_of(declared.name), value_source(declared.source, declared.before)
    expr, calls = read_drawing(model.names, declared.name, source, letters)
    return names_in(expr).union(*(names_in(a) for call in calls for a in call.arguments))


def _check(declared: Declaration, values: Values) -> None:
    structure = values.structure
    read = {past.state for past in structure.pasts.values()} | {name_of(d.of) for d in structure.delayed.values()}
    if declared.name not in read:
        raise InputError(
            f"{declared.name} says what it was before the start, but no equation looks back at it.",
            code="before",
            remedy=f"Leave `before` out, or read {declared.name}(t - 1).",
            place=declared.source.place(0),
        )
    before(values, declared.name, -1, None)
