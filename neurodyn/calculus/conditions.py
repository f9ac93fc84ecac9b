"""Conditions in a standard form, so that `i != j` and `j != i` are one."""

from __future__ import annotations

import sympy as sp
from sympy import And, Eq, Ge, Gt, Ne, Not, Or


def ordered(condition: sp.Basic) -> sp.Basic:
    """The condition with the two sides of each comparison in a standard order; itself if they are already."""
    if isinstance(condition, (Eq, Ne)):
        a, b = condition.args
        return condition.func(b, a) if a.compare(b) > 0 else condition
    if isinstance(condition, (Gt, Ge)):
        return condition.reversed
    if isinstance(condition, (And, Or, Not)):
        parts = [ordered(c) for c in condition.args]
        same = all(p is c for p, c in zip(parts, condition.args, strict=True))
        return condition if same else condition.func(*parts)
    return condition
