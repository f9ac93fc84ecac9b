"""Rules for sums of terms and products of factors as they are written; deltas become diagonals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import sympy as sp
from sympy import Add, Expr, Idx, Mul, Pow, Rational, S

from neurodyn.calculus.nodes import Delta, Expm1, Exprel
from neurodyn.program.arithmetic import Signed, addition, product
from neurodyn.program.builder import Letter, Ref
from neurodyn.program.context import Context
from neurodyn.program.positions import diagonal


def exact(coefficient: Expr) -> Rational:
    """A numeric coefficient as a fraction."""
    return coefficient if isinstance(coefficient, sp.Rational) else Rational(coefficient)


def fraction(factors: Sequence[Expr]) -> tuple[list[Expr], list[Expr]]:
    """The factors above and below the line."""
    over, under = [], []
    for factor in factors:
        if isinstance(factor, Pow) and factor.exp.is_number and factor.exp.is_negative:
            under.append(Pow(factor.base, -factor.exp))
        else:
            over.append(factor)
    return over, under


def multiply(ctx: Context, expr: sp.Basic) -> Ref:
    """A product of factors."""
    coefficient, rest = expr.as_coeff_Mul()
    factors = list(Mul.make_args(rest))
    deltas = [f for f in factors if _is_diagonal(ctx, f)]
    if deltas:
        return _on_diagonals(ctx, None, [(False, expr)])
    over, under = fraction(_stable(factors))
    above, below = [_shared(f) for f in over], [_shared(f) for f in under]
    coefficient *= prod((c for c, _ in above), start=S.One) / prod((c for c, _ in below), start=S.One)
    return product(ctx.builder, [ctx.lower(f) for _, f in above], [ctx.lower(f) for _, f in below], exact(coefficient))


def _shared(factor: Expr) -> tuple[Expr, Expr]:
    """A number that all terms of a bracket have, but for signs, and the bracket without it."""
    if not isinstance(factor, Add):
        return S.One, factor
    parts = [term.as_coeff_Mul() for term in factor.args]
    sizes = {abs(c) for c, _ in parts}
    if len(sizes) > 1:
        return S.One, factor
    (common,) = sizes
    return common, Add(*((c / common) * rest for c, rest in parts))


def add(ctx: Context, expr: sp.Basic) -> Ref:
    """A sum of terms. A number that all share is multiplied once."""
    stable = _difference_of_one(expr)
    if stable is not None:
        return product(ctx.builder, (ctx.lower(stable[1]),), (), exact(stable[0]))
    common, bracket = _shared(expr)
    parts = [term.as_coeff_Mul() for term in bracket.args]
    terms = [(bool(c < 0), abs(c) * rest) for c, rest in parts]
    plain = [(minus, ctx.lower(t)) for minus, t in terms if not _has_diagonal(ctx, t)]
    result = addition(ctx.builder, plain) if plain else None
    on_diagonal = [(minus, t) for minus, t in terms if _has_diagonal(ctx, t)]
    if on_diagonal:
        result = _on_diagonals(ctx, result, on_diagonal)
    assert result is not None
    return result if common == 1 else product(ctx.builder, (result,), (), exact(common))


def _is_diagonal(ctx: Context, factor: Expr) -> bool:
    """Whether a factor is a delta of two letters with equally many values."""
    if not isinstance(factor, Delta) or not all(isinstance(a, Idx) and ctx.is_axis(a) for a in factor.args):
        return False
    a, b = factor.args
    return ctx.builder.size(a) == ctx.builder.size(b)


def _has_diagonal(ctx: Context, term: Expr) -> bool:
    return any(_is_diagonal(ctx, f) for f in Mul.make_args(term))


def _on_diagonals(ctx: Context, dense: Ref | None, terms: Sequence[tuple[bool, Expr]]) -> Ref:
    """`dense` plus terms that hold deltas: their other factors are added on diagonals, no dense array is made."""
    groups: dict[tuple[tuple[Letter, Letter], ...], list[Signed]] = {}
    for minus, term in terms:
        factors = Mul.make_args(term)
        pairs = tuple(sorted((tuple(f.args) for f in factors if _is_diagonal(ctx, f)), key=str))
        kept = _representatives(pairs)
        rest = ctx.lower(Mul(*(f for f in factors if not _is_diagonal(ctx, f))))
        groups.setdefault(pairs, []).append((minus, diagonal(ctx, rest.renamed(kept))))
    for pairs, values in groups.items():
        dense = _add_on(ctx, dense, pairs, addition(ctx.builder, values))
    assert dense is not None
    return dense


def _representatives(pairs: Sequence[tuple[Letter, Letter]]) -> dict[Letter, Letter]:
    """For each letter of the deltas the first of the letters that equal it."""
    kept: dict[Letter, Letter] = {}
    for a, b in pairs:
        first, second = kept.get(a, a), kept.get(b, b)
        kept.update({x: first for x, y in kept.items() if y == second})
        kept.update({a: first, b: first})
    return kept


def _add_on(ctx: Context, dense: Ref | None, pairs: Sequence[tuple[Letter, Letter]], value: Ref) -> Ref:
    kept: Mapping[Letter, Letter] = _representatives(pairs)
    build = ctx.builder
    dense = dense or build.literal(0.0)
    paired = Ref(dense.value, tuple(dict.fromkeys(x for pair in pairs for x in pair)))
    axes = build.joint_axes((dense, value, paired))
    if set(dense.axes) != set(axes):
        dense = build.emit("broadcast", (dense,), axes)
    return build.emit("add_diagonal", (dense, value), dense.axes, over=[kept.get(a, a) for a in dense.axes])


def _difference_of_one(expr: sp.Basic) -> tuple[Expr, Expr] | None:
    """`c*exp(u) - c` as `c` times the form that is exact near 0."""
    if len(expr.args) != 2 or not expr.args[0].is_Number:
        return None
    c = -expr.args[0]
    other = expr.args[1] / c
    return (c, Expm1(other.args[0])) if isinstance(other, sp.exp) else None


def _stable(factors: list[Expr]) -> list[Expr]:
    """`u/(exp(u) - 1)` becomes `1/exprel(u)`, and `(exp(u) - 1)/u` becomes `exprel(u)`."""
    for factor in factors:
        base, exponent = factor.as_base_exp()
        if abs(exponent) != 1 or not isinstance(base, Add):
            continue
        grown = _difference_of_one(base)
        if grown is None:
            continue
        c, u = grown[0], grown[1].args[0]
        for other in factors:
            ratio = _ratio(other, u, -exponent)
            if other is not factor and ratio is not None:
                rest = [f for f in factors if f is not factor and f is not other]
                return _stable([*rest, ratio * Pow(c, exponent), Pow(Exprel(u), exponent)])
    return factors


def _ratio(factor: Expr, u: Expr, exponent: Expr) -> Expr | None:
    """The number k with `factor == k*u**exponent`, or None."""
    base, power = factor.as_base_exp()
    if power != exponent:
        return None
    leading, of_u = (sp.Add.make_args(sp.expand(x))[-1] for x in (base, u))
    k = leading / of_u
    if not k.is_number or sp.expand(base - k * u) != 0:
        return None
    return Pow(k, exponent)
