"""Delay equations by brute force: RK4 in small steps on a grid that holds every breaking point, Hermite in between."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Vector = np.ndarray
Earlier = Callable[[float], Vector]


def solve(
    rate: Callable[[float, Vector, Earlier], Vector], start: Vector, before: Earlier, until: float, step: float = 0.01
) -> Vector:
    """The states at each step from 0 on; `rate` reads the past by a function of time.

    Delays, and the edges of inputs, must be multiples of the step. Rates that jump at a step are read on its right by
    steps that begin there: a small time is added to the clock, and taken away at the end of a step.
    """
    count = round(until / step)
    states, slopes = [np.array(start, dtype=float)], []

    def earlier(t: float) -> Vector:
        if t < 0:
            return before(t)
        k = min(int(t / step), len(slopes) - 1)
        x, (a, b), (p, q) = t / step - k, (states[k], states[k + 1]), slopes[k]
        return (
            (1 + 2 * x) * (1 - x) ** 2 * a
            + x * (1 - x) ** 2 * step * p
            + x * x * (3 - 2 * x) * b
            + x * x * (x - 1) * step * q
        )

    for n in range(count):
        t, x, tiny = n * step, states[-1], 1e-9 * step
        a = rate(t + tiny, x, earlier)
        b = rate(t + step / 2, x + step / 2 * a, earlier)
        c = rate(t + step / 2, x + step / 2 * b, earlier)
        d = rate(t + step - tiny, x + step * c, earlier)
        states.append(x + step / 6 * (a + 2 * b + 2 * c + d))
        slopes.append((a, rate(t + step - tiny, states[-1], earlier)))
    return np.array(states)
