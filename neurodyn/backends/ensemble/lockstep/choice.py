"""Which method takes steps of fixed length."""

from __future__ import annotations

from neurodyn.backends.ensemble.choice import chosen_method
from neurodyn.backends.fixed_choice import NOISE
from neurodyn.backends.noisy import METHODS, check_method, default_method
from neurodyn.backends.plan import Plan
from neurodyn.errors import InputError

SYNCHRONOUS = "synchronous"


def fixed_method(plan: Plan) -> str:
    """The method that a plan names, or the one that suits.

    With white noise these are the methods of all backends; else those of `chosen_method`.
    """
    if plan.discrete:
        return _update(plan)
    if not plan.noisy:
        return chosen_method(plan)
    named = default_method(plan) if plan.method is None else plan.method.lower()
    method = NOISE.get(named, named)
    if method not in METHODS:
        raise InputError(
            f"The backend ensemble has no method {plan.method} for white noise.",
            code="unknown-method",
            remedy=f"It has: {', '.join(METHODS)}.",
        )
    check_method(plan, method)
    return method


def _update(plan: Plan) -> str:
    """How a map is updated."""
    if plan.history is not None:
        raise InputError(
            f"The backend ensemble cannot run {plan.system.name}: it looks back at earlier steps.",
            code="missing-ability",
            remedy="Take the backend map.",
        )
    if plan.method not in (None, SYNCHRONOUS):
        raise InputError(
            f"The backend ensemble has no method {plan.method} for maps.",
            code="unknown-method",
            remedy=f"Leave it out: {plan.system.name} says itself how it is updated ({SYNCHRONOUS}).",
        )
    return SYNCHRONOUS
