"""SciPy's solvers of flat ODEs: which there are, and how one is set going."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import Any

import numpy as np
import scipy.integrate

from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.problem import Problem
from neurodyn.backends.remembering import Remembering
from neurodyn.errors import InputError

EXPLICIT = ("DOP853", "RK45")
METHODS = (*EXPLICIT, "LSODA", "BDF", "Radau")
REMEDY_EXPLICIT = "If the system is stiff, take BDF, Radau or LSODA; a jump or a singularity stops every method."
REMEDY_IMPLICIT = "The equations jump or are singular there: smooth them, or end the run before."


def chosen_method(plan: Plan) -> str:
    """The method that the plan names, or DOP853: at equal error it takes the fewest evaluations of a smooth flow."""
    method = plan.method or "DOP853"
    if method not in METHODS:
        near = [known for known in METHODS if known.lower() == method.lower()] or get_close_matches(method, METHODS, 1)
        raise InputError(
            f"The scipy backend has no method {method}.",
            code="unknown-method",
            remedy=f"Did you mean {near[0]}?" if near else f"It has: {', '.join(METHODS)}.",
        )
    if plan.remembers and method not in EXPLICIT:
        raise InputError(
            f"{method} cannot run {plan.system.name}, which has delays: a step of it can be longer than a delay.",
            code="method-delays",
            remedy=f"Take {' or '.join(EXPLICIT)}.",
        )
    if method == "LSODA" and (plan.trials or 1) > 1:
        raise InputError(
            f"LSODA cannot run {plan.trials} trials side by side: it keeps one dense matrix over all of them.",
            code="lsoda-trials",
            remedy="Take BDF or Radau for stiff trials, else DOP853 or RK45.",
        )
    return method


def tolerances(plan: Plan) -> tuple[float, float]:
    """What to ask of a solver that steps all trials as one ODE, so that each trial keeps to its own tolerance.

    A step is accepted when the root mean square of error/(atol + rtol*|z|) over the stack is at most 1. Dividing both
    tolerances by sqrt(trials) multiplies that by sqrt(trials): then its square is the *sum* of the squares of the
    trials' own norms, and none of them exceeds 1. (DOP853 joins two such norms, of order 5 and 3, into one estimate;
    there the same holds of each of the two, and of the estimate when the trials are equally smooth.)
    """
    share = math.sqrt(plan.trials or 1)
    return plan.rtol / share, plan.atol / share


def set_going(method: str, problem: Problem, piece: Piece, z: Floats, rate: Floats, plan: Plan) -> Any:
    """A solver at the beginning of a piece, where `rate` is the flow."""
    rtol, atol = tolerances(plan)
    if method in EXPLICIT:
        options: dict[str, Any] = {"first_step": _first_step(piece, z, rate, rtol, atol)}
    else:
        options = {"jac": problem.dense_jacobian if method == "LSODA" else problem.jacobian}
    solver, past = getattr(scipy.integrate, method), problem.past
    if past is None:
        return solver(problem.rate, piece.begin, z, piece.end, rtol=rtol, atol=atol, **options)
    past.enter(piece.begin)
    past.open(piece.begin, piece.end)
    options["max_step"] = past.least
    return Remembering(solver(problem.rate, piece.begin, z, piece.end, rtol=rtol, atol=atol, **options), past)


def stepped(solver: Any) -> bool:
    """Take one step. SciPy reports some numerical troubles by raising: numbers that overflow, a singular matrix."""
    try:
        solver.step()
    except (ValueError, RuntimeError) as error:
        if "infs or NaNs" in str(error) or "singular" in str(error):
            return False
        raise
    return bool(solver.status != "failed")


def _first_step(piece: Piece, z: Floats, rate: Floats, rtol: float, atol: float) -> float:
    """A tenth of the time in which the state changes by its own size.

    SciPy's guess goes up to ten times further. Right after an edge it then steps over the fastest decay at once, where
    the error estimate of DOP853 is too kind: a pulse train at tolerance 1e-10 had an error of 7e-9 with SciPy's guess,
    and has 3e-10 with this rule, for as many evaluations.
    """
    weight = atol + rtol * np.abs(z)
    size, speed = float(np.linalg.norm(z / weight)), float(np.linalg.norm(rate / weight))
    span = abs(piece.end - piece.begin)
    small = 1e-5 * math.sqrt(z.size)
    return min(0.1 * size / speed, span) if min(size, speed) > small else 1e-5 * span
