"""Signals as a file would write them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from neurodyn.system.signals import Combined, Constant, Pulses, Ramp, Repeat, Smooth, Spread, Step, Window

LEAST = 1e-307  # smaller numbers than the language reads
_WORDS: dict[type, str] = {Step: "step", Window: "window", Pulses: "pulses", Ramp: "ramp", Repeat: "repeat"}
_SIGNS: dict[Callable[[Any, Any], Any], str] = {operator.add: "+", operator.sub: "-", operator.mul: "*"}


@dataclass(frozen=True)
class _Told:
    """A text; `number` is its value if it is one number, `is_expression` tells that no signal is called in it."""

    text: str
    number: float | None = None
    is_expression: bool = False


def signal_text(signal: Any) -> str | None:
    """The text that reads back as an equal signal, bit for bit.

    None where there is none: for a signal that holds arrays, numbers that are not finite, or code of the caller's.
    """
    told = _told(signal)
    return None if told is None else told.text


def _told(signal: Any) -> _Told | None:
    if isinstance(signal, Constant):
        return _number(signal.value)
    if isinstance(signal, Smooth):
        return None if signal.text is None else _Told(signal.text, is_expression=True)
    if isinstance(signal, Combined):
        return _combined(signal)
    if isinstance(signal, Spread):
        return _told(signal.signal)
    return _called(signal) if type(signal) in _WORDS else None


def _number(value: Any) -> _Told | None:
    if np.ndim(value) or not math.isfinite(value) or 0 < abs(value) < LEAST:
        return None
    return _Told(repr(float(value)), float(value), is_expression=True)


def _called(signal: Any) -> _Told | None:
    """`word(argument=..., ...)`."""
    parts = []
    for argument in fields(signal):
        value = getattr(signal, argument.name)
        if argument.name == "count":
            told = _Told(str(value))
        else:
            inner = _told(value) if argument.name == "signal" else _number(value)
            if inner is None:
                return None
            told = inner
        if value is not None:
            parts.append(f"{argument.name}={told.text}")
    return _Told(f"{_WORDS[type(signal)]}({', '.join(parts)})")


def _combined(signal: Combined) -> _Told | None:
    left, right, sign = _told(signal.left), _told(signal.right), _SIGNS.get(signal.operation)
    if left is None or right is None or sign is None:
        return None
    if left.number is not None and right.number is not None:
        return _number(signal.operation(left.number, right.number))
    # Two expressions in one text would be read as one, and might be rounded otherwise.
    if left.is_expression and right.is_expression:
        return None
    return _Told(f"({left.text}) {sign} ({right.text})")
