"""What the solution of constraints divides by is not 0."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr

from neurodyn.calculus.letters import names_in
from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.language.spell import spell
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.structure import Structure
from neurodyn.system.values import Values


def assumed_rules(structure: Structure) -> tuple[ValueRule, ...]:
    """One rule for each expression of parameters that is divided by."""
    return tuple(ValueRule(names_in(expr), _check(name, expr)) for name, expr in structure.assumed.items())


def _check(name: str, expr: Expr) -> Callable[[Values], None]:
    def check(values: Values) -> None:
        text = spell(expr)
        [value] = values.evaluate_all((expr,), (), (), Source(text))
        if not value:
            raise InputError(
                f"Nothing fixes {name} with these values: {text} is 0.",
                code="singular",
                remedy="Change one of them, if only a little.",
                place=values.structure.model.source_of(name).place(0),
            )

    return check
