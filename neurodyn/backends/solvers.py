"""SciPy's solvers of flat ODEs: which there are, and how one is set going."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import Any, NoReturn

import numpy as np

from neurodyn.backends import noisy
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.problem import Problem
from neurodyn.backends.remembering import Remembering
from neurodyn.errors import InputError

EXPLICIT = ("DOP853", "RK45")
METHODS = (*EXPLICIT, "LSODA", "BDF", "Radau")
REMEDY_EXPLICIT = "If the system is stiff, take BDF, Radau or LSODA; a jump or a singularity stops every method."
REMEDY_IMPLICIT = "The equations jump or are singular there: smooth them, or end the run before."


def chosen_method(plan: Plan) -> str:
    """The method that the plan names, or the default.

    Without noise that is DOP853: at equal error it takes the fewest evaluations of a smooth flow.
    """
    method = plan.method or (noisy.default_method(plan) if plan.noisy else "DOP853")
    every = (*METHODS, *noisy.METHODS)
    if method not in every:
        near = [known for known in every if known.lower() == method.lower()]
        near = near or get_close_matches(method, every, 1)
        raise InputError(
            f"The scipy backend has no method {method}.",
            code="unknown-method",
            remedy=f"Did you mean {near[0]}?" if near else f"It has: {', '.join(every)}.",
        )
    if plan.noisy != (method in noisy.METHODS):
        _refuse_unfit(plan, method)
    if plan.noisy:
        noisy.check_method(plan, method)
    elif plan.dt is not None:
        raise InputError(
            f"{method} chooses its own steps, and dt is given.",
            code="fixed-step",
            remedy="Leave dt out; rtol and atol say how exact a run without noise is, and every when it is saved. "
            "Or take the backend fixed.",
        )
    if plan.remembers and method not in (*EXPLICIT, *noisy.METHODS):
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


def _refuse_unfit(plan: Plan, method: str) -> NoReturn:
    """A method for noise has no use without it, and the others would take noise for a smooth flow."""
    if plan.noisy:
        raise InputError(
            f"{method} cannot run {plan.system.name}, whose flow holds white noise.",
            code="method-noise",
            remedy=f"Take {', '.join(noisy.METHODS)}, or leave the method out.",
        )
    raise InputError(
        f"{method} is a method for white noise, and {plan.system.name} has none.",
        code="method-noise",
        remedy=f"Take {', '.join(METHODS)}, or leave the method out.",
    )


def tolerances(plan: Plan) -> tuple[float, float]:
    """What to ask of a solver that steps all trials as one ODE, so that each trial keeps to its own tolerance.

    A step is accepted when the root mean square of error/(atol + rtol*|z|) over the stack is at most 1. Dividing both
    tolerances by sqrt(trials) multiplies that by sqrt(trials): then its square is the *sum* of the squares of the
    trials' own norms, and none of them exceeds 1. (DOP853 joins two such norms, of order 5 and 3, into one estimate;
    there the same holds of each of the two, and of the estimate when the trials are equally smooth.)
    """
    share = math.sqrt(plan.trials or 1)
    return plan.rtol / share, plan.atol / share


def set_going(
    method: str, problem: Problem, piece: Piece, z: Floats, rate: Floats, plan: Plan, step: float | None = None
) -> Any:
    """A solver at the beginning of a piece, where `rate` is the flow; `step` is the first to try, if one is known."""
    if method in noisy.SOLVERS:
        problem.jolts = problem.jolts or noisy.Jolts(plan, method, problem.products)
        if problem.past is not None and problem.past.least < problem.jolts.clock.dt:
            raise InputError(
                f"dt is {plan.dt:g}, longer than the shortest delay, {problem.past.least:g}.",
                code="fixed-step",
                remedy="Take a dt of that delay, or less.",
            )
        return noisy.SOLVERS[method](problem, piece, z, problem.jolts)
    rtol, atol = tolerances(plan)
    if method in EXPLICIT:
        options: dict[str, Any] = {"first_step": _first_step(piece, z, rate, rtol, atol)}
    else:
        options = {"jac": problem.dense_jacobian if method == "LSODA" else problem.jacobian}
    if step is not None:
        options["first_step"] = min(step, abs(piece.end - piece.begin))
    import scipy.integrate  # here: backends that only read the words above do without it

    solver, past = getattr(scipy.integrate, method), problem.past
    if past is None:
        made = solver(problem.rate, piece.begin, z, piece.end, rtol=rtol, atol=atol, **options)
        if method in EXPLICIT:
            made.fun = problem.rate  # which SciPy wraps twice, to count calls and to make arrays of what it gives
        return made
    past.enter(piece.begin)
    past.open(piece.begin, piece.end)
    options["max_step"] = past.least
    return Remembering(solver(problem.rate, piece.begin, z, piece.end, rtol=rtol, atol=atol, **options), past)


def taken_up(solver: Any, piece: Piece, z: Floats, rate: Floats, step: float) -> bool:
    """Let an explicit solver go on from another state and rate, with steps as long as before: nothing is set up anew.

    Returns:
        False for a solver that cannot: it remembers earlier steps.
    """
    from scipy.integrate import DOP853, RK45

    if not isinstance(solver, RK45 | DOP853):
        return False
    solver.t, solver.y, solver.f, solver.t_bound = piece.begin, z, rate, piece.end
    solver.t_old, solver.status = None, "running"
    solver.direction = np.sign(piece.end - piece.begin)
    solver.h_abs = step
    return True


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
    least = 10 * abs(float(np.nextafter(piece.begin, piece.end)) - piece.begin)  # SciPy takes no step of 0
    return max(min(0.1 * size / speed, span), least) if min(size, speed) > small else 1e-5 * span
