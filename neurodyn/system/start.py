"""Where a run starts: declared starts, given ones, and draws that are independent per trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.system.values import Values, filled

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]


def start_vector(system: System, given: Mapping[str, Any], trials: int | None, seed: int) -> Array:
    """The flat start: shape (size,) or (trials, size)."""
    for name in given:
        if name not in system.model.states:
            raise system.unknown(name)
    values = Values(system.structure, system.sizes, system.given, seed, dict(system.values), system.formulas)
    found = {name: _state(values, name, given.get(name), trials, seed) for name in system.layout.names}
    return np.array(system.layout.pack(found, trials is not None), dtype=float)


def _state(values: Values, name: str, given: Any, trials: int | None, seed: int) -> Array:
    declared = values.structure.model.states[name]
    letters = values.structure.letters(name)
    source = declared.source if given is None else Source(f"start of {name}")
    shape = values.shape(letters, source)
    value = declared.value if given is None else given
    if value is None:
        raise InputError(
            f"The state {name} has no start.",
            code="missing-start",
            remedy=f"Give it: simulate(system, start={{'{name}': ...}}), or start = ... in [states].",
            place=source.place(0),
        )
    if isinstance(value, str):
        return _drawn(values, name, value, source, trials, seed)
    if trials is None:
        return filled(name, value, shape, source)
    if np.ndim(value) == len(shape) + 1:
        return filled(name, value, (trials, *shape), source)
    return np.broadcast_to(filled(name, value, shape, source), (trials, *shape))


def _drawn(values: Values, name: str, value: str, source: Source, trials: int | None, seed: int) -> Array:
    """An expression, with draws of its own for each trial."""
    letters = values.structure.letters(name)
    placed = value_source(source, value)
    expr, calls = values.read(name, placed, letters)

    def once(trial: int | None) -> Array:
        draws = {c.name: values.draw(c, letters, k, (), trial, seed) for k, c in enumerate(calls)}
        return values.evaluate(expr, letters, (), placed, draws)

    if trials is None:
        return once(None)
    if not any(c.generator.random for c in calls):
        return np.broadcast_to(once(None), (trials, *values.shape(letters, source)))
    return np.stack([once(trial) for trial in range(trials)])
