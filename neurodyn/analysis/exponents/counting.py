"""The work of an estimate from begin to end: what is asked of it, and what was counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from neurodyn.analysis.exponents.augmented import Floats
from neurodyn.analysis.exponents.carrier import Carrier
from neurodyn.analysis.exponents.estimates import block_errors
from neurodyn.analysis.exponents.march import March, settle, spread
from neurodyn.backends.progress import Bar
from neurodyn.backends.trajectory import Status

# Intervals that are left out at the begin of the orbit and of each piece, and that are counted in each of several
# pieces, in one alone, and in one that events interrupt.
SETTLING, COUNTING, ALONE, INTERRUPTED = 300, 1000, 4000, 500
# How often a span is followed by another for a precision.
MOST_SWEEPS = 50


@dataclass(frozen=True)
class Wanted:
    """What is asked for; see `lyapunov_exponents`.

    Attributes:
        free: whether there may be fewer pieces, where they cannot go side by side.
    """

    span: float | None
    transient: float | None
    precision: float | None
    pieces: int
    seed: int
    free: bool = True


@dataclass(eq=False)
class Counted:
    """What was counted so far.

    Attributes:
        growth: of each sweep, for each interval (pieces, count), the logarithms of what the directions grew by.
        trace: likewise (pieces,), the integrals of the trace of the Jacobian.
        interval: the length of an interval.
        transient: how long the orbit was left to itself.
        status: `interrupted` where the user ended it.
    """

    growth: list[list[Floats]] = field(default_factory=list)
    trace: list[list[Floats]] = field(default_factory=list)
    interval: float = np.nan
    transient: float = 0.0
    status: Status = "done"

    def joined(self) -> tuple[Floats, Floats]:
        """Growth (intervals, pieces, count) and trace (intervals, pieces) of all sweeps.

        A single piece goes on from sweep to sweep. Others are new in each; those of one that was broken off are left
        out, unless it is the first.
        """
        found = []
        for rows in (self.growth, self.trace):
            if rows and rows[0] and len(rows[0][0]) == 1:
                found.append(np.concatenate([np.array(sweep) for sweep in rows if sweep]))
            else:
                whole = [np.array(sweep) for sweep in rows if len(sweep) == len(rows[0])]
                found.append(np.concatenate(whole, axis=1) if whole else np.empty((0, 0)))
        return found[0], found[1]


class Steps:
    """How much of the work is done, in intervals of all pieces."""

    def __init__(self, bar: Bar, total: int) -> None:
        self.bar, self.total, self.done = bar, total, 0

    def step(self) -> None:
        self.done += 1
        self.bar.to(self.done / self.total)


def counted(march: March, orbit: Carrier, wanted: Wanted, progress: bool) -> Counted:
    """Follow an orbit with directions, and count how these grow."""
    found, rng = Counted(), np.random.default_rng(wanted.seed)
    whole = Bar(march.carrier.plan.system.name, 1.0, progress)
    with whole, _interruptible(found):
        settled = settle(march, wanted.transient, SETTLING, Steps(whole, 2 * SETTLING + COUNTING).step)
        wanted = replace(wanted, pieces=1) if march.carrier.in_turn and wanted.free else wanted
        rounds = COUNTING if wanted.pieces > 1 else INTERRUPTED if march.carrier.in_turn else ALONE
        steps = Steps(whole, (wanted.pieces > 1) * SETTLING + rounds)
        found.interval, found.transient = settled.interval, settled.passed
        turning = SETTLING if wanted.transient is None else max(1, round(wanted.transient / settled.interval))
        if wanted.span is not None:
            rounds = max(1, round(wanted.span / (wanted.pieces * settled.interval)))
        for _ in range(MOST_SWEEPS if wanted.precision else 1):
            if wanted.pieces > 1:
                end = spread(march, orbit, wanted.pieces, (turning + rounds) * settled.interval, rng)
                _turn(march, settled.interval, turning, steps)
            _count(march, found, rounds, steps)
            if wanted.precision and _worst(found) <= wanted.precision:
                break
            if wanted.pieces > 1:
                march.begin(end[None], rng)
    return found


@contextmanager
def _interruptible(found: Counted) -> Iterator[None]:
    """Ctrl-C ends the work, and what was counted is kept."""
    try:
        yield
    except KeyboardInterrupt:
        found.status = "interrupted"


def _turn(march: March, interval: float, intervals: int, steps: Steps) -> None:
    """Let directions turn before anything is counted."""
    for _ in range(intervals):
        march.on(interval)
        steps.step()


def _count(march: March, found: Counted, rounds: int, steps: Steps) -> None:
    found.growth.append([])
    found.trace.append([])
    for _ in range(rounds):
        growth, trace = march.on(found.interval)
        found.growth[-1].append(growth)
        found.trace[-1].append(trace)
        steps.step()


def _worst(found: Counted) -> float:
    return float(block_errors(found.joined()[0], found.interval).max())
