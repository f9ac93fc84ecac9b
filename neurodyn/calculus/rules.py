"""Identities that the normal form knows: fewer kinds of functions, symmetric entries, logarithms of weights."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Expr, Indexed

from neurodyn.calculus.letters import name_of, reindex
from neurodyn.calculus.nodes import (
    Elementwise,
    Expm1,
    Flag,
    Heaviside,
    Larger,
    Log1p,
    LogCosh,
    Relu,
    Sigmoid,
    Smaller,
    Softplus,
    Where,
)
from neurodyn.calculus.reductions import LogSumExp, Softmax, height
from neurodyn.calculus.rewrite import transform

# How many times an angle is taken apart: sin(3*x) is one of three.
MOST_ANGLES = 4


def angles(whole: Expr) -> tuple[Expr, Expr] | None:
    """An angle as two, if it is a sum or a small multiple."""
    if isinstance(whole, sp.Add):
        one = whole.args[0]
        return one, whole - one
    number, rest = whole.as_coeff_Mul()
    if rest is not sp.S.One and number.is_Integer and 2 <= abs(number) <= MOST_ANGLES:
        one = rest if number > 0 else -rest
        return one, whole - one
    return None


def _sine(u: Expr) -> Expr | None:
    two = angles(u)
    return two and sp.sin(two[0]) * sp.cos(two[1]) + sp.cos(two[0]) * sp.sin(two[1])


def _cosine(u: Expr) -> Expr | None:
    two = angles(u)
    return two and sp.cos(two[0]) * sp.cos(two[1]) - sp.sin(two[0]) * sp.sin(two[1])


# What each function is in terms of fewer kinds; None where it stays as it is.
RULES: dict[type, Callable[..., Expr | None]] = {
    Relu: lambda u: Where(u > 0, u, 0),
    Heaviside: lambda u: Where(u > 0, 1, 0),
    Larger: lambda a, b: b + Where(a > b, a - b, 0),
    Smaller: lambda a, b: a - Where(a > b, a - b, 0),
    Sigmoid: lambda u: (1 + sp.tanh(u / 2)) / 2,
    Softplus: lambda u: u / 2 + sp.log(2) + LogCosh(u / 2),
    Expm1: lambda u: sp.exp(u) - 1,
    Log1p: lambda u: sp.log(1 + u),
    sp.sinh: lambda u: sp.tanh(u) * sp.cosh(u),
    sp.sin: _sine,
    sp.cos: _cosine,
}


def log_softmax(weight: Softmax) -> Expr:
    """The logarithm of a weight that no mask touches."""
    body, mask, letters = weight.open()
    return reindex(body, dict(zip(letters, weight.at, strict=True))) - LogSumExp(body, mask, letters)


class Entry(Elementwise):
    """`Entry(W, i, j)`: an entry of a symmetric quantity; its positions are sorted whenever letters change."""

    nargs = 3
    unordered = True

    @classmethod
    def eval(cls, name: sp.Symbol, a: Expr, b: Expr) -> Expr | None:
        return cls(name, b, a) if a.compare(b) > 0 else None


class EntryBit(Entry, Flag):
    """An entry of a symmetric quantity that is 0 or 1."""


class Bit(Flag):
    """`Bit(m, i, ...)`: an entry of a quantity that is 0 or 1."""

    nargs = tuple(range(1, 8))


def marked(expr: Expr, symmetric: frozenset[str], bits: frozenset[str]) -> Expr:
    """The expression with entries of symmetric quantities, and of those that are 0 or 1, as such."""

    def change(node: sp.Basic) -> sp.Basic:
        if not isinstance(node, Indexed) or height(node) > 0:
            return node
        is_bit, name, at = name_of(node) in bits, node.base.label, node.indices
        if name_of(node) in symmetric and len(at) == 2:
            return (EntryBit if is_bit else Entry)(name, *at)
        return Bit(name, *at) if is_bit else node

    return transform(expr, change) if symmetric or bits else expr
