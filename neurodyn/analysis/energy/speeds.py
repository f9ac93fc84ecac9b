"""Whether the layers of a run came to rest: a state may go on for ever along directions that its activation ignores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.system.system import System

Array = NDArray[np.float64]
# An activation settles when it has slowed down so much, while its state has not slowed down to half.
SETTLED, MOVING = 0.1, 0.5


@dataclass(frozen=True)
class Speeds:
    """How fast a layer moves (the norm of the rates of all its units), where a run starts and where it ends.

    Attributes:
        of_state, of_activation: at the start, and at the end.
    """

    state: str
    activation: str
    of_state: tuple[float, float]
    of_activation: tuple[float, float]

    @property
    def drifts(self) -> bool:
        """Whether the state goes on while its activation settles."""
        (x0, x1), (g0, g1) = self.of_state, self.of_activation
        return x1 > MOVING * x0 and g1 < SETTLED * g0

    def __str__(self) -> str:
        (x0, x1), (g0, g1) = self.of_state, self.of_activation
        x, g = f"|d{self.state}/dt| {x0:.2g} -> {x1:.2g}", f"|d{self.activation}/dt| {g0:.2g} -> {g1:.2g}"
        if self.drifts:
            return f"activations settle while states drift: {g}, {x}; look for rest in {self.activation}"
        return f"speeds from start to end: {x}, {g}"


def speeds(system: System, activation: str, state: str, ends: tuple[tuple[float, Array], ...]) -> Speeds:
    """The speeds of a layer at the time and state of the start, and of the end."""
    slope, flow, layout = system.derivative(activation, state), system.flow(), system.layout
    of_state, of_activation = [], []
    for t, y in ends:
        inputs = inputs_at(system, t)
        rate = np.ravel(layout.unpack(flow(t, y, inputs))[state])
        of_state.append(float(np.linalg.norm(rate)))
        of_activation.append(float(np.linalg.norm(slope(t, y, inputs).reshape(rate.size, rate.size) @ rate)))
    return Speeds(state, activation, (of_state[0], of_state[1]), (of_activation[0], of_activation[1]))
