"""Where a system stands still with its inputs as they are at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.errors import InputError
from neurodyn.system.standing import Standing
from neurodyn.system.system import System

Array = NDArray[np.float64]
STILL = 1e-6  # the largest rate, in terms of scales, that counts as none


@dataclass(frozen=True, eq=False)
class Rest:
    """A system, as its constraints say it, at a state.

    Attributes:
        t, inputs: the instant, and the inputs at it.
        flat: the state, in one vector.
        notes: what was left out, in sentences.
    """

    system: System
    t: float
    inputs: Mapping[str, Any]
    flat: Array
    notes: tuple[str, ...] = ()


def resting(
    system: System,
    at: Any = None,
    state: Mapping[str, Any] | None = None,
    held: Mapping[str, float] | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> Rest:
    """The state at which a system stands still, looked for from its start.

    Args:
        at: the time at which inputs and equations are held; by default that of the begin of a run.
        state: where it is looked for: values by name, the others at their start.
        held: potentials of nodes that a current from outside holds.
        inputs: in place of those at that time.

    Raises:
        InputError: for maps and delays, and where no such state is found.
    """
    own = system.constrained
    check_still(own)
    t = float(own.time("at", own.model.bench.get("from", 0.0) if at is None else at))
    inputs = inputs_at(own, t) if inputs is None else inputs
    found = Standing.of(own, t, inputs, held).found(own.start(dict(state or {})))
    return Rest(own, t, inputs, found, notes_of(own))


def check_still(system: System) -> None:
    """Refuse what has no state at an instant, or no rates."""
    structure = system.structure
    if system.model.discrete or structure.delayed:
        why = "it is a map" if system.model.discrete else "it has delays"
        raise InputError(
            f"{system.name} cannot be read at an operating point: {why}.",
            code="no-operating-point",
            remedy="Flows and circuits can.",
        )


def notes_of(system: System) -> tuple[str, ...]:
    """What is left out where a system stands still."""
    told = {
        f"Events ({', '.join(system.model.events)}) are left out.": system.model.events,
        "White noise is left out.": system.structure.noisy,
    }
    return tuple(text for text, is_so in told.items() if is_so)
