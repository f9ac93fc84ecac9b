"""What a parameter is `given` to fulfil holds for its value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Idx

from neurodyn.calculus.letters import names_in
from neurodyn.calculus.supports import Pair, placed
from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.model.model import Model
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.claims import Claim, read_statement
from neurodyn.system.values import Array, Values

TOLERANCE = 1e-12  # of the largest magnitude: room for the rounding of a computed equality


def given_rules(model: Model) -> tuple[ValueRule, ...]:
    """One rule for each `given` statement: the first violation is shown with its numbers."""
    return tuple(
        _rule(model, text, value_source(declared.source, text))
        for declared in model.parameters.values()
        for text in declared.given
    )


def _rule(model: Model, text: str, source: Source) -> ValueRule:
    statement = read_statement(model, text, source, "given")
    sides = (statement.left, statement.right)
    holds = _HOLDS[statement.relation]
    letters = placed(model.names.on, sides, statement.letters)

    def check(values: Values) -> None:
        left, right = values.evaluate_all(sides, letters, (), source)
        kept = holds(left, right)
        if not (kept.all() if kept.ndim else kept):
            raise _violation(values, statement, letters, left, right, np.argwhere(~np.asarray(kept))[0], source)

    return ValueRule(names_in(statement.left) | names_in(statement.right), check)


def _slack(left: Array, right: Array) -> Any:
    return TOLERANCE * max(np.abs(left).max(), np.abs(right).max())


_HOLDS: dict[str, Callable[[Array, Array], Any]] = {
    "==": lambda left, right: np.abs(left - right) <= _slack(left, right),
    "<=": lambda left, right: left <= right + _slack(left, right),
    ">=": lambda left, right: left >= right - _slack(left, right),
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
}


def _violation(
    values: Values,
    statement: Claim,
    letters: tuple[Idx, ...],
    left: Array,
    right: Array,
    position: NDArray[np.intp],
    source: Source,
) -> InputError:
    at = tuple(position)
    if isinstance(letters, Pair):
        position = np.array([end[at[0]] for end in values.wiring(letters.support).ends])
    where = ", ".join(f"{x.label} = {int(k)}" for x, k in zip(letters, position, strict=True))
    sentence = f"The model needs {statement.text}, but the values are {left[at]:.6g} and {right[at]:.6g}"
    return InputError(
        f"{sentence} at {where}." if where else f"{sentence}.",
        code="given",
        remedy="Give a value that fulfils it.",
        place=source.place(0),
    )
