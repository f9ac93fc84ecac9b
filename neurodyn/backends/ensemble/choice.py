"""What the backend is asked for: the mode, and the method."""

from __future__ import annotations

from difflib import get_close_matches

from neurodyn.backends.ensemble.methods import implicit_names, names, rosenbrock, tableau
from neurodyn.backends.plan import LANES, Plan
from neurodyn.errors import InputError

ARRAYS = "arrays"
# Why a system is refused in lanes; as whole arrays it runs.
NOT_IN_LANES = frozenset({"too-large", "not-unrolled", "not-compiled", "curved-input", "own-input", "stepped"})
# Above it the pair of order 5 does with fewer evaluations, below that of order 8.
CROSSOVER = 1e-6
# With more pieces than these a run consists of first steps, which suit an estimate of low order.
MANY_PIECES = 10
FIXED = "rk4"


def check(plan: Plan) -> None:
    """Refuse what no mode can do, and modes that cannot do this."""
    if plan.save_at is None:
        raise InputError(
            "The backend ensemble saves at given times, not at the steps of its runs.",
            code="bad-save-points",
            remedy="Leave save_at out, or give times; the backend scipy saves steps.",
        )
    if plan.reduce and (plan.noisy or plan.discrete):
        raise InputError(
            f"The backend ensemble reduces flows without noise, and {plan.system.name} is none.",
            code="missing-ability",
            remedy=f"Take the backend {'map' if plan.discrete else 'scipy'}.",
        )
    if (plan.noisy or plan.discrete) and plan.target == ARRAYS:
        raise InputError(
            f"The backend ensemble carries out {'maps' if plan.discrete else 'white noise'} in lanes alone, and the "
            f"target is arrays.",
            code="missing-ability",
            remedy=f"Leave the target out, or take the backend {'map' if plan.discrete else 'scipy'}.",
        )


def check_storage(plan: Plan) -> None:
    """Refuse to keep matrices in fewer bits where that is for arrays alone."""
    if plan.storage is None:
        return
    if plan.target == LANES or plan.noisy or plan.discrete or "event:reset" in plan.needed or is_implicit(plan):
        raise InputError(
            f"The backend ensemble has storage {plan.storage} for flows in arrays alone: by explicit methods, without "
            "noise and events.",
            code="missing-ability",
            remedy="Leave storage out." if plan.discrete else "Leave storage out, or take the backend fixed or scipy.",
        )


def chosen_method(plan: Plan) -> str:
    """The method that the plan names, or the default: order 5 for loose tolerances and for many pieces, else 8.

    With dt it is the one of fixed steps.
    """
    if plan.method is None and plan.dt is not None:
        return FIXED
    if plan.method is None:
        loose = plan.rtol >= CROSSOVER or plan.edges().size > MANY_PIECES
        return "tsit5" if loose else "dop853"
    method = plan.method.lower()
    if is_implicit(plan):
        _check_implicit(plan)
        return method
    if method not in names():
        near = get_close_matches(method, names(), 1)
        known = [*(tableau(name).name for name in names()), *(rosenbrock(name).name for name in implicit_names())]
        raise InputError(
            f"The ensemble backend has no method {plan.method}.",
            code="unknown-method",
            remedy=f"Did you mean {tableau(near[0]).name}?" if near else f"It has: {', '.join(known)}.",
        )
    steps = "takes fixed steps" if not tableau(method).error else "chooses its own steps"
    if bool(tableau(method).error) == (plan.dt is not None):
        raise InputError(
            f"{tableau(method).name} {steps}, and dt is {'missing' if plan.dt is None else 'given'}.",
            code="fixed-step",
            remedy="Give dt." if plan.dt is None else "Leave dt out: rtol and atol say how exact a run is.",
        )
    return method


def is_implicit(plan: Plan) -> bool:
    """Whether the method that is asked for is one for lanes alone."""
    return plan.method is not None and plan.method.lower() in implicit_names()


def _check_implicit(plan: Plan) -> None:
    """Refuse an implicit method where it has no Jacobian, or cannot have its steps."""
    name = rosenbrock(str(plan.method).lower()).name
    if plan.dt is not None:
        raise InputError(
            f"{name} chooses its own steps, and dt is given.",
            code="fixed-step",
            remedy="Leave dt out: rtol and atol say how exact a run is.",
        )
    if plan.target == ARRAYS or plan.system.wirings:
        what = "is for lanes" if plan.target == ARRAYS else "needs the Jacobian written out, and this one is sparse"
        raise InputError(
            f"{name} {what}.",
            code="method-implicit",
            remedy="Take the backend scipy with BDF or Radau for stiff systems.",
        )
