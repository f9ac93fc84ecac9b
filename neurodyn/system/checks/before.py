"""What a state was before the start can be read, and something asks for it."""

from __future__ import annotations

from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.history import before
from neurodyn.system.values import Values


def before_rules(model: Model) -> tuple[ValueRule, ...]:
    """Refuse a history that cannot be read, or that nothing asks for."""
    is_said = any(declared.before is not None for declared in model.states.values())
    return (ValueRule(frozenset(), _check),) if is_said else ()


def _check(values: Values) -> None:
    read = {past.state for past in values.structure.pasts.values()}
    for name, declared in values.structure.model.states.items():
        if declared.before is None:
            continue
        if name not in read:
            raise InputError(
                f"{name} says what it was before the start, but no equation looks back at it.",
                code="before",
                remedy=f"Leave `before` out, or read {name}(t - 1) in a map.",
                place=declared.source.place(0),
            )
        before(values, name, -1, None)
