"""The bench speaks of time as the model goes: steps of a map, or an end and tolerances of flows."""

from __future__ import annotations

from neurodyn.errors import InputError
from neurodyn.model.model import Model

OF_FLOWS = {
    "until": "Write steps = ..., the number of steps.",
    "method": "Leave it out.",
    "dt": "The steps of a map are 1: leave it out.",
    "rtol": "A map makes no error in time: leave it out.",
    "atol": "A map makes no error in time: leave it out.",
}


def check_bench(model: Model) -> None:
    """Refuse entries of the other kind of time, and steps that are not whole."""
    for key, value in model.bench.items():
        place = model.locate("bench", key).place(0)
        if model.discrete and key in OF_FLOWS:
            raise InputError(
                f"{key} in [bench] is for flows, and this is a map.", code="bench", remedy=OF_FLOWS[key], place=place
            )
        if not model.discrete and key == "steps":
            raise InputError(
                "steps in [bench] is for maps, and this model has flows.",
                code="bench",
                remedy="Write until = ..., the time at the end.",
                place=place,
            )
        if model.discrete and key in ("every", "from") and value != int(value):
            raise InputError(
                f"{key} in [bench] is {value}, but a map goes in whole steps.",
                code="bench",
                remedy="Give a whole number.",
                place=place,
            )
