"""What a parameter is `given` to fulfil holds for its value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Idx

from neurodyn.calculus.letters import names_in
from neurodyn.calculus.rewrite import names_reached
from neurodyn.calculus.supports import Pair, placed
from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.model.model import Model
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.claims import Claim, read_statement
from neurodyn.system.structure import Structure
from neurodyn.system.values import Array, Values

TOLERANCE = 1e-12  # of the largest magnitude: room for the rounding of a computed equality


def given_rules(model: Model) -> tuple[ValueRule, ...]:
    """One rule for each `given` statement: the first violation is shown with its numbers."""
    return tuple(_rule(statement, source) for statement, source in given_statements(model))


def given_statements(model: Model) -> list[tuple[Claim, Source]]:
    """Every `given` statement, of parameters and of inputs, and where it stands."""
    found = []
    for declared in (*model.parameters.values(), *model.inputs.values()):
        for text in declared.given:
            source = value_source(declared.source, text)
            found.append((read_statement(model, text, source, "given"), source))
    return found


def along_the_run(structure: Structure, statement: Claim) -> bool:
    """Whether a statement speaks of inputs or time, and so can be checked in a run only."""
    names = names_in(statement.left) | names_in(statement.right)
    reached = frozenset[str]().union(*(names_reached(name, structure.definitions) for name in names))
    return not reached.isdisjoint({"t", *structure.model.inputs}) and reached.isdisjoint(structure.model.states)


def _rule(statement: Claim, source: Source) -> ValueRule:
    sides = (statement.left, statement.right)
    names = names_in(statement.left) | names_in(statement.right)

    def check(values: Values) -> None:
        if not names.isdisjoint(values.structure.dynamic) and along_the_run(values.structure, statement):
            return
        letters = placed(values.structure.model.names.on, sides, statement.letters)
        left, right = values.evaluate_all(sides, letters, (), source)
        refuse_violation(statement, left, right, source, lambda at: _where(values, letters, at))

    return ValueRule(names, check)


def _slack(left: Array, right: Array) -> Any:
    return TOLERANCE * max(np.abs(left).max(), np.abs(right).max())


_HOLDS: dict[str, Callable[[Array, Array], Any]] = {
    "==": lambda left, right: np.abs(left - right) <= _slack(left, right),
    "<=": lambda left, right: left <= right + _slack(left, right),
    ">=": lambda left, right: left >= right - _slack(left, right),
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
}


def _where(values: Values, letters: tuple[Idx, ...], at: tuple[int, ...]) -> str:
    """A position in words; of an edge, its ends."""
    if isinstance(letters, Pair):
        at = tuple(end[at[0]] for end in values.wiring(letters.support).ends)
    told = ", ".join(f"{x.label} = {int(k)}" for x, k in zip(letters, at, strict=True))
    return f"at {told}" if told else ""


def refuse_violation(
    statement: Claim, left: Array, right: Array, source: Source, where: Callable[[tuple[int, ...]], str]
) -> None:
    """Refuse values of the two sides that break the statement, showing the first that do; `where` words a position."""
    kept = np.asarray(_HOLDS[statement.relation](left, right))
    if kept.all():
        return
    at = tuple(np.argwhere(~kept)[0].tolist())
    left, right = (np.broadcast_to(side, kept.shape)[at] for side in (left, right))
    told = where(at)
    sentence = f"The model needs {statement.text}, but the values are {left:.6g} and {right:.6g}"
    raise InputError(
        f"{sentence} {told}." if told else f"{sentence}.",
        code="given",
        remedy="Give a value that fulfils it.",
        place=source.place(0),
    )
