"""The energy is one number, defined by an equation, and neither it nor that of a synapse is a condition."""

from __future__ import annotations

import ast

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.language.reader import Reader
from neurodyn.model.model import Model


def check_energy(model: Model) -> None:
    """Refuse an energy that is not defined, that has letters, or that is a condition."""
    for name in (model.energy, *(f"E_{s}" for s in model.synapses)):
        _check_number(model, name)
    if model.energy is None:
        return
    place = model.locate("", "energy").place(0)
    definitions = model.definitions
    if model.energy not in definitions:
        raise InputError(
            f"The energy {model.energy} is not defined by an equation.",
            code="energy",
            remedy=near(model.energy, list(definitions)) or f"Write {model.energy} = ... among the equations.",
            place=place,
        )
    if f"{model.energy}_parts" in model.names.quantities:
        raise InputError(
            f"{model.energy}_parts is the name under which results keep the terms of the energy.",
            code="name-taken",
            remedy="Rename it.",
            place=model.source_of(f"{model.energy}_parts").place(0),
        )
    if definitions[model.energy].letters:
        raise InputError(
            f"The energy {model.energy} has an index; it must be one number.",
            code="energy",
            remedy="Sum over the index.",
            place=model.source_of(model.energy).place(0),
        )


def _check_number(model: Model, name: str | None) -> None:
    """Refuse an energy that is true or false."""
    equation = model.equation(name) if name else None
    if equation is None:
        return
    tree = Reader(model.names, equation.source, start=equation.equals).tree()
    negated = isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)
    if negated or isinstance(tree, (ast.Compare, ast.BoolOp)):
        raise InputError(
            f"{name} is true or false, and an energy is a number.",
            code="energy-condition",
            remedy="Write where(condition, a, b) for two values.",
            place=equation.source.place(equation.equals),
        )
