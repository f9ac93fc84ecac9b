"""Noise is of a kind that is known, in a map."""

from __future__ import annotations

from neurodyn.errors import InputError
from neurodyn.model.model import Model
from neurodyn.system.noise import KINDS


def check_noise(model: Model) -> None:
    """Refuse noise in flows, and kinds that do not exist."""
    for name, declared in model.noise.items():
        if not model.discrete:
            raise InputError(
                f"The noise {name} stands in a model with flows; noise is read in maps only in this version.",
                code="noise",
                remedy="Write the model as a map, or give an input in its place.",
                place=declared.source.place(0),
            )
        if declared.value not in KINDS:
            raise InputError(
                f"{name} is {declared.value!r}, which is no noise that a map can draw.",
                code="noise",
                remedy=f"It may be {' or '.join(KINDS)}, drawn afresh at each step.",
                place=declared.source.place(0),
            )
