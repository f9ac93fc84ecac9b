"""The worst that components within their tolerances make of a measure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.tolerance.runner import Runner

Array = NDArray[np.float64]
MOST_AXES = 7  # of which all corners are run


@dataclass(frozen=True, eq=False)
class Corner:
    """Where a measure is least or largest: each draw at an end of its tolerance.

    Attributes:
        value: of the measure there, as a run of it gives.
        signs: +1 or -1 for each draw.
    """

    value: float
    signs: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Corners:
    """The least and the largest value of a measure at corners; `searched` says among which they were looked for."""

    least: Corner
    most: Corner
    searched: str


def corners(runner: Runner, slopes: list[Array]) -> list[Corners]:
    """The corners of each measure: the extremes of all, or those that slopes lead to, and always by runs."""
    axes = len(runner.variations.axes)
    if axes <= MOST_AXES:
        signs = np.array([*product((-1, 1), repeat=axes)])
        searched = f"all {len(signs)} corners"
    else:
        towards = np.array([np.where(slope < 0, -1, 1) for slope in slopes])
        signs = np.unique(np.concatenate([towards, -towards]), axis=0)
        searched = f"{len(signs)} of {2**axes} corners, chosen by slopes"
    measured = runner.measured(runner.runs(signs.astype(float)))
    return [Corners(_corner(values, signs, -1), _corner(values, signs, 1), searched) for values in measured]


def _corner(values: Array, signs: NDArray[np.intp], way: int) -> Corner:
    if not np.isfinite(values).any():
        return Corner(float("nan"), tuple(int(s) for s in signs[0]))
    k = int(np.nanargmax(way * values))
    return Corner(float(values[k]), tuple(int(s) for s in signs[k]))
