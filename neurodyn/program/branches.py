"""Rule for case distinctions."""

from __future__ import annotations

import sympy as sp

from neurodyn.program.builder import Ref
from neurodyn.program.context import Context
from neurodyn.program.elementary import select
from neurodyn.program.positions import zero_beyond


def where(ctx: Context, expr: sp.Basic) -> Ref:
    """One value where a condition holds, else another; a branch that is never taken is not computed."""
    condition, a, b = expr.args
    chosen = ctx.lower(condition)
    known = ctx.builder.number(chosen)
    if known is not None:
        return ctx.lower(a if known else b)
    if b == 0:
        padded = zero_beyond(ctx, condition, a)
        if padded is not None:
            return padded
    return select(ctx, chosen, ctx.lower(a), ctx.lower(b))
