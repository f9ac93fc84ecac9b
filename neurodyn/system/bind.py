"""Binding values to names: what may be given, the rules on values, the signals of the inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.model.measures import si_value
from neurodyn.model.model import Model
from neurodyn.system.checks import VALUE_RULES
from neurodyn.system.checks.assumed import assumed_rules
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.signal_reader import read_signal, signal_form
from neurodyn.system.signals import Signal
from neurodyn.system.values import Values


def rules_on_values(bound: Values) -> tuple[ValueRule, ...]:
    """Every rule that the values must fulfil, in the order in which they are checked."""
    model, own = bound.structure.model, assumed_rules(bound.structure)
    return bound.formulas.get(("rules",), lambda: (*(rule for rules in VALUE_RULES for rule in rules(model)), *own))


@contextmanager
def reasons(bound: Values, rules: Iterable[ValueRule]) -> Iterator[None]:
    """Where a value is not finite and another one is not what the model needs, tell the latter: it is the reason."""
    try:
        yield
    except InputError as error:
        for rule in rules if error.code == "not-finite" else ():
            try:
                rule.check(bound)
            except InputError as reason:
                if reason.code == "given":
                    raise reason from None
        raise


def signal_of(bound: Values, name: str) -> Signal:
    """The signal of an input, from what was given or from the file."""
    value, source = _told(bound, name)
    if value is None:
        raise InputError(
            f"The input {name} has no value.",
            code="missing-value",
            remedy=f"Give it: --set {name}=..., or inputs={{'{name}': ...}}.",
            place=source.place(0),
        )
    return read_signal(name, value, source, bound)


def signal_needs(bound: Values, name: str) -> frozenset[str]:
    """The parameters that the signal of an input reads."""
    value, source = _told(bound, name)
    return signal_form(name, value, source, bound).needs if isinstance(value, str) else frozenset()


def _told(bound: Values, name: str) -> tuple[Any, Source]:
    if name in bound.given:
        value = bound.given[name]
        return value, Source(f"{name} = {'...' if np.ndim(value) else value}")
    declared = bound.structure.model.inputs[name]
    return si_value(declared), declared.source


def check_names(model: Model, given: Mapping[str, Any]) -> None:
    """Refuse values for what is no parameter or input."""
    for name in given:
        if name in model.parameters or name in model.inputs:
            continue
        if name in model.definitions:
            raise InputError(
                f"{name} is defined by an equation, so it cannot be given.",
                code="defined",
                remedy="Make it a parameter with a value instead.",
                place=model.source_of(name).place(0),
            )
        if name in model.variables:
            what = "a state" if name in model.states else "an unknown"
            raise InputError(
                f"{name} is {what}, so it has no value at build.",
                code="state-value",
                remedy=f"Give its start to simulate: start={{'{name}': ...}}.",
                place=model.source_of(name).place(0),
            )
        allowed = [*model.parameters, *model.inputs]
        raise InputError(
            f"{model.name} has no parameter or input {name}.",
            code="unknown-parameter",
            remedy=near(name, allowed) or f"It has: {', '.join(allowed) or 'none'}.",
        )
