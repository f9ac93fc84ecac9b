"""Functions of whole matrices stand in parameters, never in what varies in a run."""

from __future__ import annotations

from neurodyn.calculus.graphs import reaching, uses
from neurodyn.calculus.matrices import MatrixFunction
from neurodyn.errors import InputError
from neurodyn.model.model import Model


def check_matrices(model: Model) -> None:
    """Refuse flows that call them, and definitions that depend on a state, an input or time."""
    definitions = model.definitions
    varying = reaching(uses(definitions), {"t", *model.variables, *model.potentials, *model.inputs})
    for equation in model.equations:
        if equation.kind != "flow" and equation.name not in varying:
            continue
        for call in sorted(equation.expr.atoms(MatrixFunction), key=str)[:1]:
            raise InputError(
                f"{call.word} takes a whole matrix of parameters, but this equation varies in a run.",
                code="matrix-varies",
                remedy=f"Give {call.word}(...) a name by an equation of parameters alone.",
                place=equation.source.place(max(0, equation.source.text.find(f"{call.word}(", equation.equals))),
            )
