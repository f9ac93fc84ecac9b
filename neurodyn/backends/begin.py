"""The start of a run that begins at the operating point, as a bench says by `start = "operating point"`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.model.bench import STANDING
from neurodyn.system.standing import Standing

if TYPE_CHECKING:
    from neurodyn.backends.varied import Varied
    from neurodyn.system.signals import Signal
    from neurodyn.system.system import System

Floats = NDArray[np.float64]


def starts(
    system: System,
    varied: Varied | None,
    given: Mapping[str, Any] | None,
    signals: Mapping[str, Signal],
    t: float,
    trials: int | None,
    seed: int,
) -> Floats:
    """The start of a run at time t, flat, with trials a row for each: as the model says, or at the operating point."""
    if varied is None:
        return system.start(_begun(system, given, signals, t, seed), trials=trials, seed=seed)
    if "start" in system.model.bench:
        return _of_trials(varied, given, t, seed)
    return varied.starts(given, seed)


def _begun(
    system: System, given: Mapping[str, Any] | None, signals: Mapping[str, Signal], t: float, seed: int
) -> Mapping[str, Any] | None:
    """What is given of the start, and all else as it is where the system stands still with its inputs at time t.

    Starts and guesses that the model says are where that is looked for; what is given stands for itself.

    Raises:
        InputError: where no such point is found, or the bench names what cannot be held.
    """
    said = system.model.bench.get("start")
    if said is None or (given is not None and given.keys() >= set(system.layout.names)):
        return given
    inputs = {name: signal.on(t, np.nextafter(t, np.inf))(t) for name, signal in signals.items()}
    held = {} if said == STANDING else said
    own = system.constrained
    asked = {name: value for name, value in (given or {}).items() if name in own.model.variables}
    guess = own.start({**held, **asked}, seed=seed)
    known = own.layout.unpack(guess)
    found = Standing.of(own, t, inputs, {name: float(known[name]) for name in held}).found(guess)
    return {**own.layout.unpack(found), **(given or {})}


def _of_trials(varied: Varied, given: Mapping[str, Any] | None, t: float, seed: int) -> Floats:
    """The start of each trial, at the operating point of its own values; shape (trials, size)."""
    found: dict[int, Floats] = {}
    for own in varied.each:
        if id(own) not in found:
            found[id(own)] = own.start(_begun(own, given, own.signals, t, seed), seed=seed)
    return np.stack([found[id(own)] for own in varied.each])
