"""The path over a step as a polynomial through its values at Chebyshev's points, both ends among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from neurodyn.backends.plan import Floats

# Newton's steps towards a root; where one would leave the bracket it is halved.
ITERATIONS = 12
# Towards a top fewer do: its height is off by the square of what its place is off by.
FOR_A_TOP = 6


@dataclass(frozen=True, eq=False)
class Nodes:
    """So many points of a step, and what is done with values there.

    Attributes:
        x: the points, from -1 to 1; one alone is the end of the step of a map.
        weights: of the values in their mean over the step, exact for the polynomial.
        to_series: from the values to the coefficients of Chebyshev's polynomials.
        to_slope: from these to those of the derivative by x.
        to_rates: from the values to those of the derivative by the part of the step.
    """

    x: Floats
    weights: Floats
    to_series: Floats
    to_slope: Floats
    to_rates: Floats

    @property
    def count(self) -> int:
        return len(self.x)

    @property
    def parts(self) -> Floats:
        """The points as parts of the step."""
        found: Floats = (self.x + 1) / 2
        return found


@cache
def nodes(count: int) -> Nodes:
    """The points of a polynomial of degree `count` - 1."""
    if count == 1:
        return Nodes(np.ones(1), np.ones(1), np.eye(1), np.zeros((1, 1)), np.zeros((1, 1)))
    angles = np.pi * np.arange(count) / (count - 1)
    x = -np.cos(angles)
    x[-1], x[0] = 1.0, -1.0
    if count % 2:
        x[count // 2] = 0.0
    vander = np.polynomial.chebyshev.chebvander(x, count - 1)
    to_series = np.linalg.inv(vander)
    orders = np.arange(count)
    means = np.where(orders % 2, 0.0, 1.0 / (1.0 - orders**2.0 + (orders == 1)))
    slopes = [np.polynomial.chebyshev.chebder(row) for row in np.eye(count)]
    to_slope = np.array([np.pad(row, (0, count - len(row))) for row in slopes]).T
    return Nodes(x, means @ to_series, to_series, to_slope, 2 * vander @ to_slope @ to_series)


def combined(matrix: Floats, values: Floats) -> Floats:
    """A matrix times values, whose first axis it takes."""
    found: Floats = (matrix @ values.reshape(len(values), -1)).reshape(len(matrix), *values.shape[1:])
    return found


def series_at(series: Floats, x: Floats) -> Floats:
    """The sum of Chebyshev's polynomials with these coefficients, at a point for each column."""
    after, last = np.zeros_like(x), np.zeros_like(x)
    for coefficient in series[:0:-1]:
        after, last = coefficient + 2 * x * after - last, after
    found: Floats = series[0] + x * after - last
    return found


def root(series: Floats, slope: Floats, a: Floats, b: Floats, steps: int = ITERATIONS) -> Floats:
    """Where a polynomial of each column changes its sign between a and b; it has no root at a that counts."""
    below = series_at(series, a) < 0
    x = (a + b) / 2
    for _ in range(steps):
        value = series_at(series, x)
        same = np.where(below, value < 0, value > 0)
        a, b = np.where(same, x, a), np.where(same, b, x)
        newton = x - value / series_at(slope, x)
        x = np.where((newton - a) * (newton - b) <= 0, newton, (a + b) / 2)
    return x


def highest(points: Nodes, values: Floats) -> Floats:
    """The largest value along the step, of each column.

    That is the one at the points where none is larger, or at the top of the polynomial beside the best of them.
    """
    best = np.argmax(values, axis=0)[None]
    top: Floats = np.take_along_axis(values, best, axis=0)[0]
    if points.count <= 2:
        return top
    series = combined(points.to_series, values)
    slope = combined(points.to_slope, series)
    here = points.x[best[0]]
    rising = series_at(slope, here) > 0
    beside = points.x[np.clip(best[0] + np.where(rising, 1, -1), 0, points.count - 1)]
    x = root(slope, combined(points.to_slope, slope), here, beside, FOR_A_TOP)
    return np.fmax(top, series_at(series, x))


def shortened(points: Nodes, values: Floats, part: Floats) -> Floats:
    """The values at the points of the last part of each step, which begins at `part` of it."""
    series = combined(points.to_series, values)
    ends = 2 * part[:, None] - 1
    move: Callable[[float], Floats] = lambda x: ends + (1 - ends) * (x + 1) / 2  # noqa: E731
    return np.stack([series_at(series, np.broadcast_to(move(x), values.shape[1:])) for x in points.x])
