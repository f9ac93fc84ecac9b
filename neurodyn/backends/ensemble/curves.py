"""Inputs that are curved between their edges: expressions of time, which are computed as the equations are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sympy import Expr, Idx

from neurodyn.backends.ensemble.segments import CURVED, degree
from neurodyn.backends.plan import Plan
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.rewrite import Definition
from neurodyn.errors import InputError
from neurodyn.system.signals import Combined, Smooth, Spread

if TYPE_CHECKING:
    from neurodyn.system.signals import Signal


@dataclass(frozen=True, eq=False)
class Curves:
    """The inputs of a run.

    Attributes:
        definitions: those that are curved, as equations of time and of what is not.
        signals: all others, and what the equations speak of by hidden names `input&number`.
    """

    definitions: Mapping[str, Definition]
    signals: Mapping[str, Signal]

    @property
    def key(self) -> tuple[object, ...]:
        """What the equations are."""
        return tuple((name, d.letters, d.expr) for name, d in sorted(self.definitions.items()))


def curves(plan: Plan) -> Curves:
    """The inputs of a plan that all trials share.

    Raises:
        InputError: for one that is curved, and no expression.
    """
    definitions, signals = dict[str, Definition](), dict[str, "Signal"]()
    for name, signal in plan.signals.items():
        if name in plan.system.by_trial:
            continue
        if degree(signal) < CURVED:
            signals[name] = signal
            continue
        letters = plan.system.structure.letters(name)
        expr = _expression(signal, name, letters, signals)
        if expr is None:
            raise InputError(
                f"The backend ensemble cannot run {plan.system.name}: its input {name} is a function that is neither "
                f"written as an expression nor straight between its edges.",
                code="curved-input",
                remedy="Write it as text, an expression of t; or take the backend scipy.",
            )
        definitions[name] = Definition(letters, expr)
    return Curves(definitions, signals)


def _expression(signal: Signal, name: str, letters: tuple[Idx, ...], signals: dict[str, Signal]) -> Expr | None:
    """A signal as an expression; what is straight in it gets a hidden name."""
    if degree(signal) < CURVED:
        hidden = f"{name}&{len(signals)}"
        signals[hidden] = signal
        return quantity(hidden, letters)
    if isinstance(signal, Smooth) and signal.definition is not None:
        own = signal.definition
        return own.at(letters[: len(own.letters)])
    if isinstance(signal, Spread):
        return _expression(signal.signal, name, letters, signals)
    if isinstance(signal, Combined):
        both = [_expression(part, name, letters, signals) for part in (signal.left, signal.right)]
        if None not in both:
            joined: Expr = signal.operation(*both)
            return joined
    return None
