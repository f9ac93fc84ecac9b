"""Where a flow or map jumps: across a jump slopes say nothing, so boxes are looked at that lie on one side of each.

What jumps is told by expressions that are constant in a box if nothing jumps there: the step, sign or floor itself, and
1 or 0 for a condition.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy import Add, Dummy, Idx, Mul, Pow, S

from neurodyn.calculus.continuity import is_continuous
from neurodyn.calculus.letters import names_in
from neurodyn.calculus.nodes import Floor, Heaviside, Sign, Stop, Where
from neurodyn.calculus.reductions import LogSumExp, Norm, Product, Reduction, Softmax, Sum
from neurodyn.calculus.rewrite import inline
from neurodyn.calculus.through import Through
from neurodyn.language.spell import spell
from neurodyn.program.lower import Output
from neurodyn.system.structure import Structure

STEPS = (Floor, Heaviside, Sign)
# Reductions whose value is continuous in the terms.
REDUCTIONS = (LogSumExp, Norm, Product, Softmax, Sum)


class Unknown(Exception):
    """What jumps in a way that is not known, as text."""


def jumps(structure: Structure) -> list[Output]:
    """What is constant where nothing jumps; empty for what is continuous.

    Raises:
        Unknown: for a term that is not shown to jump at such places alone.
    """
    states, found = frozenset(structure.model.states), list[Output]()
    through = Through(structure.varying)
    for name, row in {**structure.flows, **structure.maps}.items():
        full = inline(row.expr, through.definitions, through.stop)
        if names_in(full) & through.stop:
            raise Unknown(f"{name} depends on a recursion along a letter")
        for term in Add.make_args(full):
            try:
                parts = list(_jumping(term, row.letters, states))
            except Unknown as error:
                raise Unknown(f"{error} in the equation of {name}, in the term `{spell(term)}`") from None
            found += [Output(f"jump {len(found) + k}", letters, expr) for k, (letters, expr) in enumerate(parts)]
    return found


def _jumping(
    expr: sp.Basic, letters: tuple[Idx, ...], states: frozenset[str]
) -> Iterator[tuple[tuple[Idx, ...], sp.Expr]]:
    if expr.has(Stop):
        raise Unknown("no slope passes stop")
    if names_in(expr).isdisjoint(states) or is_continuous(expr, states):
        return
    if isinstance(expr, Reduction):
        body, mask, bound = expr.open()
        if not isinstance(expr, REDUCTIONS) or not names_in(mask).isdisjoint(states):
            raise Unknown(f"nothing is known of jumps of {type(expr).__name__.lower()}")
        yield from _jumping(body, (*letters, *bound), states)
        return
    if isinstance(expr, Where):
        yield letters, Where(expr.args[0], S.One, S.Zero)
    elif isinstance(expr, STEPS):
        yield letters, expr
    elif not isinstance(expr, (Add, Mul, Pow)) and not _is_smooth(expr):
        raise Unknown(f"nothing is known of jumps of {type(expr).__name__.lower()}")
    for argument in expr.args[1:] if isinstance(expr, Where) else expr.args:
        yield from _jumping(argument, letters, states)


def _is_smooth(expr: sp.Basic) -> bool:
    """Whether a function is continuous in its arguments."""
    inside = [Dummy(f"u{k}", real=True) for k in range(len(expr.args))]
    return isinstance(expr, sp.Function) and is_continuous(expr.func(*inside), frozenset(u.name for u in inside))
