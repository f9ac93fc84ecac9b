"""Expressions written out in terms of states and parameters, but for functions of time alone, which keep their names.

`a = exp(-t**2)` stays `a`, and so does what is the same in a rate of it: then 1/(1 - a**2) is a fraction in a.
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from neurodyn.calculus.letters import quantity
from neurodyn.calculus.rewrite import inline, names_reached
from neurodyn.system.structure import Structure


def written_out(structure: Structure, expr: Expr) -> Expr:
    """The expression without definitions that vary, except names for one function of time alone, such as exp(-t)."""
    own = structure.model.definitions
    known = structure.varying
    moving = {*structure.model.variables, *structure.model.inputs, *structure.by_trial, *structure.delayed}
    clocks = frozenset(
        n for n in own
        if n in known and not known[n].letters and isinstance(known[n].expr, (sp.exp, sp.sin, sp.cos, sp.tanh))
        and names_reached(n, structure.definitions).isdisjoint(moving)
    )  # fmt: skip
    short = inline(expr, known, stop=clocks)
    return short.xreplace({inline(known[n].expr, known): quantity(n) for n in clocks})
