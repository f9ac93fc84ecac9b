"""What lanes do not have of events, and what a system must be for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neurodyn.backends.ensemble.choice import NOT_IN_LANES, check, is_implicit
from neurodyn.backends.plan import Plan
from neurodyn.errors import InputError
from neurodyn.system.happenings import Happenings

REMEDY = "Give dt, for fixed steps, or take the backend scipy."


def check_lanes(plan: Plan, happenings: Happenings) -> None:
    """Refuse events that lanes do not have, and steps that they cannot take."""
    check(plan)
    if plan.dt is not None:
        raise InputError(
            "Lanes choose their own steps where there are events, and dt is given.",
            code="fixed-step",
            remedy="Leave dt out, or the target.",
        )
    if is_implicit(plan):
        raise InputError(
            f"{plan.method} has no events.",
            code="method-implicit",
            remedy="Take DOP853, or the backend scipy with BDF.",
        )
    reasons = {
        "its impulses arrive later": bool(happenings.delays),
        "impulses are counted in each step": any(event.counted for event in happenings.events.values()),
    }
    for reason in (reason for reason, holds in reasons.items() if holds):
        raise InputError(
            f"The backend ensemble cannot run {plan.system.name} in lanes: {reason}.",
            code="missing-ability",
            remedy=REMEDY,
        )


@contextmanager
def fitting(plan: Plan) -> Iterator[None]:
    """Where a system is refused in lanes, say that fixed steps may do."""
    try:
        yield
    except InputError as error:
        if error.code not in NOT_IN_LANES:
            raise
        raise InputError(error.sentence, code=error.code, remedy=REMEDY) from None
