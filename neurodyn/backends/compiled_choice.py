"""When a flow that a solver calls state by state is compiled."""

from __future__ import annotations

import math

from neurodyn.backends.plan import Plan
from neurodyn.errors import InputError

COMPILED, PYTHON = "compiled", "python"
# Loading LLVM and code from the disk takes as long as some thousand evaluations as arrays; each one after that takes a
# tenth. The count says when, so that a run has the same bits whatever was compiled before it.
FIRST_COMPILED = 1_000
# More operations take longer to compile than they save, and arrays compute them as fast.
MOST_OPERATIONS, MOST_STATES = 1_000, 100


def first_compiled(plan: Plan) -> float:
    """The number of the evaluation from which on compiled code is called; infinite for never.

    Raises:
        InputError: where compiled code was asked for, and there can be none.
    """
    if plan.target == PYTHON:
        return math.inf
    reason = _hindrance(plan)
    if plan.target != COMPILED:
        return math.inf if reason else FIRST_COMPILED
    if reason:
        raise InputError(
            f"The target is {COMPILED}, which is for one run of a small flow, and this one has {reason}.",
            code="not-compiled",
            remedy="Leave the target out; for many trials of a small system take the backend ensemble.",
        )
    return 1


def _hindrance(plan: Plan) -> str:
    """What compiled code for one state at a time does not do."""
    asked = {
        "trials": plan.trials is not None,
        "white noise": plan.noisy,
        "delays": plan.remembers or bool(plan.signals and plan.system.structure.delayed),
        "large matrices in 32 bits": plan.storage is not None,
        f"more than {MOST_STATES} states": plan.system.layout.size > MOST_STATES,
    }
    for what, is_so in asked.items():
        if is_so:
            return what
    return "bounds of states" if any(state.clip for state in plan.system.model.states.values()) else ""
