"""Rules for plain sums: factors, masks, and sums of sums.

Sums inside the body of a binder are lowered with the binder's own reserved letters, so no new sum may be built of
them as an expression: this file handles body, mask and letters side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

import sympy as sp
from sympy import Add, Expr, Idx, Mul, Pow, S

from neurodyn.calculus.letters import free_letters
from neurodyn.calculus.reductions import Norm, Sum
from neurodyn.program.arithmetic import Signed, addition, handed, peel, product
from neurodyn.program.builder import Letter, Ref
from neurodyn.program.context import Context
from neurodyn.program.edge_sums import edge_terms, edge_total
from neurodyn.program.masks import Value, masked_sum
from neurodyn.program.squares import squared_distance
from neurodyn.program.terms import exact, fraction

SMALL = 4096  # elements of an array below which it is not worth while to split a bracket


def plain_sum(ctx: Context, expr: sp.Basic) -> Ref:
    """A sum over letters."""
    assert isinstance(expr, Sum)
    outer, inner = _conditions(expr.mask, expr.bound)
    condition = ctx.lower(sp.And(*outer))
    known = ctx.builder.number(condition)
    if known == 0:
        return ctx.builder.literal(0.0)
    result = total(ctx, expr.body, inner, expr.letters)
    if known is None:
        result = ctx.builder.elementwise("select", (condition, result, ctx.builder.literal(0.0)))
    return result


def norm(ctx: Context, expr: sp.Basic) -> Ref:
    """The square root of the sum of squares."""
    assert isinstance(expr, Norm)
    squares = total(ctx, Pow(expr.body, 2), _conjuncts(expr.mask), expr.letters)
    return ctx.builder.elementwise("sqrt", (squares,))


def _conjuncts(mask: sp.Basic) -> list[sp.Basic]:
    return [] if mask is S.true else list(mask.args) if isinstance(mask, sp.And) else [mask]


def _conditions(mask: sp.Basic, bound: frozenset[Idx]) -> tuple[list[sp.Basic], list[sp.Basic]]:
    """The parts of the mask without and with bound letters."""
    parts = _conjuncts(mask)
    inner = [c for c in parts if free_letters(c) & bound]
    return [c for c in parts if c not in inner], inner


def total(ctx: Context, body: Expr, mask: Sequence[sp.Basic], letters: Sequence[Idx]) -> Ref:
    """The sum of `body` over `letters` where all conditions of `mask` hold."""
    coefficient, rest = body.as_coeff_Mul()
    factors = list(Mul.make_args(rest))
    if ctx.supports.on and any(map(ctx.supports.concerns, (rest, *mask))):
        terms = edge_terms(ctx, rest, mask, letters)
        if terms is not None:
            return _sum_of_terms(ctx, coefficient, terms, mask, letters)
        edges = edge_total(ctx, factors, mask, letters, total)
        if edges is not None:
            return _times(ctx, coefficient, edges[0], [edges[1]], [])
    if not mask:
        distance = _distance(ctx, factors, letters)
        if distance is not None:
            outside, ref = distance
            return _times(ctx, coefficient, outside, [ref], [])
    terms = _split(ctx, factors, frozenset(letters))
    if terms is not None:
        return _sum_of_terms(ctx, coefficient, terms, mask, letters)
    return _sum_of_product(ctx, coefficient, factors, mask, letters)


def _sum_of_terms(
    ctx: Context, coefficient: Expr, terms: Sequence[Expr], mask: Sequence[sp.Basic], letters: Sequence[Idx]
) -> Ref:
    """The terms of an opened bracket, each summed by itself."""
    parts: list[Signed] = []
    for term in terms:
        c, factor = (coefficient * term).as_coeff_Mul()
        parts.append((bool(c < 0), total(ctx, abs(c) * factor, mask, letters)))
    return addition(ctx.builder, parts)


def _times(ctx: Context, coefficient: Expr, outside: Sequence[Expr], over: Sequence[Ref], under: Sequence[Ref]) -> Ref:
    """What stands in the sum, times what stands outside."""
    above, below = fraction(outside)
    refs = [*over, *(ctx.lower(f) for f in above)]
    return product(ctx.builder, refs, [*under, *(ctx.lower(f) for f in below)], exact(coefficient))


def _distance(ctx: Context, factors: list[Expr], letters: Sequence[Idx]) -> tuple[list[Expr], Ref] | None:
    """A squared distance times what does not hold the letters."""
    bound = frozenset[Letter](letters)
    inside = [f for f in factors if ctx.axes_of(f) & bound]
    if len(inside) != 1 or not isinstance(inside[0], Pow) or inside[0].exp != 2:
        return None
    ref = squared_distance(ctx, inside[0].base, letters)
    return None if ref is None else ([f for f in factors if f is not inside[0]], ref)


def _split(ctx: Context, factors: list[Expr], bound: frozenset[Letter]) -> list[Expr] | None:
    """The terms of the product when a bracket in it is better opened than made an array; None when none is."""
    for factor in factors:
        base, exponent = factor.as_base_exp()
        if (
            isinstance(base, Add)
            and exponent in (1, 2, 3)
            and ctx.axes_of(base) & bound
            and _is_costly(ctx, base, exponent)
        ):
            others = Mul(*(f for f in factors if f is not factor))
            opened = base if exponent == 1 else sp.expand(factor, deep=False)
            return [others * term for term in Add.make_args(opened)]
    return None


def _is_costly(ctx: Context, bracket: Add, exponent: Expr) -> bool:
    """Whether the bracket is a larger array than its parts, or a large one that a matrix product avoids.

    A power of a bracket is opened only where there is no other way: its terms cancel.
    """
    whole = ctx.axes_of(bracket)
    if len(whole) < 2:
        return False
    factors = [[ctx.axes_of(f) for f in Mul.make_args(term)] for term in bracket.args]
    full = [any(axes == whole for axes in term) for term in factors]
    if not any(full):
        return True
    is_product = any(len({axes for axes in term if axes}) > 1 for term in factors)
    return not all(full) and (is_product or (exponent == 1 and ctx.builder.volume(whole) > SMALL))


def _sum_of_product(
    ctx: Context, coefficient: Expr, factors: list[Expr], mask: Sequence[sp.Basic], letters: Sequence[Idx]
) -> Ref:
    bound = frozenset[Letter](letters)
    outside = [f for f in factors if not ctx.axes_of(f) & bound]
    values = _values(ctx, [f for f in factors if ctx.axes_of(f) & bound])
    kept = frozenset[Letter]().union(*(v.ref.axes for v in values)) - bound
    peeled = [peel(ctx.builder, v.ref, bound, ctx.builder.volume(kept)) for v in values]
    values = [replace(v, ref=p.core) for v, p in zip(values, peeled, strict=True)]
    if not mask:
        values = [replace(v, ref=r) for v, r in zip(values, handed(ctx.builder, [v.ref for v in values]), strict=True)]
    over = [masked_sum(ctx, values, mask, letters), *(r for p in peeled for r in p.over)]
    under = [r for p in peeled for r in p.under]
    return _times(ctx, prod(p.sign for p in peeled) * coefficient, outside, over, under)


def _values(ctx: Context, inside: Sequence[Expr]) -> list[Value]:
    """The values to be multiplied and summed.

    Factors with equal letters are one value, but two when there is no other: these are a dot product.
    """
    groups: dict[frozenset[Letter], list[Expr]] = {}
    for factor in inside:
        groups.setdefault(ctx.axes_of(factor), []).append(factor)
    parts: list[Expr] = []
    for group in groups.values():
        if len(groups) == 1:
            group = [f for factor in group for f in _two(factor)]
            parts, group = group[:1], group[1:]
        parts.extend([Mul(*group)] if group else [])
    return [Value(ctx.lower(part), part) for part in parts]


def _two(factor: Expr) -> list[Expr]:
    return [factor.base] * 2 if isinstance(factor, Pow) and factor.exp == 2 else [factor]
