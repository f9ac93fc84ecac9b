"""Sums over the edges of a support: sparse matrix products where they are linear, else edge by edge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy import Add, Expr, Idx, Mul

from neurodyn.calculus.letters import free_letters
from neurodyn.calculus.supports import Place
from neurodyn.program.arithmetic import product
from neurodyn.program.builder import Letter, Ref
from neurodyn.program.context import Context
from neurodyn.program.contraction import contract
from neurodyn.program.masks import Value, masked_sum
from neurodyn.program.on_edges import OnEdges, nested, without_place
from neurodyn.program.program import TRIAL

Total = Callable[[Context, Expr, Sequence[sp.Basic], Sequence[Idx]], Ref]


@dataclass(frozen=True)
class EdgeSum:
    """A sum of a product over the edges of a place.

    Attributes:
        factors: those that hold a bound letter, as expressions.
        values: further factors, lowered already, each over one end.
        outside: the factors without bound letters.
    """

    factors: list[Expr]
    values: list[Ref]
    outside: list[Expr]


def edge_terms(ctx: Context, body: Expr, mask: Sequence[sp.Basic], letters: Sequence[Idx]) -> list[Expr] | None:
    """The terms of a sum of which some run over edges and others do not; None where one loop does it all."""
    supports = ctx.supports
    terms = supports.terms(body, letters)
    if len(terms) > 1 and supports.around(body, sp.And(*mask), letters) is None:
        return terms
    return _linear_terms(ctx, body, mask, letters)


def _linear_terms(ctx: Context, body: Expr, mask: Sequence[sp.Basic], letters: Sequence[Idx]) -> list[Expr] | None:
    """`k[i,j]*(x[j] - x[i])` as two terms, of which each is a matrix product."""
    place = ctx.supports.around(body, sp.And(*mask), letters)
    if place is None or mask:
        return None
    factors = Mul.make_args(body)
    pair = frozenset(place[1:])
    for k, factor in enumerate(factors):
        if not isinstance(factor, Add) or not pair <= ctx.axes_of(factor):
            continue
        if all(len(pair & ctx.axes_of(term)) < 2 for term in factor.args):
            return [Mul(*factors[:k], term, *factors[k + 1 :]) for term in factor.args]
    return None


def edge_total(
    ctx: Context, factors: Sequence[Expr], mask: Sequence[sp.Basic], letters: Sequence[Idx], again: Total
) -> tuple[list[Expr], Ref] | None:
    """The sum of a product of factors, if it runs over edges: what stands outside of it, and the sum.

    Args:
        again: sums what is left of it by the rules for all sums.
    """
    place = ctx.supports.around(Mul(*factors), sp.And(*mask), letters)
    if place is None:
        return None
    if isinstance(ctx, OnEdges):
        raise nested(place[0])
    mask = [c for c in sp.And.make_args(without_place(ctx, sp.And(*mask), place)) if c is not sp.S.true]
    ends = {x: k for k, x in enumerate(place[1:]) if isinstance(x, Idx)}
    here = ctx.on_edges(place[0], ends)
    bound = frozenset[Letter](letters)
    found = _without_further_edges(ctx, place, factors, mask, letters, again)
    rest = [x for x in letters if x not in ends and (not found.values or x in _letters_of(found.factors))]
    if len(bound & ends.keys()) == 1 and not mask:
        ref = _matrix_product(here, found, rest, next(x for x in ends if x in bound))
        if ref is not None:
            return found.outside, ref
    values = [Value(here.spread(here.lower(f)) if k == 0 else here.lower(f), f) for k, f in enumerate(found.factors)]
    values = values or [Value(here.spread(ctx.builder.literal(1.0)), sp.S.One)]
    if len(bound & ends.keys()) == 2:
        values += [Value(here.gathered(v), sp.S.One) for v in found.values]
        return found.outside, masked_sum(here, values, mask, [here.edge, *rest])
    ref = masked_sum(here, values, mask, rest)
    if found.values:
        ref = product(ctx.builder, [ref, *(here.gathered(v) for v in found.values)])
    return found.outside, here.reduced("sum", ref, letters)


def _letters_of(factors: Sequence[Expr]) -> frozenset[Idx]:
    return frozenset[Idx]().union(*(free_letters(f) for f in factors))


def _without_further_edges(
    ctx: Context,
    place: Place,
    factors: Sequence[Expr],
    mask: Sequence[sp.Basic],
    letters: Sequence[Idx],
    again: Total,
) -> EdgeSum:
    """The product with sums over further edges, `k[i,j]*w[j,l]*x[l]`, done first: those are values over one end."""
    bound = frozenset[Letter](letters)
    rest = [x for x in letters if x not in place[1:]]
    outside = [f for f in factors if not ctx.axes_of(f) & bound]
    inside = [f for f in factors if ctx.axes_of(f) & bound]
    further = [f for f in inside if any(not set(p[1:]).isdisjoint(rest) for p in ctx.supports.mentioned(f))]
    if not further:
        return EdgeSum(inside, [], outside)
    inner = [f for f in inside if free_letters(f) & set(rest)]
    of_mask = [c for c in mask if free_letters(c) & set(rest)]
    if of_mask or set(place[1:]) <= _letters_of(inner):
        raise nested(place[0])
    return EdgeSum([f for f in inside if f not in inner], [again(ctx, Mul(*inner), (), rest)], outside)


def _matrix_product(here: OnEdges, found: EdgeSum, rest: Sequence[Idx], over: Idx) -> Ref | None:
    """Weights of edges times values at the bound end; None where that is not what the sum is."""
    plain, build = here.plain, here.builder
    weights = [f for f in found.factors if here.ends.keys() <= plain.axes_of(f)]
    others = [f for f in found.factors if f not in weights]
    if not others and not found.values:
        return None
    weight = product(build, [here.lower(f) for f in weights])
    if tuple(weight.axes) != (here.edge,):
        return None
    values = [*(plain.lower(f) for f in others), *found.values]
    present = frozenset[Letter]().union(*(v.axes for v in values))
    if not present <= {over, TRIAL, *rest, *(x for v in values for x in v.axes if x not in here.ends)}:
        return None
    if not set(rest) <= present or over not in present:
        return None
    x = contract(build, values, rest)
    side = 1 - here.ends[over]
    matrix = build.emit("edge_matrix", (here.wires, weight), (), data=side)
    kept = next(letter for letter in here.ends if letter != over)
    axes = [kept if a == over else a for a in x.axes]
    return build.emit("edge_product", (matrix, x), axes, data=x.axes.index(over))
