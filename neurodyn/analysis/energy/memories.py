"""The memories of a system: where its flow comes to rest from each stored pattern, and the energy between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.calculus.rewrite import names_reached
from neurodyn.errors import InputError
from neurodyn.simulation import simulate
from neurodyn.system.structure import TIME
from neurodyn.system.system import System

Array = NDArray[np.float64]
# How many patterns are relaxed, and below which share of the state two ends count as one.
MOST, SAME = 4, 1e-3


@dataclass(frozen=True, eq=False)
class Memories:
    """States at rest, one for each stored pattern.

    Attributes:
        patterns: the parameter that holds the patterns, one per row.
        state: the state that is started at a pattern; all others start as they do.
        numbers: which rows.
        states: where the flow came to, (memories, size).
        t: the time at which energies are read.
    """

    patterns: str
    state: str
    numbers: tuple[int, ...]
    states: Array
    t: float


def memories(system: System, most: int = MOST) -> Memories | None:
    """The memories of the first rows of patterns, where a parameter holds patterns of a state; else None.

    Each run is as long as the bench. Rows from which the flow comes to a memory that is there already are left out.
    """
    found = patterns_of(system)
    energy, until = system.model.energy, system.model.bench.get("until")
    if found is None or energy is None or until is None or TIME in names_reached(energy, system.structure.definitions):
        return None
    name, state = found
    numbers, ends, end_time = list[int](), list[Array](), system.time("until", until)
    for number, pattern in enumerate(system.values[name][:most]):
        run = simulate(
            system, start={state: pattern}, save_at=[system.time("until", until)], record=[*system.layout.names]
        )
        end = np.concatenate([run[n].values[-1].ravel() for n in system.layout.names])
        if all(np.abs(end - other).max() > SAME * max(1.0, float(np.abs(end).max())) for other in ends):
            numbers.append(number)
            ends.append(end)
    return Memories(name, state, tuple(numbers), np.array(ends), end_time)


def patterns_of(system: System) -> tuple[str, str] | None:
    """The parameter with one pattern per row, and the state that has as many units as a row."""
    for name, values in system.values.items():
        dims = system.dims(name)
        if values.ndim == 2 and dims[0] != dims[1].removesuffix("_pre"):
            fitting = [s for s in system.layout.names if system.dims(s) == dims[1:]]
            if fitting:
                return name, fitting[0]
    return None


def state_of(system: System, given: Mapping[str, Any]) -> Array:
    """A whole state from values of some states; the others are where they start."""
    for name in given:
        if name not in system.layout.names:
            raise InputError(
                f"{name} is no state of {system.name}.",
                code="not-a-state",
                remedy=f"States: {', '.join(system.layout.names)}.",
            )
    return system.start(dict(given))


def energy_at(system: System, t: float, states: Array) -> Array:
    """The energy of each of these states (states, size), with the inputs of a time."""
    name = str(system.model.energy)
    read = system.observe((name,), trials=True)
    found = np.asarray(read(t, states, inputs_at(system, t))[name], dtype=float)
    return np.array(np.broadcast_to(found, len(states)))
