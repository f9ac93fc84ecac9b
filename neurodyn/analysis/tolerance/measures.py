"""What is measured of a response: one number for each sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.habituation import peaks
from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.language.unit_text import read_quantity

Array = NDArray[np.float64]
Measure = Callable[["Runs"], Array]
_FORM = re.compile(r"(\w+)\(([^(),]+)(?:,([^(),]+))?\)(?:\s+in\s+(\S*?)\.\.(\S*))?")


@dataclass(frozen=True, eq=False)
class Runs:
    """Many runs of one circuit.

    Attributes:
        values: the parameters that varied, a value for each run, in SI units.
        time: what was saved, the same times in all runs.
        outputs: the quantities recorded, (time, run), in SI units; NaN after the stop of a run that failed.
    """

    values: Mapping[str, Array]
    time: Array
    outputs: Mapping[str, Array]

    def output(self, name: str) -> Array:
        """A quantity that was recorded."""
        if name not in self.outputs:
            raise InputError(
                f"{name} was not recorded.", code="unknown-record", remedy=f"There are: {', '.join(self.outputs)}."
            )
        return self.outputs[name]


@dataclass(frozen=True, eq=False)
class Asked:
    """A measure with the limits between which it is good.

    Attributes:
        reads: the quantity that it reads, where that is known.
    """

    name: str
    measure: Measure
    low: float = -np.inf
    high: float = np.inf
    reads: str | None = None

    @property
    def limited(self) -> bool:
        """Whether there are limits."""
        return bool(np.isfinite(self.low) or np.isfinite(self.high))


def _ratio(time: Array, y: Array, period: float) -> Array:
    found = peaks(time, y, period=period)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(found[-1] / found[0])


def _crossing(time: Array, y: Array, level: float) -> Array:
    """When it first comes to a level, between samples along a straight line; NaN where it never does."""
    above = y >= level
    first = np.argmax(above, axis=0)
    before, k = np.maximum(first - 1, 0), np.arange(y.shape[1])
    low, high = y[before, k], y[first, k]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(first > 0, (level - low) / (high - low), 0.0)
    found = time[before] + part * (time[first] - time[before])
    return np.where(above.any(axis=0), found, np.nan)


_PLAIN: dict[str, Callable[[Array, Array], Array]] = {
    "peak": lambda time, y: y.max(axis=0),
    "trough": lambda time, y: y.min(axis=0),
    "swing": lambda time, y: np.ptp(y, axis=0),
    "mean": lambda time, y: np.trapezoid(y, time, axis=0) / (time[-1] - time[0]),
    "last": lambda time, y: y[-1],
}
_WITH: dict[str, Callable[[Array, Array, float], Array]] = {
    "first_peak": lambda time, y, period: peaks(time, y, period=period)[0],
    "last_peak": lambda time, y, period: peaks(time, y, period=period)[-1],
    "ratio": _ratio,
    "crossing": _crossing,
}
WORDS = (*(f"{word}(y)" for word in _PLAIN), *(f"{w}(y, {'level' if w == 'crossing' else 'period'})" for w in _WITH))


def asked_measures(given: Mapping[str, Any] | Sequence[str]) -> tuple[Asked, ...]:
    """Measures as they were asked for.

    Args:
        given: texts, `peak(y)` or `peak(y) in 0.3..0.5`; or by name texts, functions of `Runs`, or pairs of such a
            function and (low, high).
    """
    if isinstance(given, Mapping):
        return tuple(_asked(name, told) for name, told in given.items())
    return tuple(_read(text) for text in given)


def _asked(name: str, told: Any) -> Asked:
    if isinstance(told, str):
        found = _read(told)
        return Asked(name, found.measure, found.low, found.high, found.reads)
    measure, (low, high) = told if isinstance(told, tuple) else (told, (-np.inf, np.inf))
    return Asked(name, measure, float(low), float(high))


def _read(text: str) -> Asked:
    match = _FORM.fullmatch(text.strip())
    word = match[1] if match else ""
    if match is None or word not in (_WITH if match[3] else _PLAIN):
        raise InputError(
            f"{text} is no measure.",
            code="measure",
            remedy=f"Measures are: {', '.join(WORDS)}; then, say, in 0.3..0.5.",
        )
    low, high = (_number(end, default) for end, default in ((match[4], -np.inf), (match[5], np.inf)))
    name = text.partition(" in ")[0].strip()
    output = match[2].strip()
    if match[3]:
        argument = _number(match[3].strip(), np.nan)
        return Asked(name, lambda runs: _WITH[word](runs.time, runs.output(output), argument), low, high, output)
    return Asked(name, lambda runs: _PLAIN[word](runs.time, runs.output(output)), low, high, output)


def _number(text: str | None, default: float) -> float:
    """A plain number in SI units, or a quantity."""
    if not text:
        return float(default)
    try:
        return float(text)
    except ValueError:
        number, unit = read_quantity(Source(re.sub(r"(?<=\d)(?=[A-Za-z])", " ", text, count=1)))
        return float(unit.to_si(number))
