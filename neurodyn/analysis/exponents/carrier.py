"""Carries states and directions from a time to another, by the engine that can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from neurodyn.analysis.exponents.augmented import Augmented, Floats
from neurodyn.backends import find
from neurodyn.backends.ensemble.choice import ARRAYS, NOT_IN_LANES, is_implicit
from neurodyn.backends.plan import LANES, Plan
from neurodyn.errors import InputError, RunFailed

if TYPE_CHECKING:
    from neurodyn.backends.trajectory import Trajectory
    from neurodyn.system.signals import Signal
    from neurodyn.system.system import System

# How much larger errors on the path over a step may be than at its end.
ON_PATHS = 100.0
# So many states on the way of an orbit are found in one run.
STRETCH = 16


@dataclass(frozen=True)
class Accuracy:
    """How exactly states and directions are integrated: see `simulate`."""

    method: str | None
    rtol: float
    atol: float


class Carrier:
    """Carries trials of a system, or of one with directions."""

    def __init__(self, system: System, signals: Mapping[str, Signal], how: Accuracy) -> None:
        there = {n: s for n, s in signals.items() if n in system.signals}
        self.plan = Plan(
            system=system,
            t0=0.0,
            until=1.0,
            start=np.empty(0),
            signals=there,
            save_at=None,
            method=how.method,
            rtol=how.rtol,
            atol=how.atol,
            progress=False,
            needed=system.needs,
        )
        self.engine, self.method, self.sure = find("ensemble"), "", False
        self.events, self.steps, self.passed = "event:reset" in system.needs, 0, 0.0

    @property
    def in_turn(self) -> bool:
        """Whether trials go one after the other, and slowly."""
        return self.sure and self.engine.name == "scipy"

    @property
    def error(self) -> float:
        """What directions may lose in a unit of time: the error allowed in each step, more where events end steps.

        States at events are read off the path over a step, which is less exact than its end.
        """
        if self.plan.discrete or not self.passed:
            return float(np.finfo(float).eps)
        return self.plan.rtol * (ON_PATHS if self.events else 1.0) * self.steps / self.passed

    def forget(self) -> None:
        """What comes next goes on from nothing: no event of it is refractory."""
        self.plan = replace(self.plan, pending=None)

    def to(self, t: float, until: float, states: Floats) -> Floats:
        """The states (trials, size) at a time, from those at another."""
        return self._run(t, until, states, np.array([until])).end

    def along(self, t: float, times: Floats, state: Floats) -> tuple[Floats, Floats]:
        """The states on the way of one trial (size,) at some times, (times, size), and the last one.

        An engine gives up runs that take very many steps, so the way goes in several.
        """
        found = []
        for first in range(0, len(times), STRETCH):
            own = times[first : first + STRETCH]
            run = self._run(t, float(own[-1]), state[None], own)
            found.append(run.y[:, 0])
            t, state = float(own[-1]), run.end[0]
        return np.concatenate(found), state

    def _run(self, t: float, until: float, states: Floats, times: Floats) -> Trajectory:
        plan = replace(self.plan, t0=t, until=until, start=states, save_at=times, trials=len(states))
        found = self.engine.run(plan) if self.sure else self._tried(plan)
        self.plan = replace(self.plan, pending=found.pending)
        self.method = found.method
        self.steps += found.counts.get("steps", 0)
        self.passed += len(states) * (until - t)
        if found.outcome.status == "interrupted":
            raise KeyboardInterrupt
        if found.outcome.status == "failed":
            _refuse(plan, found)
        return found

    def _tried(self, plan: Plan) -> Trajectory:
        """The first run: compiled if it can be, else by whole arrays or step by step, and so from then on."""
        self.sure = True
        try:
            found = self.engine.run(replace(plan, target=LANES))
            self.plan = replace(self.plan, target=LANES)
        except InputError as error:
            if error.code not in (*NOT_IN_LANES, "missing-ability") or is_implicit(plan):
                raise
            if self.events:
                self.engine, self.plan = find("scipy"), replace(self.plan, method=plan.method or "DOP853")
                plan = replace(plan, method=self.plan.method)
            elif plan.discrete:
                self.engine = find("map")
            else:
                self.plan = replace(self.plan, target=ARRAYS)
            found = self.engine.run(replace(plan, target=self.plan.target))
        return found


def _refuse(plan: Plan, found: Trajectory) -> NoReturn:
    raise RunFailed(
        f"{plan.system.name} has no exponents along this orbit, which is not bounded or cannot be followed: "
        f"{found.outcome.message}",
        code=found.outcome.code,
        remedy="Start elsewhere, on or near an attractor.",
    )


def orthonormal(vectors: Floats) -> tuple[Floats, Floats]:
    """Vectors (trials, size, count) made orthonormal one after the other, and the logarithms of what they grew by."""
    q, r = np.linalg.qr(vectors)
    with np.errstate(divide="ignore"):
        return q, np.log(np.abs(np.diagonal(r, axis1=1, axis2=2)))


def drawn(whole: Augmented, trials: int, rng: np.random.Generator) -> Floats:
    """Orthonormal directions, drawn for each trial."""
    return np.linalg.qr(rng.normal(size=(trials, whole.base.layout.size, whole.count)))[0]
