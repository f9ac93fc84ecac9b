"""A state's period is one positive number."""

from __future__ import annotations

from functools import partial

from neurodyn.calculus.letters import names_in
from neurodyn.errors import InputError
from neurodyn.language.reader import Reader
from neurodyn.model.declarations import Declaration, value_source
from neurodyn.model.measures import declared_unit
from neurodyn.model.model import Model
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.values import Values


def period_rules(model: Model) -> tuple[ValueRule, ...]:
    """One rule for each period."""
    rules = []
    for declared in model.states.values():
        if declared.period is not None:
            text = declared.period if isinstance(declared.period, str) else "0"
            needs = names_in(Reader(model.names, value_source(declared.source, text)).read())
            rules.append(ValueRule(needs, partial(_check, declared)))
    return tuple(rules)


def _check(declared: Declaration, values: Values) -> None:
    value = period_of(declared, values)
    if not value > 0:
        raise InputError(
            f"The period of {declared.name} is {value:g}; it must be above 0.",
            code="period",
            remedy='Write, say, period = "2*pi".',
            place=declared.source.place(0),
        )


def period_of(declared: Declaration, values: Values) -> float:
    """After how much a state is what it was, in SI units."""
    told = declared.period
    value = told if isinstance(told, str) or not declared.unit else declared_unit(declared).to_si(told)
    return float(values.value(f"the period of {declared.name}", value, (), declared.source))
