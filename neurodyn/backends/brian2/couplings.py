"""How units read one another in the flow.

`function` reads functions of whole groups at each stage of a step: of the order of the method, on the target numpy.
`summed` reads sums that synapses add up at the begin of a step: of order 1, on all targets.
"""

from __future__ import annotations

from neurodyn.backends.brian2.targets import NUMPY
from neurodyn.backends.plan import Plan
from neurodyn.errors import InputError

FUNCTION, SUMMED = "function", "summed"
COUPLINGS = (FUNCTION, SUMMED)


def coupling_of(plan: Plan) -> str:
    """The coupling that a plan names, else the one of highest order that its target has."""
    if plan.coupling == FUNCTION and plan.target != NUMPY:
        raise InputError(
            f"The target {plan.target} has no coupling function: its code goes from unit to unit.",
            code="coupling-target",
            remedy=f'Take coupling="{SUMMED}", or target="{NUMPY}".',
        )
    return plan.coupling or (FUNCTION if plan.target == NUMPY else SUMMED)
