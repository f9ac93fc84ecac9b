"""What must hold of a plan before any backend sees it."""

from __future__ import annotations

import math

import numpy as np

from neurodyn.backends.plan import Floats, Plan
from neurodyn.errors import InputError
from neurodyn.system.room import check_room

# SciPy's solvers replace a smaller relative tolerance by this one, with a warning.
LEAST_RTOL = 100 * float(np.finfo(float).eps)


def check(plan: Plan) -> None:
    """Refuse a plan that no backend could carry out, in one sentence."""
    check_span(plan.t0, plan.until)
    _check_tolerances(plan)
    _check_start(plan)
    _check_save_points(plan)
    _check_memory(plan)


def check_span(t0: float, until: float) -> None:
    """Refuse a span that is empty, or has no end."""
    for name, value in (("t0", t0), ("until", until)):
        if not math.isfinite(value):
            raise InputError(f"{name} is {value}.", code="not-finite-time", remedy="Give a finite time.")
    if until == t0:
        raise InputError(
            f"The span is empty: the run begins and ends at t = {t0:g}.",
            code="empty-span",
            remedy="Give an end that differs from the beginning.",
        )


def _check_tolerances(plan: Plan) -> None:
    # With trials the relative tolerance is divided by sqrt(trials); see scipy_backend.
    least = LEAST_RTOL * math.sqrt(plan.trials or 1)
    if not least <= plan.rtol < 1:
        raise InputError(
            f"rtol is {plan.rtol:g}.",
            code="bad-tolerance",
            remedy=f"Give a relative tolerance from {least:.1e}, which is all that rounding leaves, to below 1.",
        )
    if not 0 < plan.atol < math.inf:
        raise InputError(
            f"atol is {plan.atol:g}.",
            code="bad-tolerance",
            remedy="Give an absolute tolerance above 0, in units of the states' scales.",
        )


def _check_start(plan: Plan) -> None:
    from neurodyn.backends.outcome import element

    bad = np.flatnonzero(~np.isfinite(plan.start))
    if bad.size:
        value = plan.start.ravel()[bad[0]]
        raise InputError(
            f"{element(plan, *divmod(int(bad[0]), plan.system.layout.size))} starts at {value}.",
            code="bad-start",
            remedy="Start from finite numbers.",
        )


def _check_save_points(plan: Plan) -> None:
    times = plan.save_at
    if times is None:
        return
    if times.ndim != 1 or times.size == 0:
        raise InputError(
            "save_at holds no times." if times.size == 0 else "save_at is not a list of times.",
            code="bad-save-points",
            remedy="Give one or more times, or leave it out for a regular grid.",
        )
    if not np.isfinite(times).all():
        raise InputError("save_at holds a time that is not finite.", code="bad-save-points", remedy="Leave it out.")
    low, high = min(plan.t0, plan.until), max(plan.t0, plan.until)
    outside = times[(times < low) | (times > high)]
    if outside.size:
        raise InputError(
            f"save_at asks for t = {outside[0]:g}, outside the run from {plan.t0:g} to {plan.until:g}.",
            code="bad-save-points",
            remedy="Save within the run, or make the run longer.",
        )
    _check_order(plan, times)


def _check_order(plan: Plan, times: Floats) -> None:
    steps = np.diff(times) * (1 if plan.forward else -1)
    if (steps > 0).all():
        return
    if (steps < 0).any():
        k = int(np.flatnonzero(steps < 0)[0])
        before, after = times[k : k + 2]
        raise InputError(
            f"save_at is out of order: {after:g} comes after {before:g}.",
            code="bad-save-points",
            remedy="Sort the times."
            if plan.forward
            else "Time runs backwards here: sort the times from late to early.",
        )
    times, counts = np.unique(times, return_counts=True)
    strange = times[counts > np.where(np.isin(times, plan.edges()), 2, 1)]
    if strange.size:
        raise InputError(
            f"save_at asks for t = {strange[0]:g} more than once.",
            code="bad-save-points",
            remedy="Give each time once; an edge of an input may stand twice, for the values before and after it.",
        )


def _check_memory(plan: Plan) -> None:
    if plan.save_at is not None:
        times = plan.save_at.size
        remedy = "Save at fewer times: give save_at, or run fewer trials."
        check_room(f"Saving {times} times takes", 8.0 * times * plan.start.size, "too-much-to-save", remedy)
