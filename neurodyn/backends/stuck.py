"""Which trials of a stack cannot go on, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from neurodyn.backends import outcome
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.problem import NoJacobian, Problem
from neurodyn.backends.solvers import EXPLICIT, REMEDY_EXPLICIT, REMEDY_IMPLICIT, set_going, stepped
from neurodyn.backends.trajectory import Outcome

# A trial that gets so many steps further by itself is not what holds up the stack.
ENOUGH = 30
# Steps after which it shows which of two halves of a stack gets on more slowly.
FAR_ENOUGH = 300


def bad_rates(plan: Plan, problem: Problem, t: float, rate: Floats) -> dict[int, Outcome]:
    """The trials whose rate is not finite."""
    return _not_finite(problem, rate, lambda trial, values: outcome.bad_rate(plan, trial, t, values))


def bad_jacobians(plan: Plan, problem: Problem, t: float, rows: Floats, method: str) -> dict[int, Outcome]:
    """The trials whose Jacobian is not finite; `rows` holds the sums of its rows."""
    return _not_finite(problem, rows, lambda trial, values: outcome.bad_jacobian(plan, trial, t, values, method))


def _not_finite(problem: Problem, values: Floats, reason: Callable[[int, Floats], Outcome]) -> dict[int, Outcome]:
    rows = problem.each(values)
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    return {int(k): reason(problem.trials[k], rows[k]) for k in bad}


@dataclass(frozen=True, eq=False)
class Way:
    """What lies before a stack of trials: the rest of a piece, from the last good time on, and the state there."""

    plan: Plan
    method: str
    problem: Problem
    piece: Piece
    z: Floats

    @property
    def t(self) -> float:
        return self.piece.begin

    def advance(self, rows: Sequence[int], steps: int) -> float | None:
        """How far some of the trials come by themselves in so many steps; None if they cannot take them."""
        own = self.problem.select(rows)
        z = self.problem.each(self.z)[list(rows)].ravel()
        try:
            solver = set_going(self.method, own, self.piece, z, own.rate(self.t, z), self.plan)
            for _ in range(steps):
                if solver.status == "running" and not (stepped(solver) and np.isfinite(solver.y).all()):
                    return None
        except NoJacobian:
            return None
        return abs(float(solver.t) - self.t)


def reasons(way: Way, came_to: Floats) -> dict[int, Outcome]:
    """The trials at fault where a solver could not go on, each with the reason.

    Args:
        came_to: the state that the solver came to, which may not be finite.
    """
    plan, problem, t, bad = way.plan, way.problem, way.t, way.problem.bad
    rate, double = problem.rate(t, way.z), problem.rate(t, 2 * way.z)
    problem.bad = None
    vectors = zip(problem.trials, *(problem.each(v) for v in (way.z, rate, double)), strict=True)
    runaways = [outcome.runaway(plan, trial, t, *of_trial) for trial, *of_trial in vectors]
    found = {k: ended for k, ended in enumerate(runaways) if ended is not None}
    if not found and bad is not None:
        found = bad_rates(plan, problem, *bad)
    if not found:
        found = _not_finite(problem, came_to, lambda trial, values: outcome.bad_state(plan, trial, t, values))
    if not found:
        remedy = REMEDY_EXPLICIT if way.method in EXPLICIT else REMEDY_IMPLICIT
        rates = problem.each(rate)
        found = {
            k: outcome.too_small(plan, problem.trials[k], t, rates[k], way.method, remedy) for k in _held_up(way, rates)
        }
    return found


def stalled(way: Way, before: float, steps: int) -> dict[int, Outcome]:
    """The trial that keeps a stack from getting on, found by halving: the half that comes less far holds it."""
    rows = list(range(len(way.problem.trials)))
    while len(rows) > 1:
        halves = rows[: len(rows) // 2], rows[len(rows) // 2 :]
        rows = min(halves, key=lambda half: way.advance(half, FAR_ENOUGH) or 0.0)
    rate = way.problem.each(way.problem.rate(way.t, way.z))[rows[0]]
    return {rows[0]: outcome.stalled(way.plan, way.problem.trials[rows[0]], before, way.t, steps, rate)}


def _held_up(way: Way, rates: Floats) -> list[int]:
    """The trials that cannot step on by themselves either, found by halving; the fastest where all of them can."""

    def search(rows: Sequence[int]) -> list[int]:
        if way.advance(rows, ENOUGH) is not None:
            return []
        half = len(rows) // 2
        return list(rows) if not half else search(rows[:half]) + search(rows[half:])

    everyone = list(range(len(rates)))
    found = search(everyone) if len(everyone) > 1 else everyone
    return found or [int(np.argmax(np.abs(rates).max(axis=1)))]
