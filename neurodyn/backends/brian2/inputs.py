"""Inputs in fixed steps: the mean over each step stands for all of it.

The mean is that of the middles of the parts between edges: exact for inputs that are constant between edges, wherever
these lie, and of second order for others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.backends.brian2.names import Names
from neurodyn.backends.brian2.size import check_memory
from neurodyn.backends.clock import NEAR
from neurodyn.backends.plan import Floats, Plan
from neurodyn.system.signals import Constant, Signal, Spread

if TYPE_CHECKING:
    from neurodyn.backends.brian2.units import Group

# The time of a step, by which its value is looked up.
LOOKUP = "t_in_timesteps*step_1"


@dataclass(frozen=True, eq=False)
class Inputs:
    """The inputs of a run.

    Attributes:
        timed: arrays by Brian2's name: a row for each step, and a column for each unit where there are several.
        scalars: inputs that do not change and have no letters.
        curved: those that change within a step.
    """

    plan: Plan
    steps: int
    names: Names
    scalars: dict[str, float]
    timed: dict[str, Floats] = field(default_factory=dict)
    curved: set[str] = field(default_factory=set)

    @property
    def signals(self) -> Any:
        return self.plan.signals

    @property
    def order(self) -> int:
        """The order to which the inputs are met: 2 where some change between their edges."""
        return 2 if self.curved else 9

    def scalar(self, name: str) -> str:
        """The text of an input without letters."""
        signal = self.plan.signals[name]
        if isinstance(signal, Constant):
            own = self.names.give(name, "p")
            self.scalars[own] = float(np.asarray(signal.value))
            return own
        return f"{self._timed(name, ())}({LOOKUP})"

    def element(self, name: str, places: tuple[int, ...], shape: tuple[int, ...]) -> str:
        """The text of an input at one position."""
        if not places:
            return self.scalar(name)
        signal = self._signal(name)
        if isinstance(signal, Constant):
            own = self.names.give(f"{name}[{places}]", "p")
            self.scalars[own] = float(np.broadcast_to(np.asarray(signal.value, float), shape)[places])
            return own
        own = self._timed(name, shape)
        unit = f", {np.ravel_multi_index(places, shape)}" if self.timed[own].ndim > 1 else ""
        return f"{own}({LOOKUP}{unit})"

    def table(self, name: str, shape: tuple[int, ...]) -> Callable[[int], Floats]:
        """An input as an array, by the number of the step."""
        signal = self._signal(name)
        if isinstance(signal, Constant):
            still = np.broadcast_to(np.asarray(signal.value, float), shape)
            return lambda step: still
        rows = self.timed[self._timed(name, shape)]
        return lambda step: rows[step].reshape(shape) if rows.ndim > 1 else np.full(shape, rows[step])

    def _signal(self, name: str) -> Signal:
        """What an input is, at one unit where all units have the same."""
        signal = self.plan.signals[name]
        return signal.signal if isinstance(signal, Spread) else signal

    def _timed(self, name: str, shape: tuple[int, ...]) -> str:
        """Brian2's name of the values of an input at all steps: a row of them, where all units have the same."""
        own, piece = self.names.give(name, "s"), self.plan.pieces()[0]
        if own not in self.timed:
            shared = np.ndim(self._signal(name).on(piece.begin, piece.end)(piece.begin)) == 0
            self.timed[own] = self._means(name, () if shared else shape)
        return own

    def declare(self, name: str, variable: str, group: Group, pads: bool) -> None:
        """An input with letters as a variable of its group, which is repeated where its host `pads` it."""
        signal = self._signal(name)
        if isinstance(signal, Constant) and np.unique(signal.value).size == 1:
            own = self.names.give(name, "p")
            self.scalars[own] = float(np.ravel(signal.value)[0])
            group.lines.append(f"{variable} = {own} : 1")
        elif isinstance(signal, Constant):
            group.lines.append(f"{variable} : 1 (constant)")
            group.starts[variable] = np.broadcast_to(np.asarray(signal.value, float), group.shape).ravel()
        else:
            own = self._timed(name, group.shape)
            unit = f", i % {group.site.size}" if pads else ", i"
            group.lines.append(f"{variable} = {own}({LOOKUP}{unit * (self.timed[own].ndim - 1)}) : 1")

    def _means(self, name: str, shape: tuple[int, ...]) -> Floats:
        size = int(np.prod(shape))
        check_memory(f"the input {name} at each step", 8.0 * size * (self.steps + 1))
        plan, dt = self.plan, float(self.plan.dt or 0)
        found, known = np.zeros((self.steps + 1, size)), dict[int, Floats]()

        def spread(value: Any) -> Floats:
            return np.broadcast_to(np.asarray(value, float), shape).ravel() if shape else np.ravel(value)[:1]

        for piece in plan.pieces():
            begin, end = (piece.begin - plan.t0) / dt, (piece.end - plan.t0) / dt
            looks = [np.asarray(piece.inputs(t)[name]) for t in np.linspace(piece.begin, piece.end, 4)]
            self.curved.update({name} if any(np.any(x != looks[0]) for x in looks) else ())
            for k in range(int(np.floor(begin + NEAR)), min(int(np.ceil(end - NEAR)), self.steps)):
                low, high = max(begin, k), min(end, k + 1)
                low, high = (round(x) if abs(x - round(x)) < NEAR else x for x in (low, high))
                value = spread(piece.inputs(plan.t0 + dt * (low + high) / 2)[name])
                found[k] += (high - low) * value
                if high - low < 1 and (known.setdefault(k, value) != value).any():
                    self.curved.add(name)
            if piece.end == plan.until:
                found[-1] = spread(piece.inputs(piece.end)[name])
        return found if shape else found[:, 0]
