"""Numbers and whole-numbered parameters in an index lie within the index set."""

from __future__ import annotations

import numpy as np
from sympy import Idx, Indexed

from neurodyn.calculus.letters import free_letters, name_of, references
from neurodyn.errors import InputError
from neurodyn.model.equations import Equation
from neurodyn.system.values import Values


def check_positions(values: Values) -> None:
    """Refuse `x[7]` where the index set has seven members, and positions that are not whole."""
    for equation in values.structure.model.equations:
        for reference in references(equation.expr):
            if isinstance(reference, Indexed):
                _check_reference(values, reference, equation)


def _check_reference(values: Values, reference: Indexed, equation: Equation) -> None:
    names = values.structure.model.names
    sets = names.quantities[name_of(reference)].sets
    for index, index_set in zip(reference.indices, sets, strict=True):
        if isinstance(index, Idx):
            continue
        values.check_constant(index, equation.source)
        letters = tuple(sorted(free_letters(index), key=str))
        if index.is_Integer:
            found = np.array([int(index)], dtype=float)
        elif letters:
            found = np.ravel(values.of(name_of(index)))
        else:
            found = np.ravel(values.evaluate(index, (), (), equation.source))
        size = values.sizes[index_set]
        if ((found < 0) | (found >= size) | (found != np.floor(found))).any():
            raise InputError(
                f"The position {found[(found < 0) | (found >= size) | (found != np.floor(found))][0]:g} is not one of 0"
                f" to {size - 1} of {index_set}.",
                code="position",
                remedy="Positions count from 0.",
                place=equation.source.place(_column(equation, name_of(reference))),
            )


def _column(equation: Equation, name: str) -> int:
    return max(0, equation.source.text.find(f"{name}[", equation.equals))
