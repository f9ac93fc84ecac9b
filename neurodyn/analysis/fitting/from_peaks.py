"""Measures of the response to a series of stimuli that follow from its peaks, with their slopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.analysis.fitting.data import Measured, Peaks
from neurodyn.errors import InputError

Floats = NDArray[np.float64]
Formula = Callable[[Floats], tuple[Floats, Floats]]
# Where peaks do not fall, their decrement counts as this.
LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class FromPeaks(Measured):
    """One number that follows from the largest values in some windows.

    Attributes:
        starts, ends: of the windows.
        formula: from peaks (trials, windows) to the number (trials,) and its derivatives (trials, windows).
        name: what the number is called.
    """

    starts: ArrayLike = field(default=(), kw_only=True)
    ends: ArrayLike = field(default=(), kw_only=True)
    formula: Formula = field(kw_only=True)
    name: str = field(kw_only=True)

    @property
    def peaks(self) -> Peaks:
        """The windows by themselves."""
        starts = np.asarray(self.starts, dtype=float)
        return Peaks(self.of, np.zeros(len(starts)), starts=starts, ends=self.ends)

    @property
    def places(self) -> Floats:
        return np.array([self.last])

    @property
    def last(self) -> float:
        return float(np.max(self.ends))

    def looks(self, edges: Floats | None) -> Floats:
        return self.peaks.looks(edges)

    def read(self, time: Floats, y: Floats, slopes: Floats, edges: Floats | None) -> tuple[Floats, Floats]:
        heights, ways = self.peaks.read(time, y, slopes, edges)
        with np.errstate(divide="ignore", invalid="ignore"):
            value, weights = self.formula(heights)
        return value[:, None], np.einsum("kw,kwp->kp", weights, ways)[:, None]


def ratio(heights: Floats) -> tuple[Floats, Floats]:
    """The last peak over the first."""
    first, last = heights[:, 0], heights[:, -1]
    weights = np.zeros_like(heights)
    weights[:, -1], weights[:, 0] = 1 / first, -last / first**2
    return last / first, weights


def decrement(heights: Floats) -> tuple[Floats, Floats]:
    """The logarithm of the relative fall from peak to peak, the mean over the falls."""
    before, after = heights[:, :-1], heights[:, 1:]
    falls = 1 - after / before
    falling = falls > LEAST
    falls = np.where(np.isnan(falls), np.nan, np.maximum(falls, LEAST))
    share = np.where(falling, 1 / falls, 0.0) / falls.shape[1]
    weights = np.zeros_like(heights)
    weights[:, 1:] -= share / before
    weights[:, :-1] += share * after / before**2
    return np.log(falls).mean(axis=1), weights


def excess(most: float, heights: Floats) -> tuple[Floats, Floats]:
    """By how much, in its logarithm, the largest relative fall between peaks exceeds a value; 0 where it does not."""
    falls = 1 - heights[:, 1:] / heights[:, :-1]
    rows, worst = np.arange(len(heights)), np.argmax(falls, axis=1)
    fall = falls[rows, worst]
    over = fall > most
    share = np.where(over, 1 / np.where(over, fall, 1.0), 0.0)
    before, after = heights[rows, worst], heights[rows, worst + 1]
    weights = np.zeros_like(heights)
    weights[rows, worst + 1] = -share / before
    weights[rows, worst] += share * after / before**2
    return np.where(np.isnan(fall), np.nan, np.log(np.where(over, fall, most) / most)), weights


def check_number(what: str, value: float, low: float, high: float) -> float:
    """A number between two others."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not low < value < high:
        raise InputError(
            f"{what} is {value!r}.", code="bad-target", remedy=f"Give a number between {low:g} and {high:g}."
        )
    return float(value)
