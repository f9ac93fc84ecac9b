"""How many threads matrix products take: one where the products are small."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from neurodyn.backends.plan import Plan

# Multiplications of the largest product of one evaluation. Below the first bound BLAS takes one thread anyway; up to
# the second (about a millisecond) waking and joining threads costs more than it saves, and much more on a busy
# machine: a product of 300 x 64 x 30 took 5.7 ms on two threads of a loaded machine, and 0.8 ms on one.
LEAST, MOST = 2**13, 2**22


def few_threads(plan: Plan) -> AbstractContextManager[object]:
    """A context in which BLAS takes one thread, if the products of the plan are small."""
    largest = max((value.size for value in plan.system.values.values()), default=0)
    if not LEAST <= largest * (plan.trials or 1) < MOST:
        return nullcontext()
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits
