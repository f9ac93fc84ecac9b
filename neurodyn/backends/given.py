"""What a map reads beside its states: inputs at a step, draws of the step, past values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.plan import Floats, Plan
from neurodyn.system.noise import Draws


class Given:
    """Reads all of it for a step of a plan."""

    def __init__(self, plan: Plan) -> None:
        system = plan.system
        self._signals, self._past, self._own = plan.signals, system.past, plan.own_signals
        self._draws = Draws(system.structure, system.all_sizes, plan.seed, plan.trials)

    def at(self, step: int, window: Floats | None, trials: NDArray[np.intp] | None = None) -> dict[str, Any]:
        """By name.

        Args:
            window: the states at the step and before it; it may be None if none are read.
            trials: the numbers of those that are wanted; None means all.
        """
        own = {**self._draws.at(step), **({} if window is None else self._past(window))}
        # An input that jumps at a step has there the value after the jump.
        inputs = {name: signal.on(step, step)(step) for name, signal in self._signals.items()}
        own |= {name: np.asarray(inputs.pop(name)) for name in self._own}
        if trials is not None:
            own = {name: values[trials] for name, values in own.items()}
        return {**inputs, **own}
