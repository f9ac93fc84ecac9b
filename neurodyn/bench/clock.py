"""Times of several functions, measured side by side in one run.

A machine that others use too is slower in some seconds than in others. So each round calls every function once, in an
order that turns from round to round, and only ratios of one round are compared. One function runs twice in each
round: how far the ratio of these two strays from 1 is what the measurement cannot tell apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

Call = Callable[[], object]
CONTROL = "same again"
LEAST = 0.02  # seconds of one measurement, by repeated calls
SLOW = 0.15  # of the seconds of all rounds: what takes longer is called in the first rounds only
FIRST_ROUNDS = 3


@dataclass(frozen=True)
class Spread:
    """The median over the rounds, and the quartiles."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Ratio(Spread):
    """That of a call to the first, and its own median time."""

    name: str
    seconds: float


def cpu_seconds() -> float:
    """Time that this process has worked; what others take from the machine is not in it."""
    return time.process_time()


def clock_of(threads: int) -> Callable[[], float]:
    """The clock that fits: work of several threads is compared by the time that passes."""
    return cpu_seconds if threads == 1 else time.perf_counter


def rounds(
    calls: Mapping[str, Call],
    seconds: float,
    least_rounds: int = 5,
    again: str = "",
    clock: Callable[[], float] = cpu_seconds,
    told: Mapping[str, Callable[[], float]] | None = None,
) -> dict[str, list[float]]:
    """Seconds of each call in each round; NaN in rounds in which it was not called.

    Args:
        calls: called once before, so that what is made at the first call is not timed.
        seconds: for all rounds, at least `least_rounds` of them.
        again: the call that is measured twice, as `CONTROL`.
        clock: what is read before and after.
        told: seconds of the last call of a name, where it tells them itself.
    """
    calls = {**calls, **({CONTROL: calls[again]} if again else {})}
    told = {**(told or {}), **({CONTROL: told[again]} if told and again in told else {})}
    begin = time.perf_counter()
    first = {name: _seconds(call, 1, time.perf_counter) for name, call in calls.items()}
    repeats = {name: 1 if name in told else max(1, int(LEAST / max(1e-9, took))) for name, took in first.items()}
    slow = {name for name, took in first.items() if took > SLOW * seconds}
    times: dict[str, list[float]] = {name: [] for name in calls}
    done, names = 0, list(calls)
    while done < least_rounds or time.perf_counter() < begin + seconds:
        for name in names[done % len(names) :] + names[: done % len(names)]:
            if name in slow and done >= FIRST_ROUNDS:
                times[name].append(float("nan"))
                continue
            took = _seconds(calls[name], repeats[name], clock)
            times[name].append(told[name]() if name in told else took)
        done += 1
    return times


def _seconds(call: Call, repeats: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(repeats):
        call()
    return (clock() - start) / repeats


def spread(times: ArrayLike) -> Spread:
    """Median and quartiles of what was measured."""
    low, median, high = np.nanpercentile(np.asarray(times, dtype=float), [25, 50, 75])
    return Spread(float(median), float(low), float(high))


def ratio(times: ArrayLike, base: ArrayLike) -> Spread:
    """Median and quartiles of the ratio of two times of one round."""
    return spread(np.asarray(times, dtype=float) / np.asarray(base, dtype=float))


def compare(calls: Mapping[str, Call], seconds: float = 10.0, least_rounds: int = 9) -> list[Ratio]:
    """Each call beside the first, which is measured twice, as `CONTROL`."""
    first = next(iter(calls))
    times = rounds(calls, seconds, least_rounds, again=first)
    found = []
    for name in (first, CONTROL, *list(calls)[1:]):
        r = ratio(times[name], times[first])
        found.append(Ratio(r.median, r.low, r.high, name, spread(times[name]).median))
    return found
