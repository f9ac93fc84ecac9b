"""Rules for reductions other than the plain sum: masks act inside, with the neutral element."""

from __future__ import annotations

import math
from collections.abc import Sequence

import sympy as sp
from sympy import S

from neurodyn.calculus.reductions import (
    ArgLargest,
    ArgSmallest,
    Count,
    KthLargest,
    Largest,
    LogSumExp,
    Product,
    Reduction,
    Smallest,
    Softmax,
)
from neurodyn.program.arithmetic import binary, product
from neurodyn.program.builder import Letter, Ref
from neurodyn.program.context import Context
from neurodyn.program.elementary import as_number, select
from neurodyn.program.on_edges import OnEdges, context_of
from neurodyn.program.positions import place
from neurodyn.program.spellings import WEIGHT

NEUTRAL = {
    LogSumExp: -math.inf,
    Softmax: -math.inf,
    Largest: -math.inf,
    KthLargest: -math.inf,
    ArgLargest: -math.inf,
    Smallest: math.inf,
    ArgSmallest: math.inf,
    Product: 1.0,
}

OPS = {
    Largest: "largest",
    Smallest: "smallest",
    ArgLargest: "arg_largest",
    ArgSmallest: "arg_smallest",
    Product: "product",
}


def reduce_over(ctx: Context, op: str, ref: Ref, letters: Sequence[Letter]) -> Ref:
    """Reduce those of the letters that the value has."""
    over = [a for a in ref.axes if a in letters]
    if over:
        ref = ctx.builder.emit(op, (ref,), [a for a in ref.axes if a not in letters], over=over)
    return ctx.reduced(op, ref, letters) if isinstance(ctx, OnEdges) else ref


def masked(ctx: Context, expr: Reduction, mask: sp.Basic) -> Ref:
    """The body, with the neutral element where the mask leaves a term out."""
    body = ctx.lower(expr.body)
    if mask is S.true:
        return body
    condition = ctx.lower(mask)
    if ctx.builder.number(condition) == 1:
        return body
    return select(ctx, condition, body, ctx.builder.literal(NEUTRAL[type(expr)]))


def missing(ctx: Context, ref: Ref, expr: Reduction) -> int:
    """How often each term stands for itself: the number of positions of the letters that the value lacks."""
    return ctx.builder.volume([x for x in expr.letters if x not in ref.axes and ctx.is_axis(x)])


def simple(ctx: Context, expr: sp.Basic) -> Ref:
    """The largest or smallest term, its position, or the product of the terms."""
    assert isinstance(expr, Reduction)
    ctx, mask = context_of(ctx, expr)
    body = masked(ctx, expr, mask)
    if isinstance(expr, (ArgLargest, ArgSmallest)) and expr.letters[0] not in body.axes:
        return ctx.builder.literal(0.0)
    result = reduce_over(ctx, OPS[type(expr)], body, expr.letters)
    times = missing(ctx, body, expr)
    if isinstance(expr, Product) and times > 1:
        return ctx.builder.elementwise("whole_power", (result,), data=times)
    return result


def kth(ctx: Context, expr: sp.Basic) -> Ref:
    """The k-th largest term; those that take no part count as -infinity, and there is none before the first."""
    assert isinstance(expr, KthLargest)
    body, rank = masked(ctx, expr, expr.mask), ctx.lower(expr.rank)
    [letter] = expr.letters
    if letter not in body.axes:
        body = ctx.builder.emit("broadcast", (body,), (*body.axes, letter))
    axes = [a for a in ctx.builder.joint_axes((body, rank)) if a != letter]
    return ctx.builder.emit("kth", (body, rank), axes, over=[letter])


def count(ctx: Context, expr: sp.Basic) -> Ref:
    """How many terms fulfil body and mask."""
    assert isinstance(expr, Count)
    ctx, mask = context_of(ctx, expr)
    condition = ctx.lower(sp.And(expr.body, mask))
    result = reduce_over(ctx, "count", condition, expr.letters)
    if result == condition:
        result = as_number(ctx, condition)
    return product(ctx.builder, (result,), (), sp.Integer(missing(ctx, condition, expr)))


def _exponentials(ctx: Context, expr: Reduction, mask: sp.Basic) -> tuple[Ref, Ref, Ref]:
    """The largest exponent, exponentials relative to it, and their sum: shared by `logsumexp` and `softmax`."""
    build = ctx.builder
    body = masked(ctx, expr, mask)
    top = build.elementwise("finite_or_zero", (reduce_over(ctx, "largest", body, expr.letters),))
    terms = build.elementwise("exp", (binary(build, "subtract", body, ctx.gathered(top)),), WEIGHT)
    return top, terms, reduce_over(ctx, "sum", terms, expr.letters)


def logsumexp(ctx: Context, expr: sp.Basic) -> Ref:
    """log of the sum of exponentials, without overflow; -infinity where no term takes part."""
    assert isinstance(expr, LogSumExp)
    ctx, mask = context_of(ctx, expr)
    top, terms, total = _exponentials(ctx, expr, mask)
    times = ctx.builder.literal(float(missing(ctx, terms, expr)))
    logarithm = ctx.builder.elementwise("log", (product(ctx.builder, (total, times)),))
    return binary(ctx.builder, "add", logarithm, top)


def softmax(ctx: Context, expr: sp.Basic) -> Ref:
    """exp of the body at a position over the sum of exponentials; 0 where no term takes part."""
    assert isinstance(expr, Softmax)
    here, mask = context_of(ctx, expr)
    _, terms, total = _exponentials(here, expr, mask)
    total = ctx.builder.elementwise("one_if_zero", (total,))
    times = ctx.builder.literal(float(missing(here, terms, expr)))
    weights = product(ctx.builder, (terms,), (here.gathered(total), times))
    return place(ctx, weights, dict(zip(expr.letters, expr.at, strict=True)))
