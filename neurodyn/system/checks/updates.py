"""A map updates all units at once, or one after the other."""

from __future__ import annotations

from neurodyn.calculus.times import Lag, Next
from neurodyn.errors import InputError
from neurodyn.model.model import Model


def check_update(model: Model) -> None:
    """Refuse an order of updates that is unknown, or has no meaning for the model."""
    if model.update is None:
        return
    place = model.locate("", "update").place(0)
    if model.update not in ("synchronous", "asynchronous"):
        raise InputError(
            f"There is no update {model.update}.",
            code="update",
            remedy="It is synchronous (all units at once) or asynchronous (one after the other).",
            place=place,
        )
    if not model.discrete:
        raise InputError(
            "Only a map has an update; this model has flows.", code="update", remedy="Leave it out.", place=place
        )
    if model.update == "asynchronous":
        _check_one_by_one(model)


def _check_one_by_one(model: Model) -> None:
    if [len(d.letters) for d in model.states.values()] != [1]:
        raise InputError(
            "An asynchronous map has one state with one letter, whose units take turns.",
            code="update",
            remedy="Leave `update` out, or join the states into one.",
            place=model.locate("", "update").place(0),
        )
    for equation in model.equations:
        if equation.expr.has(Next, Lag):
            raise InputError(
                "In an asynchronous map every unit sees what the others are now, and nothing else.",
                code="update",
                remedy="Leave other times out of the equations, or make the map synchronous.",
                place=equation.source.place(0),
            )
