"""Many starts of one system, run side by side for a while: where they come to, and the way there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.simulation import simulate
from neurodyn.system.system import System

Array = NDArray[np.float64]
# How many starts go in one run: more would only take memory.
TOGETHER = 131_072


@dataclass(frozen=True, eq=False)
class Runner:
    """Runs starts of a system.

    Attributes:
        how: what `simulate` is told: backend, method, tolerances, dt, seed.
        notes: what a report tells of it.
    """

    system: System
    how: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, system: System, start: Array, t0: float, **how: Any) -> Runner:
        """The runner on the backend that was named, or on `ensemble` if it can run the system, else on the first.

        Args:
            start: a state for a run of one step, in which the backend shows whether it can.
        """
        given = {k: v for k, v in how.items() if v is not None}
        if "backend" in given:
            return cls(system, given)
        ours = cls(system, {**given, "backend": "ensemble"})
        step = 1.0 if system.model.discrete else 1e-6
        try:
            ours.ends(start[None], t0, step)
        except InputError as error:
            first = cls(system, given, (f"Not run on the backend ensemble: {error.sentence}",))
            first.ends(start[None], t0, step)
            return first
        return ours

    def ends(self, states: Array, t: float, span: float) -> Array:
        """Where states (starts, size) at time t are after a span; rows of NaN where a run failed or grew too far."""
        parts = [self._run(states[k : k + TOGETHER], t, [t + span]) for k in range(0, len(states), TOGETHER)]
        return np.concatenate([p[0] for p in parts]) if parts else states

    def paths(self, states: Array, times: Array) -> Array:
        """The ways from states at the first of some times: (times, starts, size), NaN after a run that failed."""
        return np.concatenate([states[None], self._run(states, float(times[0]), times[1:])])

    def _run(self, states: Array, t: float, times: Any) -> Array:
        system = self.system
        last = float(times[-1])
        span = {"steps": round(last - t)} if system.model.discrete else {"until": last}
        found = simulate(
            system, start=dict(system.layout.unpack(states)), trials=len(states), save_at=times,
            record=[*system.layout.names], on_failure="return", progress=False, t0=t,
            **span, **self.how,
        )  # fmt: skip
        if found.status == "interrupted":
            raise KeyboardInterrupt
        shape = (-1, len(states))
        parts = [np.asarray(found[n].values).reshape(*shape, k) for n, k in _sizes(system).items()]
        whole = np.full((len(times), len(states), system.layout.size), np.nan)
        whole[: len(parts[0])] = np.concatenate(parts, axis=2)
        return whole


def _sizes(system: System) -> dict[str, int]:
    layout = system.layout
    return {n: int(np.prod(s)) for n, s in zip(layout.names, layout.shapes, strict=True)}
