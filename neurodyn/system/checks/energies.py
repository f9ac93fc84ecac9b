"""The energy is one number, defined by an equation."""

from __future__ import annotations

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.model.model import Model


def check_energy(model: Model) -> None:
    """Refuse an energy that is not defined, or that has letters."""
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
