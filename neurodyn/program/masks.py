"""Sums of products of which only some terms take part.

`j != i` is the whole sum less the one term, where all terms are sure to be finite; other masks set a factor to zero,
in the setup where that factor and the mask are constant. A factor that can be infinite is always masked itself:
0 times infinity would be no number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from sympy import Expr, Idx, Indexed, Symbol

from neurodyn.calculus import nodes, reductions
from neurodyn.calculus.letters import name_of
from neurodyn.calculus.positions import Position
from neurodyn.program.arithmetic import addition, product
from neurodyn.program.builder import Letter, Ref
from neurodyn.program.context import Context
from neurodyn.program.contraction import contract
from neurodyn.program.elementary import as_number, select
from neurodyn.program.positions import place

# Functions whose value is finite for every finite argument and cannot overflow.
BOUNDED = (
    sp.Add, sp.Mul, sp.sin, sp.cos, sp.tanh, sp.atan, sp.erf,
    nodes.Delta, nodes.Where, nodes.Heaviside, nodes.Sign, nodes.Stop, nodes.Floor, nodes.Absolute, nodes.Relu,
    nodes.Larger, nodes.Smaller, nodes.Sigmoid, nodes.Softplus, nodes.LogCosh, nodes.Atan2, nodes.I0e, nodes.I1e,
    reductions.Sum, reductions.Norm, reductions.Softmax, reductions.Count,
    sp.logic.boolalg.Boolean, sp.Tuple, Position,
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A factor of a sum, and the expression that it stands for but for constant scales."""

    ref: Ref
    expr: sp.Basic


def is_bounded(ctx: Context, expr: sp.Basic) -> bool:
    """Whether the form of an expression makes it finite wherever the named quantities are."""
    if expr not in ctx.bounded:
        ctx.bounded[expr] = False  # for a recursion that comes back to it
        ctx.bounded[expr] = _is_bounded(ctx, expr)
    return ctx.bounded[expr]


def _is_bounded(ctx: Context, expr: sp.Basic) -> bool:
    if isinstance(expr, (Symbol, Indexed)) and name_of(expr) in ctx.definitions:
        return is_bounded(ctx, ctx.definitions[name_of(expr)].expr)
    if isinstance(expr, (Symbol, Indexed, Idx, sp.Number, sp.NumberSymbol)):
        return True
    if isinstance(expr, sp.Pow):
        return bool(expr.exp.is_Integer and expr.exp > 0) and is_bounded(ctx, expr.base)
    return isinstance(expr, BOUNDED) and all(is_bounded(ctx, a) for a in expr.args)


def masked_sum(ctx: Context, values: Sequence[Value], mask: Sequence[sp.Basic], letters: Sequence[Idx]) -> Ref:
    """The sum over `letters`, where all conditions hold, of the product of the values."""
    refs = [v.ref for v in values]
    if not mask:
        return _sum(ctx, refs, letters)
    condition = ctx.lower(sp.And(*mask))
    known = ctx.builder.number(condition)
    if known is not None:
        return _sum(ctx, refs, letters) if known else ctx.builder.literal(0.0)
    holders = [k for k, r in enumerate(refs) if set(r.axes) >= set(condition.axes)]
    holders.sort(key=lambda k: (not ctx.builder.is_constant(refs[k]), ctx.builder.volume(refs[k].axes)))
    in_setup = bool(holders) and all(ctx.builder.is_constant(r) for r in (condition, refs[holders[0]]))
    bounded = [is_bounded(ctx, v.expr) for v in values]
    excluded = _excluded(ctx, mask, letters) if all(bounded) and not in_setup else None
    if excluded is not None:
        return _less_one(ctx, refs, letters, *excluded)
    zero, one = ctx.builder.literal(0.0), ctx.builder.literal(1.0)
    for k, is_finite in enumerate(bounded):
        if k in holders[:1]:
            refs[k] = select(ctx, condition, refs[k], zero)
        elif not is_finite:
            refs[k] = select(ctx, condition, refs[k], one)
    if not holders:
        refs.append(as_number(ctx, condition))
    return _sum(ctx, refs, letters)


def _sum(ctx: Context, refs: Sequence[Ref], letters: Sequence[Letter]) -> Ref:
    """The sum of products; a letter that no value has counts how often each term stands."""
    present = frozenset[Letter]().union(*(r.axes for r in refs))
    times = ctx.builder.volume(x for x in letters if x not in present)
    if not refs:
        return ctx.builder.literal(float(times))
    return product(ctx.builder, [contract(ctx.builder, refs, present & frozenset(letters))], (), sp.Integer(times))


def _excluded(ctx: Context, mask: Sequence[sp.Basic], letters: Sequence[Idx]) -> tuple[Idx, Expr] | None:
    """The letter and its one excluded position, if the mask is no more than that."""
    if len(mask) != 1 or not isinstance(mask[0], sp.Ne):
        return None
    for one, other in (mask[0].args, reversed(mask[0].args)):
        if one not in letters:
            continue
        size = ctx.builder.size(one)
        if isinstance(other, Idx) and ctx.builder.size(other) == size:
            return one, other
        if other.is_Integer and 0 <= other < size:
            return one, other
    return None


def _less_one(ctx: Context, refs: Sequence[Ref], letters: Sequence[Idx], letter: Idx, position: Expr) -> Ref:
    whole = _sum(ctx, refs, letters)
    there = [place(ctx, r, {letter: position}) for r in refs]
    return addition(ctx.builder, [(False, whole), (True, _sum(ctx, there, [x for x in letters if x != letter]))])
