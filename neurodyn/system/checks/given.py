"""What a parameter is `given` to fulfil holds for its value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.system.claims import Claim, read_statement
from neurodyn.system.values import Values

TOLERANCE = 1e-12  # of the largest magnitude: room for the rounding of a computed equality


def check_given(values: Values) -> None:
    """Evaluate every `given` statement on the bound values; the first violation is shown with its numbers."""
    for declared in values.structure.model.parameters.values():
        for text in declared.given:
            source = value_source(declared.source, text)
            statement = read_statement(values.structure.model, text, source, "given")
            left, right = (
                values.evaluate(side, statement.letters, (), source) for side in (statement.left, statement.right)
            )
            broken = ~_holds(statement.relation, left, right)
            if broken.any():
                raise _violation(values, statement, left, right, np.argwhere(broken)[0], source)


def _holds(relation: str, left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.bool_]:
    slack = TOLERANCE * max(np.abs(left).max(), np.abs(right).max())
    outcomes = {
        "==": np.abs(left - right) <= slack,
        "<=": left <= right + slack,
        ">=": left >= right - slack,
        "<": left < right,
        ">": left > right,
    }
    return np.asarray(outcomes[relation])


def _violation(
    values: Values,
    statement: Claim,
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    position: NDArray[np.intp],
    source: Source,
) -> InputError:
    where = ", ".join(f"{x.label} = {int(k)}" for x, k in zip(statement.letters, position, strict=True))
    at = tuple(position)
    sentence = f"The model needs {statement.text}, but the values are {left[at]:.6g} and {right[at]:.6g}"
    return InputError(
        f"{sentence} at {where}." if where else f"{sentence}.",
        code="given",
        remedy="Give a value that fulfils it.",
        place=source.place(0),
    )
