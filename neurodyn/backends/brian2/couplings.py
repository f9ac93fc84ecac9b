"""How units read one another in the flow.

`function` reads functions of whole groups at each stage of a step: of the order of the method, on the target numpy.
`unrolled` writes the flow out, number by number: of the order of the method on all targets, for small networks.
`summed` reads sums that synapses add up at the begin of a step: of order 1, on all targets.
"""

from __future__ import annotations

from neurodyn.backends.brian2.methods import TABLEAUS
from neurodyn.backends.brian2.refuse import refused
from neurodyn.backends.brian2.targets import NUMPY
from neurodyn.backends.brian2.unrolled import is_coupled, why_not
from neurodyn.backends.plan import Plan
from neurodyn.errors import InputError

# How many numbers of state are written out without being asked for: more take minutes to compile.
USUAL = 12
COUPLINGS = FUNCTION, SUMMED, UNROLLED = "function", "summed", "unrolled"


def coupling_of(plan: Plan, method: str) -> str:
    """The coupling that a plan names, else the one of highest order that its target has without long compiling."""
    if plan.coupling == FUNCTION and plan.target != NUMPY:
        raise InputError(
            f"The target {plan.target} has no coupling function: its code goes from unit to unit.",
            code="coupling-target",
            remedy=f'Take coupling="{SUMMED}" or "{UNROLLED}", or target="{NUMPY}".',
        )
    if plan.coupling == UNROLLED:
        return _unrolled(plan, method)
    if plan.coupling or plan.target == NUMPY:
        return plan.coupling or FUNCTION
    pays = method in TABLEAUS and TABLEAUS[method].order > 1 and plan.system.layout.size <= USUAL
    return UNROLLED if pays and not why_not(plan, method) and is_coupled(plan) else SUMMED


def _unrolled(plan: Plan, method: str) -> str:
    """Where units read nothing of others there is nothing to write out, and all modes are one."""
    if not is_coupled(plan):
        return SUMMED
    reason = why_not(plan, method)
    if reason:
        remedy = f'Take coupling="{SUMMED}", of order 1, or target="{NUMPY}" and no coupling.'
        raise refused(plan.system.name, reason, remedy)
    return UNROLLED
