"""A recursion along a letter as a program for one position, and how it is run with NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.program.program import Program

Array = Any
HERE = "@position"


@dataclass(frozen=True)
class Member:
    """One definition of a loop: its name, how far off it is read, the place of the loop's axis, its other sizes."""

    name: str
    steps: tuple[int, ...]
    axis: int
    shape: tuple[int, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Loop:
    """A recursion as a program for one position.

    Attributes:
        program: computes each member at the position `HERE`, from `name@step` (the member that far off).
        size, forward: how many positions there are, and whether they are taken from the first to the last.
        members: what is computed.
        constants, variables: names of what is read, in the order of the operands of the steps `loop` and `scan`.
        has_trials: whether the results have an axis of trials.
    """

    program: Program
    size: int
    forward: bool
    members: tuple[Member, ...]
    constants: tuple[str, ...]
    variables: tuple[str, ...]
    has_trials: bool


Bound = Callable[[float, Mapping[str, Array]], dict[str, Array]]


@dataclass(frozen=True, eq=False)
class Runner:
    """A loop with its program compiled: `make` takes the values of the constants by name."""

    loop: Loop
    make: Callable[[Mapping[str, Array]], Bound]

    def bind(self, *constants: Array) -> Bound:
        """The function of one position."""
        return self.make(dict(zip(self.loop.constants, constants, strict=True)))

    def run(self, bound: Bound, t: float, trials: int, *variables: Array) -> tuple[Array, ...]:
        """The whole array of each member."""
        loop = self.loop
        lead = (trials,) if loop.has_trials else ()
        values: dict[str, Array] = dict(zip(loop.variables, variables, strict=True))
        nothing = {m.name: np.zeros((*lead, *m.shape))[()] for m in loop.members}
        # The axis of the loop comes first while it runs.
        results = {m.name: np.empty((loop.size, *lead, *m.shape)) for m in loop.members}
        for here in range(loop.size) if loop.forward else range(loop.size - 1, -1, -1):
            values[HERE] = float(here)
            for m in loop.members:
                for step in m.steps:
                    there = here + step
                    values[f"{m.name}@{step}"] = results[m.name][there] if 0 <= there < loop.size else nothing[m.name]
            for name, value in bound(t, values).items():
                results[name][here] = value
        return tuple(np.moveaxis(results[m.name], 0, m.axis) for m in loop.members)
