"""Operating points followed along a source: small steps where the branch bends, and jumps where it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.small_signal.settling import settled
from neurodyn.analysis.small_signal.slopes import Element
from neurodyn.errors import RunFailed
from neurodyn.system.layout import Layout
from neurodyn.system.standing import Standing

Array = NDArray[np.float64]
Make = Callable[[float], Standing]
LEAST = 1e-8  # of the whole span: the shortest step of the source
BENT = 0.5  # how far a point may lie off the tangent, over the length of the step
NEAR = 1e-3  # and how far in any case, relative


@dataclass(frozen=True, eq=False)
class Jump:
    """A place where a branch ends, and what comes after it.

    Attributes:
        value: of the source.
        before, after: the states.
    """

    value: float
    before: Array
    after: Array

    def told(self, source: Element, layout: Layout) -> str:
        """A sentence."""
        k = int(np.argmax(np.abs(self.after - self.before) / layout.scales))
        ends = f"{layout.element(k)} goes from {self.before[k]:.6g} to {self.after[k]:.6g}"
        return f"a fold at {source} = {self.value:.6g}, where {ends}"


@dataclass(frozen=True, eq=False)
class Way:
    """Points along the source, a row for each value, and where they jumped."""

    states: Array
    jumps: tuple[Jump, ...]

    def reversed(self) -> Way:
        """The same with the rows in the other order."""
        return replace(self, states=self.states[::-1])


def traced(standing: Make, values: Array, begin: Array) -> Way:
    """The points at the values, the first of which is known."""
    track = _Track(standing, LEAST * float(np.ptp(values)), float(values[0]), begin)
    states = [begin]
    for value in values[1:]:
        track.go(float(value))
        states.append(track.y)
    return Way(np.array(states), tuple(track.jumps))


class _Track:
    """A point that moves along."""

    def __init__(self, standing: Make, least: float, at: float, y: Array) -> None:
        self.standing, self.least, self.at, self.y = standing, least, at, y
        self.jumps: list[Jump] = []

    def go(self, to: float) -> None:
        """Move to another value of the source."""
        step = to - self.at
        while self.at != to:
            step = np.sign(step) * min(abs(step), abs(to - self.at))
            there = to if abs(to - self.at) <= abs(step) else self.at + step
            found = self._next(there)
            if found is not None:
                self.at, self.y, step = there, found, 2 * step
            elif abs(step) > self.least:
                step = step / 4
            else:
                self._jump(there)

    def _next(self, value: float) -> Array | None:
        """The point at a value close by, if it lies on the same branch."""
        here, there = self.standing(self.at), self.standing(value)
        slope = here.tangent(self.y, there)
        if slope is None:
            return None
        found = there.near(self.y + slope)
        if found is None:
            return None
        scales = here.scales
        off, long = np.abs((found - self.y - slope) / scales).max(), np.abs(slope / scales).max()
        return found if off <= BENT * long + NEAR * (1 + np.abs(found / scales).max()) else None

    def _jump(self, value: float) -> None:
        """Leave the end of a branch for where the system goes in time."""
        after = settled(self.standing(value), self.y)
        if after is None:
            raise RunFailed(
                f"The branch ends at {self.at:.6g}, and no other operating point was found there.",
                code="no-operating-point",
                remedy="Sweep a narrower range, or look where the system goes in time.",
            )
        self.jumps.append(Jump(self.at, self.y, after))
        self.at, self.y = value, after
