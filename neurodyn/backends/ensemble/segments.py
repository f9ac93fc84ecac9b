"""The inputs of a run as straight lines on its pieces, which a compiled loop reads from a table."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.varied import EachTrial
from neurodyn.errors import InputError
from neurodyn.system.samples import Lines, Samples
from neurodyn.system.signals import Combined, Constant, Pulses, Ramp, Repeat, Spread, Step, Window

if TYPE_CHECKING:
    from neurodyn.system.signals import Signal

CURVED = 2
Place = tuple[int, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Segments:
    """The inputs on each piece of a run.

    Attributes:
        places: the number of the first element of each input, and its shape.
        ramps: the numbers of those elements that are not constant on every piece.
        lines: for each piece the value at its beginning and the slope of each element.
    """

    places: Mapping[str, Place]
    ramps: tuple[int, ...]
    lines: Floats

    @property
    def count(self) -> int:
        """How many elements the inputs have."""
        return int(self.lines.shape[1]) // 2


@dataclass(frozen=True, eq=False)
class Rows:
    """What differs between trials.

    Attributes:
        places: the number of the first element of each quantity, and its shape.
        values: (trials, elements).
    """

    places: Mapping[str, Place]
    values: Floats


def rows(plan: Plan, names: tuple[str, ...]) -> Rows:
    """The values of these names in each trial.

    Raises:
        InputError: for an input that varies within a trial too.
    """
    places, found = dict[str, Place](), [np.empty((plan.trials or 1, 0))]
    for name in names:
        signal = plan.signals[name]
        each = signal.each if isinstance(signal, EachTrial) else (signal,)
        if not all(isinstance(own, Constant) for own in each):
            raise InputError(
                f"The backend ensemble cannot run {plan.system.name}: its input {name} differs between trials, and "
                f"within each of them.",
                code="own-input",
                remedy="Take the backend scipy.",
            )
        shape = plan.system.bound().shape(plan.system.structure.letters(name), None)
        places[name] = sum(part.shape[1] for part in found), shape
        values = np.asarray(signal.on(plan.t0, plan.until)(plan.t0), dtype=float)
        found.append(np.broadcast_to(values, (plan.trials or 1, *shape)).reshape(plan.trials or 1, -1))
    return Rows(places, np.concatenate(found, axis=1))


def segments(plan: Plan, names: tuple[str, ...], signals: Mapping[str, Signal]) -> Segments:
    """The inputs with these names, all of them straight between their edges; see `curves`."""
    structure = plan.system.structure
    places, ramps, first = dict[str, Place](), list[int](), 0
    for name in names:
        shape = plan.system.bound().shape(structure.letters(name.partition("&")[0]), None)
        count = math.prod(shape)
        places[name] = first, shape
        ramps += list(range(first, first + count)) if degree(signals[name]) else []
        first += count
    cuts = np.array([plan.t0, *plan.edges().tolist(), plan.until])
    lines = np.zeros((len(cuts) - 1, first, 2))
    for name, (start, shape) in places.items():
        own = lines[:, start : start + math.prod(shape)]
        levels = None if degree(signals[name]) else _levels(signals[name], 0.5 * (cuts[:-1] + cuts[1:]), shape)
        if levels is None:
            _fill(own, signals[name], cuts, shape)
        else:
            own[..., 0] = levels
    return Segments(places, tuple(ramps), lines.reshape(len(lines), 2 * first))


def _levels(signal: Signal, middles: Floats, shape: tuple[int, ...]) -> Floats | None:
    """A signal that is constant on every piece, by one look at its middle: for each piece and element, or for all at
    once where it is the same; None if it has to be asked piece by piece."""
    if isinstance(signal, Constant):
        return np.broadcast_to(np.asarray(signal.value, dtype=float), shape).reshape(1, -1)
    if isinstance(signal, Step | Window | Pulses):
        return signal.level(middles)[:, None]
    if isinstance(signal, Samples):
        found = np.asarray(signal.samples[signal.places(middles)], dtype=float)
        return np.broadcast_to(found, (len(middles), *shape)).reshape(len(middles), -1)
    if isinstance(signal, Spread):
        return _levels(signal.signal, middles, shape)
    if isinstance(signal, Combined):
        left, right = (_levels(part, middles, shape) for part in (signal.left, signal.right))
        if left is not None and right is not None:
            joined: Floats = signal.operation(left, right)
            return joined
    return None


def _fill(lines: Floats, signal: Signal, cuts: Floats, shape: tuple[int, ...]) -> None:
    """Value and slope of each element on each piece."""
    for row, (begin, end) in zip(lines, pairwise(cuts.tolist()), strict=True):
        value = signal.on(*sorted((begin, end)))
        row[:, 0], last = (np.broadcast_to(np.asarray(value(t), dtype=float), shape).ravel() for t in (begin, end))
        if degree(signal):
            row[:, 1] = (last - row[:, 0]) / (end - begin)


def degree(signal: Signal) -> int:
    """Of the polynomials in time that a signal is made of; `CURVED` for all that is not a straight line."""
    if isinstance(signal, Lines | Ramp):
        return 1
    if isinstance(signal, Constant | Step | Window | Pulses | Samples):
        return 0
    if isinstance(signal, Repeat | Spread):
        return degree(signal.signal)
    if isinstance(signal, Combined):
        both = degree(signal.left), degree(signal.right)
        return min(CURVED, sum(both)) if signal.operation is operator.mul else max(both)
    return CURVED
