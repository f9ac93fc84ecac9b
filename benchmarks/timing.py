"""Times of several functions, measured side by side in one run.

A machine that others use too is slower in some seconds than in others. So each round calls every function once, in an
order that turns from round to round, and only ratios of one round are compared. The first function runs twice in each
round: how far the ratio of these two strays from 1 is what the measurement cannot tell apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

Call = Callable[[], object]
CONTROL = "same again"
LEAST = 0.02  # seconds of one measurement, by repeated calls


@dataclass(frozen=True)
class Ratio:
    """The median of a ratio over the rounds, and its quartiles."""

    name: str
    median: float
    low: float
    high: float
    seconds: float  # the median time itself


def compare(functions: Mapping[str, Call], seconds: float = 10.0, least_rounds: int = 9) -> list[Ratio]:
    """Time each function against the first, which is measured twice, as `same again`."""
    first = next(iter(functions))
    calls = {first: functions[first], CONTROL: functions[first], **functions}
    names = list(calls)
    repeats = max(1, int(LEAST / max(1e-9, _once(functions[first], 3))))
    for call in calls.values():
        call()
    times: dict[str, list[float]] = {name: [] for name in names}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[first]) < least_rounds:
        turn = len(times[first]) % len(names)
        for name in names[turn:] + names[:turn]:
            times[name].append(_once(calls[name], repeats))
    return [_ratio(name, np.array(times[name]), np.array(times[first])) for name in names]


def _once(call: Call, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def _ratio(name: str, times: np.ndarray, base: np.ndarray) -> Ratio:
    low, median, high = np.percentile(times / base, [25, 50, 75])
    return Ratio(name, float(median), float(low), float(high), float(np.median(times)))
