"""Derivatives of indexed expressions, by rules of our own: SymPy's `diff` captures bound letters."""

from __future__ import annotations

import sympy as sp
from sympy import Add, Expr, Function, Idx, Indexed, Mul, Pow, S, Symbol

from neurodyn.calculus.contract import keep, sum_over
from neurodyn.calculus.letters import Reference, free_letters, indices_of, name_of, names_in, reindex
from neurodyn.calculus.nodes import (
    Absolute,
    Delta,
    Elementwise,
    Heaviside,
    LogCosh,
    Relu,
    Sigmoid,
    Sign,
    Softplus,
    Stop,
    Where,
)
from neurodyn.calculus.positions import Position, is_valid
from neurodyn.calculus.reductions import (
    ArgLargest,
    ArgSmallest,
    Count,
    KthLargest,
    Largest,
    LogSumExp,
    Norm,
    Product,
    Reduction,
    Smallest,
    Softmax,
    Sum,
)
from neurodyn.calculus.rewrite import TRUE


def derivative(expr: Expr, by: Reference) -> Expr:
    """The derivative of `expr` by the quantity `by`, deltas contracted.

    `by` is a symbol or an indexed quantity; its letters must be free in `expr` or absent from it. Kinks
    (`max`, `relu`, `abs`) take the one-sided value that their node states; `stop`, `sign`, `floor` give 0.

    Raises:
        TypeError: for an unresolved `dA/dB`, or a function without a known derivative.
    """
    if name_of(by) not in names_in(expr) or isinstance(expr, Position):
        return S.Zero
    if isinstance(expr, (Indexed, Symbol)) and not isinstance(expr, Idx):
        return _leaf(expr, by)
    if isinstance(expr, Add):
        return Add(*(derivative(a, by) for a in expr.args))
    if isinstance(expr, Mul):
        return _product(expr, by)
    if isinstance(expr, Pow):
        return _power(expr, by)
    if isinstance(expr, Reduction):
        return _reduction(expr, by)
    if isinstance(expr, Where):
        condition, a, b = expr.args
        return keep(condition, derivative(a, by)) + keep(sp.Not(condition), derivative(b, by))
    if isinstance(expr, Function):
        return _function(expr, by)
    raise TypeError(f"no derivative of {type(expr).__name__}")


def _leaf(expr: Reference, by: Reference) -> Expr:
    if name_of(expr) != name_of(by):
        # The name occurs in an index position (`xi[which, i]`): whole numbers have no derivative.
        return S.Zero
    return Mul(*(Delta(a, b) for a, b in zip(indices_of(expr), indices_of(by), strict=True)))


def _product(expr: Mul, by: Reference) -> Expr:
    terms = []
    for k, factor in enumerate(expr.args):
        d = derivative(factor, by)
        if d is not S.Zero:
            terms.append(Mul(*expr.args[:k], d, *expr.args[k + 1 :]))
    return Add(*terms)


def _power(expr: Pow, by: Reference) -> Expr:
    base, exponent = expr.args
    if isinstance(base, Relu) and exponent.is_number and exponent > 1:
        # The power that is left is 0 wherever the step is.
        return exponent * Pow(base, exponent - 1) * derivative(base.args[0], by)
    d_base, d_exponent = derivative(base, by), derivative(exponent, by)
    result = S.Zero
    if d_base is not S.Zero:
        result += exponent * Pow(base, exponent - 1) * d_base
    if d_exponent is not S.Zero:
        result += expr * sp.log(base) * d_exponent
    return result


def _function(expr: Function, by: Reference) -> Expr:
    if _is_flat(expr):
        return S.Zero
    expr = _stable(expr)
    terms = []
    for k, argument in enumerate(expr.args):
        if not isinstance(argument, Expr):
            raise TypeError(f"no derivative of {type(expr).__name__}")
        d = derivative(argument, by)
        if d is not S.Zero:
            terms.append(_slope(expr, k + 1) * d)
    return Add(*terms)


def _slope(expr: Function, place: int) -> Expr:
    """The derivative of a function by one of its arguments."""
    slope = expr.fdiff(place)
    if not isinstance(expr, Elementwise) and slope.has(sp.Derivative, sp.Subs, sp.DiracDelta):
        raise TypeError(f"no derivative of {type(expr).__name__}")
    return slope


def _stable(expr: Function) -> Function:
    """log(cosh(x)) and log(1 + exp(x)) as the nodes whose derivatives do not overflow; anything else as it is."""
    inside = expr.args[0] if isinstance(expr, sp.log) else S.Zero
    if isinstance(inside, sp.cosh):
        return LogCosh(inside.args[0])
    rest = inside - 1 if isinstance(inside, sp.Add) else S.Zero
    return Softplus(rest.args[0]) if isinstance(rest, sp.exp) else expr


def _is_flat(expr: Function) -> bool:
    return isinstance(expr, Elementwise) and type(expr).fdiff is Elementwise.fdiff


def _reduction(expr: Reduction, by: Reference) -> Expr:
    if isinstance(expr, (Count, ArgLargest, ArgSmallest)):
        return S.Zero
    body, mask, letters = expr.open()
    d = derivative(body, by)
    if d is S.Zero:
        return S.Zero
    match expr:
        case Sum():
            return sum_over(d, letters, mask)
        case LogSumExp():
            return _mean(d, body, mask, letters)
        case Softmax():  # d p[at] = p[at]*(d e[at] - sum of p[b]*d e[b] over b)
            put = dict(zip(letters, expr.at, strict=True))
            here = reindex(d, put)
            if not _is_finite(d, frozenset(letters)):
                here = keep(reindex(mask, put), here)
            return expr * (here - _mean(d, body, mask, letters))
        case Norm():
            return Where(sp.Gt(expr, 0), 1 / expr, 0) * sum_over(body * d, letters, mask)
        case Largest() | Smallest() | KthLargest():
            # At a tie: the mean of the derivatives of the tied terms, a subgradient.
            tied = sp.Eq(body, expr)
            return sum_over(keep(tied, d), letters, mask) / sum_over(Where(tied, 1, 0), letters, mask)
        case Product():
            return sum_over(_others(expr, letters) * d, letters, mask)
    raise TypeError(f"no derivative of {type(expr).__name__}")


def _mean(d: Expr, body: Expr, mask: sp.Basic, letters: tuple[Idx, ...]) -> Expr:
    """The mean of `d` under the weights of a softmax.

    These are 0 where the mask leaves a term out, so the sum needs no mask of its own, and stays a matrix product;
    unless `d` may be infinite there.
    """
    weight = Softmax(body, mask, letters, letters)
    return sum_over(weight * d, letters, TRUE if _is_finite(d, frozenset(letters)) else mask)


_BOUNDED = (Delta, Heaviside, Sign, Sigmoid, sp.tanh, sp.sin, sp.cos, sp.erf, sp.atan, Softmax)
_GROWING = (sp.Add, sp.Mul, Sum, Absolute, Relu, LogCosh, Softplus, Stop)


def _is_finite(expr: sp.Basic, letters: frozenset[Idx]) -> bool:
    """Whether the expression is surely finite at all positions of the letters, as long as the quantities are."""
    if isinstance(expr, Indexed):
        return all(is_valid(x) or free_letters(x).isdisjoint(letters) for x in expr.indices)
    if not expr.args or isinstance(expr, (Idx, Position)) or free_letters(expr).isdisjoint(letters):
        return True
    if isinstance(expr, Pow):
        return bool(expr.exp.is_Integer and expr.exp > 0) and _is_finite(expr.base, letters)
    if isinstance(expr, Reduction):
        return isinstance(expr, (Sum, Softmax)) and _is_finite(expr.body, letters | expr.bound)
    return isinstance(expr, (*_BOUNDED, *_GROWING)) and all(_is_finite(a, letters) for a in expr.args)


def _others(expr: Product, letters: tuple[Idx, ...]) -> Expr:
    """The product of all terms but that at `letters`: right also where a term is 0."""
    body, mask, inner = expr.open()
    differs = sp.Or(*(sp.Ne(a, b) for a, b in zip(inner, letters, strict=True)))
    return Product(body, sp.And(mask, differs), inner)
