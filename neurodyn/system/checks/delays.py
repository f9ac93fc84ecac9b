"""Delays of flows: what they may be, and of what."""

from __future__ import annotations

from neurodyn.calculus.times import Lag
from neurodyn.errors import InputError
from neurodyn.model.model import Model


def check_delays(model: Model) -> None:
    """Refuse delays: they are read, but no backend runs them yet."""
    if model.discrete:
        return
    for equation in model.equations:
        if equation.expr.has(Lag):
            raise InputError(
                "Delays of flows are read, but this version cannot run them.",
                code="not-yet",
                remedy="Leave the delay out, or write the model as a map in steps of the delay.",
                place=equation.source.place(equation.equals),
            )
