"""How far a sequence memory comes from a damaged pattern, step by step, for many units."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.sequences.crosstalk import crosstalk
from neurodyn.analysis.sequences.given import check_sizes
from neurodyn.errors import InputError


def expected_overlaps(
    patterns: float, units: int, degree: int | None, *, steps: int, start: float = 1.0
) -> NDArray[np.float64]:
    """The overlap with the right pattern after 0, 1, ... steps, if the crosstalk is a normal distribution.

    From an overlap m the call has the strength f(m) and the next overlap is erf(f(m)/(sigma sqrt 2)). In the linear
    network errors of one step also reach the overlaps with all other patterns at the next one, so sigma grows:
    sigma**2 becomes P/N + (2 phi(m/sigma))**2, phi being the normal density (the recursion of Amari and Maginu 1988,
    doi:10.1016/0893-6080(88)90022-6, for sequences); it recalls up to P = 0.27 N. For higher degrees those are small.

    Args:
        patterns: P, two at least.
        units: N.
        degree: d; None for the exponential function.
        steps: how many.
        start: the overlap of the first state, from 0 to 1.

    Raises:
        InputError: `bad-units`, `bad-patterns`, `bad-degree` or `bad-start`.
    """
    if not 0 <= start <= 1:
        raise InputError(f"start is {start:g}.", code="bad-start", remedy="Give an overlap from 0 to 1.")
    check_sizes(units, degree, patterns - 1)
    base = crosstalk(patterns, units, degree)[0]
    found, variance = [start], base
    for _ in range(steps):
        m, sigma = found[-1], math.sqrt(variance)
        call = math.exp((units - 1) * (m - 1)) if degree is None else m**degree
        found.append(math.erf(call / (sigma * math.sqrt(2))))
        if degree == 1:
            variance = base + (2 * math.exp(-((m / sigma) ** 2) / 2) / math.sqrt(2 * math.pi)) ** 2
    return np.array(found)


def least_overlap(patterns: float, units: int, degree: int | None, *, steps: int = 200) -> float:
    """The overlap of the first state above which `expected_overlaps` comes to the sequence; NaN if none does.

    It is found by halving; a state counts as there if its overlap ends above a half.
    """

    def arrives(start: float) -> bool:
        return bool(expected_overlaps(patterns, units, degree, steps=steps, start=start)[-1] > 0.5)

    if not arrives(1.0):
        return math.nan
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if arrives(middle) else (middle, high)
    return high


def chance_overlap(patterns: float, units: int) -> float:
    """The largest overlap of a state with any of so many random patterns, as its median: that of normal numbers.

    Below it another pattern is nearer to a cue than the one that was meant: with the exponential function, which
    follows the nearest, this is the border of the basin.

    Raises:
        InputError: `bad-units` or `bad-patterns`.
    """
    from scipy.special import ndtri

    check_sizes(units, 1, patterns)
    return float(ndtri(0.5 ** (1 / patterns))) / math.sqrt(units)
