"""Habituation: what is measured of a response to a series of stimuli."""

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
        period: from one stimulus to the next.
        start: of the first period.
        count: how many periods; by default all that were recorded whole.
    """
    t, y = np.asarray(time, dtype=float), np.asarray(response, dtype=float)
    near = 1e-9 * period
    whole = int((t[-1] - start + near) // period) if count is None else count
    found = []
    for k in range(whole):
        low, high = start + k * period, start + (k + 1) * period
        # Of a time that stands twice, the later value opens a period and the earlier one closes it.
        first = np.searchsorted(t, low + near, side="right") - 1
        last = np.searchsorted(t, high - near, side="left")
        first += t[max(first, 0)] < low - near or first < 0
        last -= last == len(t) or t[min(last, len(t) - 1)] > high + near
        if last < first:
            raise InputError(f"Nothing was recorded from {low:g} to {high:g}.", code="no-samples")
        found.append(y[first : last + 1].max())
    return np.array(found)


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
