"""What is measured of the response to a series of stimuli: peaks, habituation time, recovery time.

Definitions of times are those of Eckert et al. 2024 (Current Biology 34:5646).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError

Array = NDArray[np.float64]


def peaks(
    time: ArrayLike, response: ArrayLike, *, period: float, start: float = 0.0, count: int | None = None
) -> Array:
    """The largest response in each whole period, not only while the stimulus lasts: a slow response peaks after it.

    Args:
        time: rising; at an edge of the stimulus it may stand twice, with the values before and after.
        response: its values there; further axes, such as one of trials, stay.
        period: from one stimulus to the next.
        start: of the first period.
        count: how many periods; by default all that were recorded whole.
    """
    t, y = np.asarray(time, dtype=float), np.asarray(response, dtype=float)
    whole = int((t[-1] - start) / period + 1e-9) if count is None else count
    found = []
    for k in range(whole):
        first, last = _border(t, start + k * period, period)[1], _border(t, start + (k + 1) * period, period)[0]
        if last < first:
            raise InputError(f"Nothing was recorded of period {k}.", code="no-samples", remedy="Save more often.")
        found.append(y[first : last + 1].max(axis=0))
    return np.array(found)


def _border(time: Array, at: float, period: float) -> tuple[int, int]:
    """The sample that closes the period before `at`, and the one that opens the period after it.

    A time that stands there once does both; of one that stands twice the earlier value closes and the later one opens.
    """
    there = np.flatnonzero(np.abs(time - at) <= 1e-9 * period)
    if len(there):
        return int(there[0]), int(there[-1])
    after = int(np.searchsorted(time, at))
    return after - 1, after


def habituation_time(heights: ArrayLike, threshold: float = 0.01) -> int:
    """How many stimuli it takes until the peaks have settled; 0 where they never fall.

    From the largest peak on, the last that is lower than the one before it by more than the threshold (relative). The
    search starts at the end, since a curve may rest on a shoulder before it falls.
    """
    y = np.asarray(heights, dtype=float)
    top = int(y.argmax())
    before, after = y[top:-1], y[top + 1 :]
    falls = np.flatnonzero(before - after > threshold * before)
    return top + 2 + int(falls[-1]) if len(falls) else 0


def recovery_time(respond: Callable[[float], float], level: float, longest: float, tolerance: float = 1e-3) -> float:
    """The shortest gap without stimuli after which one more is answered at `level` or above.

    Args:
        respond: from a gap to the response to a single stimulus after it, each time from the same state at the end of
            the series (a second probe of one run would measure the first). Longer gaps recover more.
        longest: a gap that is long enough.
        tolerance: on the answer, relative to `longest`.

    Raises:
        InputError: when the response has not recovered after the longest gap.
    """
    if respond(longest) < level:
        raise InputError(
            f"After a gap of {longest:g} the response is still below {level:g}.",
            code="not-recovered",
            remedy="Allow a longer gap.",
        )
    low, high = 0.0, longest
    if respond(low) >= level:
        return low
    while high - low > tolerance * longest:
        middle = (low + high) / 2
        low, high = (low, middle) if respond(middle) >= level else (middle, high)
    return high


def rise_time(time: ArrayLike, values: ArrayLike, level: float, since: float) -> float:
    """How long after `since` the values last rise through a level; between samples along a straight line.

    Raises:
        InputError: when they end below it.
    """
    t, y = np.asarray(time, dtype=float), np.asarray(values, dtype=float)
    below = np.flatnonzero(y < level)
    if not len(below) or t[below[-1]] < since:
        return 0.0
    last = int(below[-1])
    if last == len(y) - 1:
        raise InputError(f"The values end below {level:g}.", code="not-recovered", remedy="Record for longer.")
    part = (level - y[last]) / (y[last + 1] - y[last])
    return float(t[last] + part * (t[last + 1] - t[last]) - since)


def spike_counts(times: ArrayLike, *, units: int, period: float, start: float = 0.0, count: int) -> Array:
    """The spikes of a unit in each period, on average: a rate, read in windows from one stimulus to the next.

    Args:
        times: of the spikes of all units.
        units: how many there are.
        period: from one stimulus to the next.
        start: of the first period.
        count: how many periods.
    """
    edges = start + period * np.arange(count + 1)
    return np.histogram(np.asarray(times, dtype=float), edges)[0] / units
