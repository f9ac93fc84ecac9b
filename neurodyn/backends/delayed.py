"""What a plan of a flow with delays says more: inputs at earlier times, the past that a continued run goes on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.calculus.rewrite import names_reached
from neurodyn.errors import InputError
from neurodyn.results import Result

if TYPE_CHECKING:
    from neurodyn.system.signals import Signal
    from neurodyn.system.system import System


def check_direction(system: System, t0: float, until: float) -> None:
    """Refuse to run delays backwards."""
    if system.structure.remembered and until < t0:
        raise InputError(
            f"{system.name} has delays, so it cannot run backwards: what was does not follow from what is.",
            code="backward-delays",
            remedy=f"Give an end after t = {t0:g}.",
        )


def with_earlier(system: System, signals: Mapping[str, Signal]) -> dict[str, Signal]:
    """The inputs, and those at earlier times that the equations read, which have edges of their own."""
    return {**signals, **(system.earlier.signals(signals) if system.structure.delayed else {})}


def kept_names(system: System, names: Sequence[str]) -> tuple[str, ...]:
    """The earlier values that recorded quantities read."""
    structure = system.structure
    if not structure.remembered:
        return ()
    reached = frozenset[str]().union(*(names_reached(name, structure.definitions) for name in names))
    return tuple(name for name in structure.remembered if name in reached)


def memory_of(system: System, start: Any, t0: float) -> Mapping[str, Any] | None:
    """What a run that is continued has kept of its past; None for one that begins."""
    if not isinstance(start, Result) or not system.structure.remembered:
        return None
    kept, reached = start.arrays.get("history", {}), float(start.arrays["end"]["t"])
    rows = np.asarray(kept.get("rows", np.empty(0)))
    trials = start.recipe["trials"] or 1
    most = float(system.earlier.distinct[-1])
    if rows.shape[1:3] != (system.layout.size, trials) or kept["begin"][0] > reached - most:
        raise InputError(
            f"The run to go on from has not kept the last {most:g} of its past, which are needed.",
            code="bad-start",
            remedy="Go on from a run of the same system, or give its states as a start of their own.",
        )
    if t0 != reached:
        raise InputError(
            f"That run ended at t = {reached:g}, and its past goes on from there only.",
            code="bad-start",
            remedy="Leave t0 out, or give the states as a start of their own.",
        )
    return kept
