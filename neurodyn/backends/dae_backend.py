"""The `dae` backend: models with constraints, analog circuits above all, reduced to ODEs that SciPy's solvers step."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.integrate

from neurodyn.backends import ida
from neurodyn.backends.outcome import interrupted
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.recorder import recorder
from neurodyn.backends.reduced import Reduced
from neurodyn.backends.solvers import EXPLICIT, REMEDY_IMPLICIT, chosen_method, stepped
from neurodyn.backends.threads import few_threads
from neurodyn.backends.trajectory import DONE, Outcome, Trajectory
from neurodyn.system.observing import rates_needed

METHOD = "Radau"  # time constants of circuits differ by many powers of ten
LEAST_PIECE = 20  # spacings of doubles: no solver starts on a shorter piece


class DAE:
    """One trajectory of a model with constraints, of index 1 and with a constant mass matrix."""

    name = "dae"
    abilities = frozenset({"dae"})

    def run(self, plan: Plan) -> Trajectory:
        """Carry out a plan. Ctrl-C ends it early, with what was computed until then."""
        method = _chosen(plan)
        with np.errstate(all="ignore"), warnings.catch_warnings(), Progress(plan) as progress, few_threads(plan):
            warnings.simplefilter("ignore")
            way = _Way(plan, method, progress)
            try:
                outcome = way.go()
            except KeyboardInterrupt:
                outcome = interrupted(way.t)
        counts = {
            "steps": way.steps,
            "restarts": way.restarts,
            **{k: way.reduced.counts[k] for k in ("rhs", "jacobian")},
        }
        time, y = way.recorder.time, way.recorder.y
        return Trajectory(time, y, outcome, method, counts, way.t, way.y, past=way.rates or None)


def _chosen(plan: Plan) -> str:
    """The method that the plan names, of SciPy or IDA, or the default."""
    if plan.method != ida.NAME:
        return chosen_method(replace(plan, method=plan.method or METHOD))
    ida.check_ida()
    chosen_method(replace(plan, method=METHOD))  # what else the plan asks suits a method that chooses its steps
    return ida.NAME


class _Way:
    """One run in progress: the last good time and state, and what has been written."""

    def __init__(self, plan: Plan, method: str, progress: Progress) -> None:
        self.reduced, self.recorder = Reduced(plan), recorder(plan)
        self.t, self.z, self.y = plan.t0, self.reduced.z, np.array(plan.start)
        self.steps, self.restarts = 0, -1
        self.rates: list[Mapping[str, Any]] = []
        self._plan, self._method, self._progress = plan, method, progress
        self._keeps_rates = bool(rates_needed(plan.system.structure, plan.system.observables))

    def go(self) -> Outcome:
        """Run to the end, or to where it cannot go on."""
        least = LEAST_PIECE * np.spacing(max(abs(self._plan.t0), abs(self._plan.until)))
        for number, piece in enumerate(self._plan.pieces()):
            self.restarts += 1
            self.reduced.enter(piece)
            self.recorder.enter(number)
            if self.recorder.is_next(self.t) and not self._write(self.t, self.z):
                return self._unsolved(self.t)
            short = abs(piece.end - piece.begin) <= least
            outcome = self._arrive(piece.end, self.z) if short else self._cross(piece)
            if outcome is not DONE:
                return outcome
        return DONE

    def _cross(self, piece: Piece) -> Outcome:
        if not np.isfinite(self.reduced.rate(self.t, self.z)).all():
            return self._unsolved(self.t)
        solver = self._solver(piece)
        while solver.status == "running":
            self.reduced.lost = None
            if not stepped(solver) or not np.isfinite(solver.y).all():
                return self._stuck()
            times = self.recorder.inside(solver.t)
            if times.size:
                for t, z in zip(times.tolist(), solver.dense_output()(times).T, strict=True):
                    if not self._write(t, z):
                        return self._unsolved(t)
            outcome = self._arrive(float(solver.t), solver.y)
            if outcome is not DONE:
                return outcome
        return DONE

    def _solver(self, piece: Piece) -> Any:
        """SciPy's solver of what moves, or one with its face."""
        plan = self._plan
        if self._method == ida.NAME:
            return ida.IDA(plan, self.reduced, piece, self.t, self.z)
        options = {} if self._method in EXPLICIT else {"jac": self.reduced.jacobian}
        return getattr(scipy.integrate, self._method)(
            self.reduced.rate, self.t, self.z, piece.end, rtol=plan.rtol, atol=plan.atol, **options
        )

    def _arrive(self, t: float, z: Floats) -> Outcome:
        state = self.reduced.state(t, z)
        if state is None:
            return self._unsolved(t)
        self.t, self.z, self.y = t, z, state
        self.steps += 1
        if self.recorder.is_next(t):
            self._write(t, z)
        self._progress.at(t)
        return DONE

    def _write(self, t: float, z: Floats) -> bool:
        state = self.reduced.state(t, z)
        if state is None:
            return False
        if self._keeps_rates:
            self.rates.append(self.reduced.rates(t))
        self.recorder.write(np.array([t]), state[None])
        return True

    def _stuck(self) -> Outcome:
        if self.reduced.lost is not None:
            return self._unsolved(self.reduced.lost)
        sentence = f"{self._method} stopped at t = {self.t:.6g}, where the steps it needs are too small to take."
        return Outcome("failed", "step-too-small", f"{sentence} {REMEDY_IMPLICIT}")

    def _unsolved(self, t: float) -> Outcome:
        return Outcome(
            "failed",
            "unsolved",
            f"At t = {t:.6g} Newton's method finds no values of the unknowns that fulfil the constraints. Give other "
            f"guesses, start={{...}}; or add to the circuit what is small but not 0, such as the leak of a diode.",
        )
