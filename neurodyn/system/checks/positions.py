"""Numbers and whole-numbered parameters in an index lie within the index set."""

from __future__ import annotations

from functools import partial

import numpy as np
from sympy import Expr, Idx, Indexed

from neurodyn.calculus.letters import free_letters, name_of, names_in, references
from neurodyn.calculus.positions import Position
from neurodyn.errors import InputError
from neurodyn.model.equations import Equation
from neurodyn.model.model import Model
from neurodyn.system.checks.rule import ValueRule
from neurodyn.system.values import Values


def position_rules(model: Model) -> tuple[ValueRule, ...]:
    """Refuse `x[7]` where the index set has seven members, and positions that are not whole."""
    return tuple(
        ValueRule(names_in(index), partial(_check, index, index_set, reference, equation))
        for equation in model.equations
        for reference in references(equation.expr)
        if isinstance(reference, Indexed)
        for index, index_set in zip(reference.indices, model.names.quantities[name_of(reference)].sets, strict=True)
        if not isinstance(index, (Idx, Position))
    )


def _check(index: Expr, index_set: str, reference: Indexed, equation: Equation, values: Values) -> None:
    values.check_constant(index, equation.source)
    letters = tuple(sorted(free_letters(index), key=str))
    is_number = index.is_Integer  # which may be no position at all
    found = np.ravel(float(index) if is_number else values.evaluate(index, letters, (), equation.source))
    size = values.sizes[index_set]
    wrong = found[(found < 0) | (found >= size) | (found != np.floor(found))]
    if wrong.size:
        raise InputError(
            f"The position {wrong[0]:g} is not one of 0 to {size - 1} of {index_set}.",
            code="position",
            remedy="Positions count from 0.",
            place=equation.source.place(_column(equation, name_of(reference))),
        )


def _column(equation: Equation, name: str) -> int:
    return max(0, equation.source.text.find(f"{name}[", equation.equals))
