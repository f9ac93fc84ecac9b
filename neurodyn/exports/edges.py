"""Inputs with edges that take time, as a circuit simulator needs them.

A jump becomes a straight line of the length `rise`, with the jump in its middle: the area under a pulse stays what it
is. What is straight between its edges becomes a `Polyline`; other signals are sums and products with smooth factors.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.system.samples import Lines, Samples
from neurodyn.system.signals import (
    Combined,
    Constant,
    Piece,
    Pulses,
    Ramp,
    Repeat,
    Signal,
    Smooth,
    Spread,
    Step,
    Window,
    inside,
)

Floats = NDArray[np.float64]
LEVEL, STRAIGHT, CURVED = 0, 1, 2  # between edges: constant, a straight line, anything else
MOST_CORNERS = 200_000
SAME = 1e-12  # smaller relative jumps are roundings


@dataclass(frozen=True, eq=False)
class Polyline:
    """Straight lines from corner to corner; constant before the first and after the last."""

    times: Floats
    values: Floats

    def edges(self, t0: float, t1: float) -> Floats:
        return inside(self.times, t0, t1)

    def on(self, a: float, b: float) -> Piece:
        k = int(np.searchsorted(self.times, 0.5 * (a + b)))
        if k == 0 or k == len(self.times):
            level = float(self.values[min(k, len(self.times) - 1)])
            return lambda t: level
        start, low = self.times[k - 1], self.values[k - 1]
        slope = (self.values[k] - low) / (self.times[k] - start)
        return lambda t: low + slope * (t - start)


@dataclass(frozen=True, eq=False)
class Stacked:
    """Signals of single numbers as one of an input with letters."""

    signals: tuple[Signal, ...]
    shape: tuple[int, ...]

    def edges(self, t0: float, t1: float) -> Floats:
        return inside(np.concatenate([s.edges(t0, t1) for s in self.signals]), t0, t1)

    def on(self, a: float, b: float) -> Piece:
        pieces = [s.on(a, b) for s in self.signals]
        return lambda t: np.array([_number(piece(t), k) for k, piece in enumerate(pieces)]).reshape(self.shape)


@dataclass(frozen=True)
class Edges:
    """How inputs are written for a run from `t0` to `t1`; a rise of 0 is not chosen yet."""

    t0: float
    t1: float
    rise: float

    def finite(self, signal: Signal, place: int, name: str) -> Signal:
        """One number of a signal: a `Polyline`, a `Constant`, `Smooth`, or these combined.

        Raises:
            InputError: for a signal that is none of those that a model file can say.
        """
        if isinstance(signal, Spread):
            return self.finite(signal.signal, place, name)
        kind = shape(signal)
        if kind is None:
            raise InputError(
                f"The input {name} is a {type(signal).__name__}, which has no form in a netlist.",
                code="not-exported",
                remedy="Sample it, as lines(samples[n], n, every=...).",
            )
        if kind <= STRAIGHT:
            return self._polyline(signal, place, name)
        if isinstance(signal, Combined):
            left, right = (self.finite(s, place, name) for s in (signal.left, signal.right))
            return Combined(signal.operation, left, right)
        return signal

    def _polyline(self, signal: Signal, place: int, name: str) -> Signal:
        found = signal.edges(self.t0, self.t1)
        if 2 * len(found) > MOST_CORNERS:
            raise InputError(
                f"The input {name} has {len(found):,} edges; at most {MOST_CORNERS // 2:,} are written.",
                code="too-large",
                remedy="Export a shorter run.",
            )
        ends = [self.t0, *found.tolist(), self.t1]
        pieces = [signal.on(a, b) for a, b in pairwise(ends)]
        half = 0.5 * self.rise
        corners = [(self.t0, pieces[0])]
        for at, left, right in zip(found.tolist(), pieces, pieces[1:], strict=False):
            before, after = _number(left(at), place), _number(right(at), place)
            jumps = abs(after - before) > SAME * max(abs(after), abs(before))
            corners += [(at - half, left), (at + half, right)] if jumps else [(at, right)]
        corners.append((self.t1, pieces[-1]))
        times, values = zip(*((t, _number(piece(t), place)) for t, piece in corners), strict=True)
        if min(values) == max(values):
            return Constant(values[0])
        return Polyline(*_without_flat(np.array(times), np.array(values)))


def _without_flat(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Corners at which the line is no corner, for it is level on both sides, are left out."""
    flat = np.zeros(len(times), bool)
    flat[1:-1] = (values[1:-1] == values[:-2]) & (values[1:-1] == values[2:])
    return times[~flat], values[~flat]


def shape(signal: Signal) -> int | None:
    """What a signal is between its edges; None if that is not known."""
    if isinstance(signal, (Constant, Step, Window, Pulses)) or type(signal) is Samples:
        return LEVEL
    if isinstance(signal, (Ramp, Lines, Polyline)):
        return STRAIGHT
    if isinstance(signal, Smooth):
        return CURVED if signal.definition is not None else None
    if isinstance(signal, (Spread, Repeat)):
        kind = shape(signal.signal)
        return None if kind == CURVED and isinstance(signal, Repeat) else kind
    if not isinstance(signal, Combined):
        return None
    kinds = shape(signal.left), shape(signal.right)
    if kinds[0] is None or kinds[1] is None:
        return None
    if signal.operation is operator.mul and kinds == (STRAIGHT, STRAIGHT):
        return CURVED
    return max(kinds[0], kinds[1])


def shortest(signals: Iterable[Signal], t0: float, t1: float) -> float:
    """The shortest time between two edges, or between one and an end of the run."""
    found = np.concatenate([np.empty(0), *(s.edges(t0, t1) for s in signals)])
    return float(np.diff(np.concatenate([[t0], inside(found, t0, t1), [t1]])).min())


def _number(value: object, place: int) -> float:
    flat = np.ravel(np.asarray(value, dtype=float))
    return float(flat[place if len(flat) > 1 else 0])
