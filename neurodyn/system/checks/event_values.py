"""Periods, rates and bounds lie where they have a meaning."""

from __future__ import annotations

from functools import partial

import numpy as np
from sympy import Expr, Idx

from neurodyn.calculus.letters import names_in
from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.model.event_rules import field_source
from neurodyn.model.model import Model
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.clips import bound_exprs
from neurodyn.system.values import Values

_LEAST = {"every": "above 0", "rate": "0 or more", "refractory": "0 or more"}


def event_rules(model: Model) -> tuple[ValueRule, ...]:
    """Refuse a period of 0, a negative rate or refractory period, and bounds the wrong way round."""
    found = []
    for name, rule in model.rules.items():
        for word in _LEAST:
            expr = getattr(rule, word)
            if expr is not None:
                source = field_source(rule.event, word)
                check = partial(_check_field, f"{word} of {name}", expr, rule.letters, source, word)
                found.append(ValueRule(names_in(expr), check))
    for declared in model.states.values():
        if declared.clip:
            low, high, source = bound_exprs(model, declared)
            found.append(
                ValueRule(
                    names_in(low) | names_in(high),
                    partial(_check_clip, declared.name, declared.letters, low, high, source),
                )
            )
    return tuple(found)


def _check_field(what: str, expr: Expr, letters: tuple[Idx, ...], source: Source, word: str, values: Values) -> None:
    found = values.evaluate(expr, letters, (), source)
    wrong = found[(found < 0) | ((found == 0) & (word == "every")) | ~np.isfinite(found)]
    if wrong.size:
        raise InputError(
            f"{what} is {wrong.flat[0]:g}, but it must be {_LEAST[word]}.",
            code="event-value",
            remedy="Give another value.",
            place=source.place(0),
        )


def _check_clip(name: str, letters: tuple[str, ...], low: Expr, high: Expr, source: Source, values: Values) -> None:
    own = tuple(values.structure.model.names.letter(x) for x in letters)
    least, largest = (values.evaluate(e, own, (), source) for e in (low, high))
    if not (least <= largest).all():
        raise InputError(
            f"{name} is clipped to an interval that is empty.",
            code="clip",
            remedy="Write clip = [least, largest].",
            place=source.place(0),
        )
