"""Stimuli: trains of pulses on an input, as signals; and the train that a model's own input holds."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from neurodyn.system.signals import Combined, Constant, Pulses, Signal, Spread, Window

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Train:
    """Pulses in equal distances; times in SI units.

    Attributes:
        amplitude: height above the resting level of the input.
        period: from one onset to the next.
        width: how long a pulse lasts.
        phase: where in its period a pulse begins, as a part of it.
        count: how many pulses there are.
    """

    amplitude: float
    period: float
    width: float
    phase: float
    count: int

    @property
    def span(self) -> float:
        """All periods together."""
        return self.count * self.period

    @property
    def end(self) -> float:
        """When the last pulse is over."""
        return (self.count - 1 + self.phase) * self.period + self.width

    def slower(self, factor: float) -> Train:
        """The same pulses, farther apart."""
        return replace(self, period=factor * self.period)

    def signal(self, begin: float = 0.0) -> Signal:
        """The pulses, their first period beginning at a time."""
        phase = self.phase + begin / self.period
        return Pulses(self.amplitude, self.period, self.width / self.period, phase, self.count)


@dataclass(frozen=True)
class Port:
    """Where stimuli go in: an input, or one position of an input with letters.

    Attributes:
        name: of the input.
        shape: of the input; () for one without letters.
        place: the position that is stimulated.
        rest: the level of the input without stimuli.
    """

    name: str
    shape: tuple[int, ...] = ()
    place: tuple[int, ...] = ()
    rest: float = 0.0

    def __str__(self) -> str:
        return f"{self.name}[{','.join(map(str, self.place))}]" if self.shape else self.name

    def carry(self, signal: Signal) -> Signal:
        """A signal at this place, in the shape of the input, without its resting level."""
        if not self.shape:
            return signal
        mask = np.zeros(self.shape)
        mask[self.place] = 1.0
        return Combined(operator.mul, Constant(mask), Spread(signal, self.shape))

    def level(self) -> Signal:
        """The resting level."""
        return Constant(np.full(self.shape, self.rest) if self.shape else self.rest)


def pulse(begin: float, width: float, amplitude: float) -> Signal:
    """One pulse."""
    return Window(begin, begin + width, amplitude)


def inputs_of(ports: dict[Port, Signal]) -> dict[str, Signal]:
    """The inputs that carry some stimuli, by name; ports of one input are added."""
    found: dict[str, Signal] = {}
    for port, signal in ports.items():
        found[port.name] = Combined(operator.add, found.get(port.name, port.level()), port.carry(signal))
    return found


@dataclass(frozen=True, eq=False)
class Held:
    """What a signal holds over a stretch of time: its pieces, and its value in each, (pieces, elements)."""

    edges: Array
    levels: Array

    @classmethod
    def of(cls, signal: Signal, begin: float, end: float) -> Held:
        """A signal, looked at in the middle of each of its pieces."""
        edges = np.array([begin, *signal.edges(begin, end), end])
        each = [np.ravel(signal.on(a, b)((a + b) / 2)) for a, b in pairwise(edges)]
        return cls(edges, np.array(each, dtype=float))

    @property
    def rest(self) -> float:
        """The least value."""
        return float(self.levels.min())

    @property
    def most(self) -> float:
        """How far the largest value lies above the least."""
        return float(self.levels.max() - self.levels.min())

    def train(self, place: int) -> Train | None:
        """The train that an element begins with; None where there are no two equal pulses."""
        level = self.levels[:, place] - self.rest
        on = np.flatnonzero(level > 1e-12 * max(self.most, 1e-300))
        runs = np.split(on, np.flatnonzero(np.diff(on) > 1) + 1) if len(on) else []
        pulses = [(self.edges[r[0]], self.edges[r[-1] + 1], level[r]) for r in runs]
        if len(pulses) < 2 or any(np.ptp(height) > 1e-9 * height[0] for _, _, height in pulses[:2]):
            return None
        (first, stop, height), (second, _, other) = pulses[:2]
        if not math.isclose(height[0], other[0], rel_tol=1e-9):
            return None
        onsets = np.array([p[0] for p in pulses])
        period = float(second - first)
        late = np.flatnonzero(np.abs(np.diff(onsets) - period) > 1e-6 * period)
        count = int(late[0]) + 1 if len(late) else len(pulses)
        phase = _plain(first / period % 1) % 1
        return Train(_plain(height[0]), _plain(period), _plain(stop - first), phase, count)


def _plain(value: float) -> float:
    """A number without the roundings of a difference of times."""
    return float(f"{value:.12g}")
