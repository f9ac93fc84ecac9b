"""Signals as a file would write them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from neurodyn.system.signals import Combined, Constant, Pulses, Ramp, Repeat, Smooth, Spread, Step, Window
from neurodyn.system.units import TIMES, VALUES

LEAST = 1e-307  # smaller numbers than the language reads
_WORDS: dict[type, str] = {Step: "step", Window: "window", Pulses: "pulses", Ramp: "ramp", Repeat: "repeat"}
_SIGNS: dict[Callable[[Any, Any], Any], str] = {operator.add: "+", operator.sub: "-", operator.mul: "*"}


@dataclass(frozen=True)
class _Told:
    """A text; `number` is its value if it is one number, `is_expression` tells that no signal is called in it."""

    text: str
    number: float | None = None
    is_expression: bool = False


def signal_text(signal: Any, unit: str = "", second: str = "") -> str | None:
    """The text that reads back as an equal signal, bit for bit.

    None where there is none: for a signal that holds arrays, numbers that are not finite, or code of the caller's.

    Args:
        unit, second: what follows a value and a time in a model with units, such as `[V]` and `[s]`.
    """
    told = _told(signal, unit, second)
    return None if told is None else told.text


def _told(signal: Any, unit: str, second: str) -> _Told | None:
    if isinstance(signal, Constant):
        return _number(signal.value, unit)
    if isinstance(signal, Smooth):
        return None if signal.text is None else _Told(signal.text, is_expression=True)
    if isinstance(signal, Combined):
        return _combined(signal, unit, second)
    if isinstance(signal, Spread):
        return _told(signal.signal, unit, second)
    return _called(signal, unit, second) if type(signal) in _WORDS else None


def _number(value: Any, unit: str = "") -> _Told | None:
    if np.ndim(value) or not math.isfinite(value) or 0 < abs(value) < LEAST:
        return None
    return _Told(repr(float(value)) + unit, float(value), is_expression=True)


def _called(signal: Any, unit: str, second: str) -> _Told | None:
    """`word(argument=..., ...)`."""
    units = {**dict.fromkeys(TIMES, second), **dict.fromkeys(VALUES, unit)}
    parts = []
    for argument in fields(signal):
        value = getattr(signal, argument.name)
        if argument.name == "count":
            told = _Told(str(value))
        else:
            suffix = units.get(argument.name, "")
            inner = _told(value, unit, second) if argument.name == "signal" else _number(value, suffix)
            if inner is None:
                return None
            told = inner
        if value is not None:
            parts.append(f"{argument.name}={told.text}")
    return _Told(f"{_WORDS[type(signal)]}({', '.join(parts)})")


def _combined(signal: Combined, unit: str, second: str) -> _Told | None:
    sign = _SIGNS.get(signal.operation)
    # Of a product the first factor has the unit, whatever its factors had: the numbers are those in SI units.
    right = _told(signal.right, "" if sign == "*" else unit, second)
    left = _told(signal.left, unit, second)
    if left is None or right is None or sign is None:
        return None
    if left.number is not None and right.number is not None:
        return _number(signal.operation(left.number, right.number), unit)
    # Two expressions in one text would be read as one, and might be rounded otherwise.
    if left.is_expression and right.is_expression:
        return None
    return _Told(f"({left.text}) {sign} ({right.text})")
