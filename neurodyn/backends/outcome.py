"""Why a run stopped early: the sentence and the remedy for each reason.

Vectors are those of one trial; a run without trials is number 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.trajectory import Outcome

# Beyond this size (in units of its scale) a state has left every meaning.
FAR = 1e100
# A step of fixed length that changes a state by more, relative to it or to its scale, did not follow the flow.
LEAP = 1e6


def element(plan: Plan, trial: int, index: int) -> str:
    """The name of one number of the flat state, as `x[3]`, with its trial if there is one."""
    name = plan.system.layout.element(index)
    return name if plan.trials is None else f"{name} in trial {trial}"


def interrupted(t: float) -> Outcome:
    """The user ended the run."""
    return Outcome("interrupted", "interrupted", f"Interrupted at t = {t:.6g}; what was computed until then is kept.")


def out_of_memory(error: MemoryError, method: str) -> Outcome:
    """A matrix or the record of the run did not fit into memory."""
    reason = str(error).rstrip(".") or "there is no more memory"
    return Outcome(
        "failed",
        "memory",
        f"{method} stopped: {reason}. DOP853 and RK45 keep no matrix over all states; or run fewer trials at a time.",
    )


def bad_rate(plan: Plan, trial: int, t: float, rate: Floats) -> Outcome:
    """The flow gave a number that is not finite."""
    where, value = _first_bad(plan, trial, rate)
    return Outcome(
        "failed",
        "non-finite",
        f"The rate of {where} is {value} at t = {t:.6g}. Look in its equation for a division by 0, a root or logarithm "
        f"of a negative number, or an overflow.",
    )


def bad_jacobian(plan: Plan, trial: int, t: float, rows: Floats, method: str) -> Outcome:
    """The first Jacobian is not finite; `rows` holds the sum of each of its rows."""
    where, value = _first_bad(plan, trial, rows)
    return Outcome(
        "failed",
        "non-finite",
        f"A derivative of the rate of {where} is {value} at t = {t:.6g}, and {method} needs it. Start off the singular "
        f"point, or take method DOP853, which needs no derivatives.",
    )


def bad_state(plan: Plan, trial: int, t: float, z: Floats) -> Outcome:
    """The solver itself produced a state that is not finite."""
    where, value = _first_bad(plan, trial, z)
    return Outcome(
        "failed",
        "non-finite",
        f"{where} became {value} soon after t = {t:.6g}. {_smaller(plan)}Look in the equations for a division by 0, a "
        f"root or logarithm of a negative number, or for growth without bound.",
    )


def leap(plan: Plan, t: float, before: Floats, after: Floats, trial: int = 0) -> Outcome | None:
    """One step that changed a state (in units of its scale) as no step should that follows the flow, if it did."""
    size = np.abs(after - before)
    if not (size > LEAP * np.maximum(1.0, np.abs(before))).any():
        return None
    k = int(np.argmax(size))
    scale = plan.system.layout.scales[k]
    return unstable(plan, t, k, f"went from {before[k] * scale:.3g} to {after[k] * scale:.3g}", trial)


def unstable(plan: Plan, t: float, index: int, what: str, trial: int = 0) -> Outcome:
    """One step of fixed length that did not follow the flow; `what` a state did in it."""
    return Outcome(
        "failed",
        "unstable",
        f"In one step from t = {t:.6g} on, {element(plan, trial, index)} {what}: a step of dt = {plan.dt:g} is too "
        f"long there. {_smaller(plan)}Methods with fewer stages (euler) look less far ahead on a steep upstroke.",
    )


def _smaller(plan: Plan) -> str:
    """What to try first where steps are fixed."""
    return "" if plan.dt is None else f"Take a smaller step than dt = {plan.dt:g}. "


def bad_step(plan: Plan, trial: int, t: float, y: Floats) -> Outcome:
    """The step of a map made a number that is not finite."""
    where, value = _first_bad(plan, trial, y)
    return Outcome(
        "failed",
        "non-finite",
        f"{where} became {value} in the step from t = {t:.0f}. Look in its map for a division by 0, a root or "
        f"logarithm of a negative number, or for growth without bound.",
    )


def runaway(plan: Plan, trial: int, t: float, z: Floats, rate: Floats, rate_at_double: Floats) -> Outcome | None:
    """A state that grows without bound, if there is one.

    That is one that left every meaning, or the fastest, if it heads for a pole: its rate grows more than in proportion
    to the state, and at that rate it doubles within some thousands of the shortest steps that exist at this time.

    Args:
        z, rate: state and rate where the solver stopped, in units of the states' scales.
        rate_at_double: the rate at twice the state.
    """
    largest, fastest = int(np.argmax(np.abs(z))), int(np.argmax(np.abs(rate)))
    if abs(z[largest]) > FAR:
        index = largest
    elif 0 < z[fastest] * rate[fastest] * (1 if plan.forward else -1) < 1e5 * abs(np.spacing(t)) * rate[
        fastest
    ] ** 2 and not abs(rate_at_double[fastest]) <= 2.01 * abs(rate[fastest]):
        index = fastest
    else:
        return None
    value = z[index] * plan.system.layout.scales[index]
    return Outcome(
        "failed",
        "blow-up",
        f"{element(plan, trial, index)} grows without bound: it is {value:.3g} at t = {t:.6g}. {_smaller(plan)}End the "
        f"run before, or look at the signs and sizes of the parameters.",
    )


def too_small(plan: Plan, trial: int, t: float, rate: Floats, method: str, remedy: str) -> Outcome:
    """The solver cannot go on from a finite state, in steps that a double can hold."""
    return Outcome(
        "failed",
        "step-too-small",
        f"{method} stopped at t = {t:.6g}, where the steps it needs are too small to take; "
        f"{element(plan, trial, int(np.argmax(np.abs(rate))))} changes fastest. {remedy}",
    )


def stalled(plan: Plan, trial: int, before: float, t: float, steps: int, rate: Floats) -> Outcome:
    """The solver gets on, but so slowly that the run would not end."""
    fastest = element(plan, trial, int(np.argmax(np.abs(rate))))
    return Outcome(
        "failed",
        "stalled",
        f"The last {steps:,} steps led from t = {before:.9g} only to {t:.9g}; {fastest} changes fastest. If the "
        f"equations jump there (where, sign, heaviside), smooth the jump; if they are stiff, take BDF, Radau or LSODA; "
        f"else loosen the tolerances.",
    )


def joined(plan: Plan, failed: Mapping[int, Outcome], now: Outcome) -> Outcome:
    """How a run ended in which some trials failed, in that order, and the others came to what `now` says."""
    if not failed or now.status != "done":
        return now
    first = next(iter(failed.values()))
    if (plan.trials or 1) == 1:
        return first
    return Outcome("failed", first.code, f"{first.message} So {len(failed)} of {plan.trials} trials failed.")


def _first_bad(plan: Plan, trial: int, values: Floats) -> tuple[str, str]:
    index = int(np.flatnonzero(~np.isfinite(values))[0])
    return element(plan, trial, index), "not a number" if np.isnan(values[index]) else "infinite"
