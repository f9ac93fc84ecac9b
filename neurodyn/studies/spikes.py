"""Habituation of spiking neurons, by the read-out of the study: the spikes of a motor neuron in each period."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.habituation import spike_counts
from neurodyn.studies.framework.work import run
from neurodyn.system.build import build

Array = NDArray[np.float64]

STEP = 5e-3
SENSES = ("(c == 0)", "(c == 1)")


def stimuli(period: float = 0.5, rate: float = 100, sense: int = 0) -> str:
    """A stimulus of a tenth of a second in the middle of each period, to one of two senses."""
    return f"{SENSES[sense]}*pulses({rate}[1/s], period={period}[s], duty={0.1 / period:.17g}, phase=0.5)"


def during(begin: float, end: float) -> str:
    """1 from begin to end, else 0."""
    return f"window({begin}[s], {end}[s])"


def answers(inputs: str, count: int, period: float = 0.5) -> Array:
    """The response in each period: spikes of a motor neuron, on average."""
    system, until = build("habituation_spiking", S=inputs), count * period
    options: dict[str, Any] = {"record": ["motor.spike"], "save_at": [0.0]}
    found = run(system, until=until, dt=STEP, backend="fixed", **options)
    return spike_counts(found.events("motor.spike").time, units=system.sizes["m"], period=period, count=count)


def series(length: int = 10, rest: int = 10, count: int = 3) -> list[Array]:
    """The responses in a number of series of stimuli, with a rest after each; both are counted in periods."""
    whole = length + rest
    shown = " + ".join(during(k * whole / 2, (k * whole + length) / 2) for k in range(count))
    found = answers(f"{stimuli()}*({shown})", count * whole)
    return [found[k * whole : k * whole + length] for k in range(count)]
