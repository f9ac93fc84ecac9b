"""Whether an expression is convex in some quantities, by the rules of composition.

An expression is convex if it is a sum of convex terms with factors of one sign, or a convex function, increasing in
each argument that is convex, decreasing in each that is concave (Boyd and Vandenberghe 2004, Convex Optimization,
section 3.2; Grant, Boyd and Ye 2006). That an expression is not shown to be convex does not show that it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import sympy as sp
from sympy import Add, Expr, Mul, Pow, Rational

from neurodyn.calculus import nodes
from neurodyn.calculus.letters import indices_of, names_in
from neurodyn.calculus.range_of import Ranges
from neurodyn.calculus.ranges import Range
from neurodyn.calculus.reductions import Largest, LogSumExp, Norm, Reduction, Smallest, Sum


class Curvature(Enum):
    """The shape of an expression as a function of some quantities."""

    CONSTANT = "constant"
    AFFINE = "affine"
    CONVEX = "convex"
    CONCAVE = "concave"
    UNKNOWN = "unknown"

    @property
    def is_convex(self) -> bool:
        return self in (Curvature.CONSTANT, Curvature.AFFINE, Curvature.CONVEX)

    @property
    def is_concave(self) -> bool:
        return self in (Curvature.CONSTANT, Curvature.AFFINE, Curvature.CONCAVE)

    @property
    def is_affine(self) -> bool:
        return self in (Curvature.CONSTANT, Curvature.AFFINE)

    def __neg__(self) -> Curvature:
        return {CONVEX: CONCAVE, CONCAVE: CONVEX}.get(self, self)

    def __add__(self, other: Curvature) -> Curvature:
        for found in (CONSTANT, AFFINE, CONVEX, CONCAVE):
            if {self, other} <= _WITHIN[found]:
                return found
        return UNKNOWN


CONSTANT, AFFINE, CONVEX, CONCAVE, UNKNOWN = Curvature
_WITHIN = {
    CONSTANT: {CONSTANT},
    AFFINE: {CONSTANT, AFFINE},
    CONVEX: {CONSTANT, AFFINE, CONVEX},
    CONCAVE: {CONSTANT, AFFINE, CONCAVE},
}

# Which way a function goes, where its argument lies: 1 up, -1 down, 0 not known.
Way = Callable[[Range], int]


def _up(of: Range) -> int:
    return 1


def _even(of: Range) -> int:
    return 1 if of.is_nonnegative else -1 if of.is_nonpositive else 0


# Functions of one argument that are convex everywhere, and which way they go; concave ones follow.
_CONVEX: dict[type, Way] = {
    sp.exp: _up, nodes.Expm1: _up, nodes.Exprel: _up, nodes.Softplus: _up, nodes.Relu: _up, nodes.LogCosh: _even,
    nodes.Absolute: _even, sp.Abs: _even, sp.cosh: _even,
}  # fmt: skip
_CONCAVE: dict[type, Way] = {sp.log: _up, nodes.Log1p: _up}


@dataclass(frozen=True, eq=False)
class Shape:
    """Curvatures as functions of the quantities that are named.

    Args:
        ranges: what is known of the signs of factors and arguments.
    """

    names: frozenset[str]
    ranges: Ranges

    def of(self, expr: Expr) -> Curvature:
        """The curvature of an expression; definitions in it must have been put in."""
        if names_in(expr).isdisjoint(self.names):
            return CONSTANT
        if isinstance(expr, Add):
            return self._sum(expr)
        if isinstance(expr, Mul):
            return self._product(expr)
        if isinstance(expr, Pow):
            return self._power(expr)
        if isinstance(expr, Reduction):
            return self._reduction(expr)
        if isinstance(expr, sp.Function):
            return self._function(expr)
        looked_up = any(not names_in(x).isdisjoint(self.names) for x in indices_of(expr))
        return UNKNOWN if looked_up else AFFINE  # a reference to one of the quantities

    def _sum(self, expr: Add) -> Curvature:
        found = CONSTANT
        for term in expr.args:
            found += self.of(term)
        return found

    def _product(self, expr: Mul) -> Curvature:
        varying = [a for a in expr.args if not names_in(a).isdisjoint(self.names)]
        if len(varying) != 1:
            return UNKNOWN
        factor = self.ranges.of(Mul(*(a for a in expr.args if a is not varying[0])))
        return _scaled(self.of(varying[0]), factor)

    def _power(self, expr: Pow) -> Curvature:
        base, exponent = expr.base, expr.exp
        if not exponent.is_Rational or not names_in(exponent).isdisjoint(self.names):
            return UNKNOWN
        inner, values = self.of(base), self.ranges.of(base)
        if exponent == Rational(1, 2) and self._is_squares(base):
            return CONVEX
        if exponent.is_Integer and exponent % 2 == 0 and exponent > 0:
            return _composed(CONVEX, _even(values), inner)
        if exponent >= 1 and values.is_nonnegative:
            return _composed(CONVEX, 1, inner)
        if 0 < exponent < 1 and values.is_nonnegative:
            return _composed(CONCAVE, 1, inner)
        if exponent < 0 and values.is_positive:
            return _composed(CONVEX, -1, inner)
        return UNKNOWN

    def _is_squares(self, expr: Expr) -> bool:
        """Whether an expression is a sum of squares of affine ones: its root is a Euclidean norm."""
        if names_in(expr).isdisjoint(self.names):
            return self.ranges.is_nonnegative(expr)
        if isinstance(expr, Add):
            return all(self._is_squares(a) for a in expr.args)
        if isinstance(expr, Mul):
            varying = [a for a in expr.args if not names_in(a).isdisjoint(self.names)]
            rest = Mul(*(a for a in expr.args if a is not varying[0]))
            return len(varying) == 1 and self.ranges.is_nonnegative(rest) and self._is_squares(varying[0])
        if isinstance(expr, Sum):
            body, mask, _ = expr.open()
            return names_in(mask).isdisjoint(self.names) and self._is_squares(body)
        return isinstance(expr, Pow) and expr.exp == 2 and self.of(expr.base).is_affine

    def _is_log_convex(self, expr: Expr) -> bool:
        """Whether an expression is shown to be made of exponentials of convex ones by positive sums and products."""
        if names_in(expr).isdisjoint(self.names):
            return self.ranges.of(expr).is_positive
        if isinstance(expr, Sum):
            body, mask, _ = expr.open()
            return names_in(mask).isdisjoint(self.names) and self._is_log_convex(body)
        if isinstance(expr, (Add, Mul)):
            return all(self._is_log_convex(a) for a in expr.args)
        if isinstance(expr, sp.exp):
            return self.of(expr.args[0]).is_convex
        return isinstance(expr, sp.cosh) and self.of(expr.args[0]).is_affine

    def _reduction(self, expr: Reduction) -> Curvature:
        body, mask, _ = expr.open()
        if not names_in(mask).isdisjoint(self.names):
            return UNKNOWN
        inner = self.of(body)
        if isinstance(expr, Sum):
            return inner
        if isinstance(expr, (LogSumExp, Largest)):
            return _composed(CONVEX, 1, inner)
        if isinstance(expr, Smallest):
            return _composed(CONCAVE, 1, inner)
        if isinstance(expr, Norm):
            return _composed(CONVEX, _even(self.ranges.of(body)), inner)
        return UNKNOWN

    def _function(self, expr: sp.Function) -> Curvature:
        kind = type(expr)
        if kind in _CONCAVE and self._is_log_convex(expr.args[0]):
            return CONVEX
        if kind in _CONVEX:
            return _composed(CONVEX, _CONVEX[kind](self.ranges.of(expr.args[0])), self.of(expr.args[0]))
        if kind in _CONCAVE:
            return _composed(CONCAVE, _CONCAVE[kind](self.ranges.of(expr.args[0])), self.of(expr.args[0]))
        if kind in (nodes.Larger, nodes.Smaller):
            outer = CONVEX if kind is nodes.Larger else CONCAVE
            shapes = {_composed(outer, 1, self.of(a)) for a in expr.args}
            return outer if shapes <= _WITHIN[outer] else UNKNOWN
        if kind is nodes.Where and names_in(expr.args[0]).isdisjoint(self.names):
            return self.of(expr.args[1]) + self.of(expr.args[2])
        return UNKNOWN


def _scaled(of: Curvature, factor: Range) -> Curvature:
    if factor.is_nonnegative:
        return of
    if factor.is_nonpositive:
        return -of
    return of if of.is_affine else UNKNOWN


def _composed(outer: Curvature, way: int, inner: Curvature) -> Curvature:
    """The curvature of a convex or concave function of something."""
    if inner.is_affine:
        return outer if inner is AFFINE else CONSTANT
    good = (inner if way > 0 else -inner) if way else UNKNOWN
    return outer if good is outer else UNKNOWN
