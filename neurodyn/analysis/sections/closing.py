"""Newton's method for orbits that close: the flow over a time, with its derivative by the state, is solved for both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.exponents.augmented import Augmented
from neurodyn.analysis.exponents.carrier import Carrier
from neurodyn.analysis.sections.section import Floats

STEPS = 30
# A step is halved so often at most, and taken to lead to the solution below this size, in scales.
HALVINGS, SMALL = 8, 1e-12
# The largest residual, in scales, of an orbit that is taken to close.
CLOSED = 1e-8
# Smaller eigenvalues, beside the largest, are rounding.
LOST = 1e-9


@dataclass(frozen=True, eq=False)
class Arc:
    """The flow over a time from a state.

    Attributes:
        end: the state there.
        matrix: the derivative by the state, in scales.
        growth: the integral of the trace of the Jacobian; NaN where it is not followed.
    """

    end: Floats
    matrix: Floats
    growth: float


class Flowing:
    """The flow of a system over times from a given one on."""

    def __init__(self, whole: Augmented, carrier: Carrier, begin: float) -> None:
        self.whole, self.carrier, self.begin = whole, carrier, begin
        self.scales = whole.base.layout.scales

    def over(self, time: float, state: Floats) -> Arc:
        """Follow a state and all directions for a time."""
        packed = self.whole.pack(state[None], np.eye(state.size)[None])
        reached = self.carrier.to(self.begin, self.begin + time, packed)
        states, matrices, trace = self.whole.unpack(reached)
        return Arc(states[0], matrices[0], float(trace[0]) if self.whole.traced else np.nan)

    def times(self, count: int, time: float, state: Floats) -> Arc:
        """The same over several times, one after the other, each from the same beginning: a map that is repeated."""
        arc = Arc(state, np.eye(state.size), 0.0)
        for _ in range(count):
            found = self.over(time, arc.end)
            arc = Arc(found.end, found.matrix @ arc.matrix, arc.growth + found.growth)
        return arc


@dataclass(frozen=True, eq=False)
class Closed:
    """A solution.

    Attributes:
        unknowns: the state, and what else was unknown.
        arc: the flow from there.
        residual: the largest number, in scales, that is not 0.
        interrupted: whether the user ended it before it could be smaller.
    """

    unknowns: Floats
    arc: Arc
    residual: float
    interrupted: bool = False


Found = tuple[Floats, Floats, Arc]
Equations = Callable[[Floats], Found]


def solved(equations: Equations, unknowns: Floats, told: Callable[[float], None]) -> Closed:
    """Newton's method with steps that are halved until the residual falls; Ctrl-C ends it where it is.

    Args:
        equations: residual and its derivative at the unknowns, all in scales, and the arc that they come from.
        told: called with the share that is done of the steps that it may take.
    """
    at = unknowns, equations(unknowns)
    interrupted = False
    try:
        for k in range(STEPS):
            at, over = _bettered(equations, *at)
            told((k + 1) / STEPS)
            if over:
                break
    except KeyboardInterrupt:
        interrupted = True
    unknowns, (value, _, arc) = at
    return Closed(unknowns, arc, float(np.abs(value).max()), interrupted)


def _bettered(equations: Equations, unknowns: Floats, found: Found) -> tuple[tuple[Floats, Found], bool]:
    """The unknowns after a step, with what the equations are there, and whether that was the last."""
    value, slope, _ = found
    step = np.linalg.lstsq(slope, -value, rcond=None)[0]
    size = float(np.abs(value).max())
    for _ in range(HALVINGS):
        tried = equations(unknowns + step)
        better = float(np.abs(tried[0]).max()) < size
        if better or float(np.abs(step).max()) < SMALL:
            break
        step = step / 2
    if not better:
        return (unknowns, found), True
    unknowns = unknowns + step
    return (unknowns, tried), float(np.abs(step).max()) < SMALL * max(1.0, float(np.abs(unknowns).max()))


def multipliers(arc: Arc) -> tuple[NDArray[np.complex128], int]:
    """The eigenvalues of the derivative, the largest first, and how many of the last are lost in its rounding.

    The product of all is known from the trace of the Jacobian: where one alone is lost, it is what the others leave.
    """
    found: NDArray[np.complex128] = np.linalg.eigvals(arc.matrix).astype(np.complex128)
    found = found[np.argsort(-np.abs(found), kind="stable")]
    lost = int((np.abs(found) < LOST * np.abs(found[:1])).sum())
    if lost == 1 and np.isfinite(arc.growth):
        found[-1], lost = np.exp(arc.growth) / np.prod(found[:-1]), 0
    return found, lost
