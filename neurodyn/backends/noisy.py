"""Solvers of flows with white noise: fixed steps, with the interface of SciPy's solver objects.

The increments dW depend on nothing but the seed, the name of the noise, the trial and the number of the step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.backends.clock import NEAR, Clock
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.problem import Problem
from neurodyn.errors import InputError
from neurodyn.program.products import Products
from neurodyn.system.noise import Draws
from neurodyn.system.stochastic import NOISE, Terms, bend, commutes, correction, noise_terms, parts_function

EULER_MARUYAMA, HEUN, MILSTEIN = "euler-maruyama", "heun", "milstein"
METHODS = (HEUN, EULER_MARUYAMA, MILSTEIN)
BEND, SHIFT = "bend", "shift"


def default_method(plan: Plan) -> str:
    """Heun's, unless a noise is read after Ito.

    It has strong order 1 where noise commutes, weak order 2 where it is additive, and order 2 in what the flow does by
    itself. For a noise that is read after Ito it needs the derivative of the factor, which may be singular where the
    factor is not (a root at 0); so there the method of Euler and Maruyama is the default.
    """
    diffusion = plan.system.structure.diffusion
    is_ito = diffusion is not None and "ito" in diffusion.readings.values()
    return EULER_MARUYAMA if is_ito else HEUN


def check_method(plan: Plan, method: str) -> None:
    """Refuse Milstein's method where it would need more than the increments."""
    if method == MILSTEIN and not _derived(plan, "commutes", lambda: commutes(plan.system.structure)):
        raise InputError(
            f"milstein cannot run {plan.system.name}: its noise does not commute, or is not shown to, and "
            f"what that takes beside increments is not drawn.",
            code="method-noise",
            remedy="Take the method of Euler and Maruyama, or heun; milstein is for noise that is diagonal, additive "
            "or of one source.",
        )


class Jolts:
    """The noise of a plan: its increments, and what the methods make of them.

    Args:
        method: it decides which terms are wanted.
        products: what multiplies large matrices.
    """

    def __init__(self, plan: Plan, method: str, products: Products) -> None:
        if plan.dt is None:
            raise TypeError("a plan with noise has a step")
        system = plan.system
        self.clock = Clock(plan.dt)
        self._draws = Draws(system.structure, system.all_sizes, plan.seed, plan.trials, plan.trial)
        self._all = list(range(plan.trials or 1))
        self._times = self._written(plan)
        terms = terms_of(plan, method)
        self.words = tuple(terms)
        self.parts = parts_function(system, terms, plan.trials is not None, products)

    def _written(self, plan: Plan) -> dict[int, float]:
        """How times of steps are written in the plan, by their number."""
        times = [] if plan.save_at is None else plan.save_at.tolist()
        numbered = ((self.clock.number(t), t) for t in times)
        return {number: t for number, t in numbered if number is not None}

    def following(self, t: float, number: int | None, end: float) -> tuple[float, int | None]:
        """Where the step from t ends, and the number of that place: a multiple of dt, or the end of the piece."""
        after, dt = self.clock.following(t, number, end > t), self.clock.dt
        if abs(end - t) - abs(after * dt - t) > NEAR * dt:
            return self._times.get(after, after * dt), after
        return end, self.clock.number(end)

    def increments(self, t: float, number: int | None, length: float, trials: list[int]) -> dict[str, Any]:
        """The increments over a step that begins at t, by the names of noises."""
        drawn = self._draws.between(t) if number is None else self._draws.at(number)
        root = math.sqrt(length)
        if trials != self._all:
            return {name: root * values[trials] for name, values in drawn.items()}
        return {name: root * values for name, values in drawn.items()}


def terms_of(plan: Plan, method: str) -> dict[str, Terms]:
    """What a method adds up beside the flow, by what it is: see `SHIFT`, `BEND` and `NOISE`."""
    found: dict[str, Terms] = _derived(plan, method, lambda: _terms(plan, method))
    return found


def _terms(plan: Plan, method: str) -> dict[str, Terms]:
    """What a method adds up beside the flow: noise, its bend, and what its own reading differs by from the model's."""
    structure = plan.system.structure
    readings = structure.diffusion.readings if structure.diffusion else {}
    found = {NOISE: noise_terms(structure)}
    if method == MILSTEIN:
        found[BEND] = bend(structure)
    wanted = "stratonovich" if method == EULER_MARUYAMA else "ito"
    shift = correction(structure, [name for name, reading in readings.items() if reading == wanted])
    sign = 1 if method == EULER_MARUYAMA else -1
    found[f"{SHIFT} {method}"] = Terms({n: sign * e for n, e in shift.by_state.items()}, shift.hidden)
    return {word: terms for word, terms in found.items() if word == NOISE or not terms.is_zero}


def _derived(plan: Plan, what: str, make: Any) -> Any:
    """What follows from the equations alone, derived once."""
    known = plan.system.structure.compiled
    key = ("noise", what)
    if key not in known:
        known[key] = make()
    return known[key]


class Stepper:
    """A fixed-step method on one piece of a run.

    Between steps the path is drawn as a straight line, for whoever looks for events there.
    """

    def __init__(self, problem: Problem, piece: Piece, z: Floats, jolts: Jolts) -> None:
        self.t, self.y, self.t_bound = piece.begin, z, piece.end
        self.t_old: float | None = None
        self.status = "running"
        self.direction = 1.0 if piece.end > piece.begin else -1.0
        self.problem, self.jolts = problem, jolts
        self._before, self._number = z, jolts.clock.number(piece.begin)

    def step(self) -> None:
        """Take one step."""
        dt, first = self.jolts.clock.dt, self._number
        end, last = self.jolts.following(self.t, first, self.t_bound)
        # Without what rounding did to the times where they were written down: so parts of a run are one run.
        begin, stop = self.t if first is None else first * dt, end if last is None else last * dt
        length = abs(stop - begin) if first is None or last is None else dt
        increments = self.jolts.increments(self.t, first, length, self.problem.trials)
        self.t_old, self._before = self.t, self.y
        self.y = self.advance(begin, stop, length, increments)
        self.t, self._number = end, last
        if self.problem.past is not None:
            self.problem.past.add(Line(begin, stop, self._before, self.y))
        if end == self.t_bound:
            self.status = "finished"

    def dense_output(self) -> Line:
        """The path over the last step."""
        if self.t_old is None:
            raise RuntimeError("no step was taken yet")
        return Line(self.t_old, self.t, self._before, self.y)

    def advance(self, t: float, stop: float, length: float, increments: Mapping[str, Any]) -> Floats:
        """The state at the end of a step."""
        return self.y + self.change(t, self.y, length, increments)

    def change(self, t: float, z: Floats, length: float, increments: Mapping[str, Any]) -> Floats:
        """By how much a state changes in a step, all read at one time."""
        drift, noise, *more = self.problem.parts(self.jolts.parts, t, z, increments)
        found = drift * (self.direction * length) + noise
        for word, term in zip(self.jolts.words[1:], more, strict=True):
            found += term if word == BEND else term * length
        return found


class Heun(Stepper):
    """The mean of the changes read at both ends of a step."""

    def advance(self, t: float, stop: float, length: float, increments: Mapping[str, Any]) -> Floats:
        first = self.change(t, self.y, length, increments)
        return self.y + (first + self.change(stop, self.y + first, length, increments)) / 2


@dataclass(frozen=True, eq=False)
class Line:
    """The straight line between two states, as SciPy's dense output: at a time, or a column for each of several."""

    t_old: float
    t: float
    before: Floats
    after: Floats

    def __call__(self, t: Any) -> Floats:
        share = (np.asarray(t) - self.t_old) / (self.t - self.t_old)
        found: Floats = np.multiply.outer(self.before, 1 - share) + np.multiply.outer(self.after, share)
        return found


SOLVERS: dict[str, type[Stepper]] = {EULER_MARUYAMA: Stepper, HEUN: Heun, MILSTEIN: Stepper}
