"""The inputs of a run as straight lines on its pieces, which a compiled loop reads from a table."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    values, structure = plan.system.bound(), plan.system.structure
    places, ramps, first = dict[str, Place](), list[int](), 0
    for name in names:
        shape = values.shape(structure.letters(name.partition("&")[0]), None)
        count = int(np.prod(shape))
        places[name] = first, shape
        ramps += list(range(first, first + count)) if degree(signals[name]) else []
        first += count
    pieces = plan.pieces()
    lines = np.zeros((len(pieces), 2 * first))
    for row, piece in zip(lines, pieces, strict=True):
        for name, (start, shape) in places.items():
            value = signals[name].on(*sorted((piece.begin, piece.end)))
            ends = [_flat(value(t), shape) for t in (piece.begin, piece.end)]
            row[2 * start : 2 * (start + ends[0].size) : 2] = ends[0]
            if degree(signals[name]):
                slopes = (ends[1] - ends[0]) / (piece.end - piece.begin)
                row[2 * start + 1 : 2 * (start + ends[0].size) : 2] = slopes
    return Segments(places, tuple(ramps), lines)


def _flat(value: Any, shape: tuple[int, ...]) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=float), shape).ravel()


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
