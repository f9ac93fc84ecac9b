"""Rules for numbers, elementwise functions, powers and conditions."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp
from sympy import Expr, Idx, Pow

from neurodyn.calculus.nodes import LogCosh, Softplus
from neurodyn.errors import InputError
from neurodyn.program.arithmetic import binary, product
from neurodyn.program.builder import Ref
from neurodyn.program.context import Context
from neurodyn.program.program import literal_value
from neurodyn.program.runtime import LARGEST_POWER
from neurodyn.program.spellings import CONDITIONS, FUNCTIONS


def number(ctx: Context, expr: sp.Basic) -> Ref:
    """A number, rounded once to the nearest double."""
    if isinstance(expr, sp.Rational):
        return ctx.builder.literal(expr.p / expr.q)
    if expr is sp.nan or expr is sp.zoo or not isinstance(expr, Expr):
        raise InputError(f"`{expr}` is no number.", code="not-lowered", remedy="Look for a division by zero.")
    return ctx.builder.literal(float(expr))


def truth(ctx: Context, expr: sp.Basic) -> Ref:
    """`true` or `false`."""
    return ctx.builder.literal(bool(expr))


def letter(ctx: Context, expr: sp.Basic) -> Ref:
    """A letter as a number: its position."""
    assert isinstance(expr, Idx)
    return ctx.builder.emit("positions", (), (expr,), data=ctx.builder.size(expr))


def function(ctx: Context, expr: sp.Basic) -> Ref:
    """A function of the table."""
    refs = [ctx.lower(a) for a in expr.args]
    op = FUNCTIONS[type(expr)].op
    return binary(ctx.builder, op, *refs) if len(refs) == 2 else ctx.builder.elementwise(op, refs)


def relation(ctx: Context, expr: sp.Basic) -> Ref:
    """A comparison of two values."""
    a, b = (ctx.lower(x) for x in expr.args)
    return binary(ctx.builder, FUNCTIONS[type(expr)].op, a, b)


def connective(ctx: Context, expr: sp.Basic) -> Ref:
    """`and`, `or`: small conditions are joined before large ones, those that are known decide or drop out."""
    op = "and" if isinstance(expr, sp.And) else "or"
    refs = sorted((ctx.lower(a) for a in expr.args), key=lambda r: ctx.builder.volume(r.axes))
    decides = not isinstance(expr, sp.And)
    known = [bool(n) for n in map(ctx.builder.number, refs) if n is not None]
    refs = [r for r in refs if ctx.builder.number(r) is None]
    if decides in known:
        return ctx.builder.literal(decides)
    if not refs:
        return ctx.builder.literal(not decides)
    result = refs[0]
    for ref in refs[1:]:
        result = binary(ctx.builder, op, result, ref)
    return result


def select(ctx: Context, condition: Ref, a: Ref, b: Ref) -> Ref:
    """`a` where the condition holds, else `b`."""
    return ctx.builder.elementwise("select", (condition, a, b))


def as_number(ctx: Context, ref: Ref) -> Ref:
    """1 where a condition holds, else 0."""
    step = ctx.builder.steps[ref.value]
    if step.op == "literal":
        return ctx.builder.literal(float(literal_value(step)))
    if step.op in CONDITIONS:
        return ctx.builder.elementwise("as_number", (ref,))
    return ref


def delta(ctx: Context, expr: sp.Basic) -> Ref:
    """1 where two positions are equal, as an array of its own: sums and products do without it (`terms.py`)."""
    a, b = (ctx.lower(x) for x in expr.args)
    return as_number(ctx, binary(ctx.builder, "equal", a, b))


def sign(ctx: Context, expr: sp.Basic) -> Ref:
    """The sign, with a value of one's own at 0."""
    x = ctx.lower(expr.args[0])
    result = ctx.builder.elementwise("sign", (x,))
    if len(expr.args) == 1:
        return result
    at_zero = binary(ctx.builder, "equal", x, ctx.builder.literal(0.0))
    return select(ctx, at_zero, ctx.lower(expr.args[1]), result)


def stop(ctx: Context, expr: sp.Basic) -> Ref:
    """The value itself."""
    return ctx.lower(expr.args[0])


def logarithm(ctx: Context, expr: sp.Basic) -> Ref:
    """A logarithm, in its stable form where there is one."""
    (x,) = expr.args
    if isinstance(x, sp.cosh):
        return ctx.lower(LogCosh(x.args[0]))
    if isinstance(x, sp.Add) and len(x.args) == 2 and sp.S.One in x.args:
        other = x - 1
        if isinstance(other, sp.exp):
            return ctx.lower(Softplus(other.args[0]))
        return ctx.builder.elementwise("log1p", (ctx.lower(other),))
    return ctx.builder.elementwise("log", (ctx.lower(x),))


def power(ctx: Context, expr: sp.Basic) -> Ref:
    """A power: products for whole exponents, square roots for halves, divisions for negative ones."""
    base, exponent = expr.args
    if exponent.is_number and exponent.is_negative:
        return product(ctx.builder, (), (ctx.lower(Pow(base, -exponent)),))
    x = ctx.lower(base)
    if isinstance(exponent, sp.Rational) and exponent.q <= 2 and exponent <= LARGEST_POWER:
        whole, half = divmod(Fraction(int(exponent.p), int(exponent.q)), 1)
        parts = [_whole_power(ctx, x, int(whole))] if whole else []
        return product(ctx.builder, [*parts, ctx.builder.elementwise("sqrt", (x,))] if half else parts)
    return binary(ctx.builder, "power", x, ctx.lower(exponent))


def _whole_power(ctx: Context, x: Ref, n: int) -> Ref:
    return x if n == 1 else ctx.builder.elementwise("whole_power", (x,), data=n)
