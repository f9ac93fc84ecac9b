"""What a map reads beside its states: inputs at a step, draws of the step, past values."""

from __future__ import annotations

from typing import Any

from neurodyn.backends.plan import Floats, Plan
from neurodyn.system.noise import Draws


class Given:
    """Reads all of it for a step of a plan."""

    def __init__(self, plan: Plan) -> None:
        system = plan.system
        self._signals, self._past = plan.signals, system.past
        self._draws = Draws(system.structure, system.sizes, plan.seed, plan.trials)

    def at(self, step: int, window: Floats | None, rows: Any = None) -> dict[str, Any]:
        """By name.

        Args:
            window: the state at the step and those before it; None if nothing looks back.
            rows: the trials that read it; None means all.
        """
        draws = self._draws.at(step)
        if rows is not None:
            draws = {name: value[rows] for name, value in draws.items()}
            window = None if window is None else window[rows]
        past = {} if window is None else self._past(window)
        # An input that jumps at a step has there the value after the jump.
        inputs = {name: signal.on(step, step)(step) for name, signal in self._signals.items()}
        return {**inputs, **draws, **past}
