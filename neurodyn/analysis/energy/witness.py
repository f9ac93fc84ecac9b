"""A short run from a state at which a rate has the wrong sign: does the quantity itself go the wrong way?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.system.system import System

Array = NDArray[np.float64]
# Steps of a run, the part of its own size by which the state moves in it at most, and how often that is made smaller.
STEPS, PART, TRIES = 10, 1e-3, 6


@dataclass(frozen=True, eq=False)
class Way:
    """What a quantity does along a short run, with inputs held still.

    Attributes:
        times: from that of the witness on.
        values: of the quantity.
    """

    times: Array
    values: Array

    def goes(self, sign: int) -> bool:
        """Whether it goes up (1) or down (-1) in every step."""
        return bool((sign * np.diff(self.values) > 0).all())


def way(system: System, name: str, state: Array, t: float, sign: int) -> Way:
    """The run from a state, made shorter until the quantity goes one way all along it, if it ever does."""
    flow, observe, inputs = system.flow(), system.observe([name]), inputs_at(system, t)
    speed = np.abs(flow(t, state, inputs)) / np.maximum(system.layout.scales, np.abs(state))
    span = PART / max(float(speed.max()), float(np.finfo(float).tiny))
    for _ in range(TRIES):
        times = np.linspace(t, t + span, STEPS + 1)
        values, y = [float(observe(t, state, inputs)[name])], state
        for now, then in pairwise(times):
            h = then - now
            a = flow(now, y, inputs)
            b = flow(now + h / 2, y + h / 2 * a, inputs)
            c = flow(now + h / 2, y + h / 2 * b, inputs)
            y = y + h / 6 * (a + 2 * b + 2 * c + flow(then, y + h * c, inputs))
            values.append(float(observe(then, y, inputs)[name]))
        found = Way(times, np.array(values))
        if found.goes(sign):
            break
        span /= 8
    return found
