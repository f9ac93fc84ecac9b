"""Between which numbers an expression lies, whatever its quantities are: the ground of what is said about signs.

A range may hold more than the values: that an expression is not shown to be positive does not show that it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce

import sympy as sp
from sympy import Add, Expr, Idx, Indexed, Mul, Pow, S, Symbol

from neurodyn.calculus import nodes
from neurodyn.calculus.letters import name_of
from neurodyn.calculus.ranges import (
    ANY,
    FLAG,
    FUNCTIONS,
    NONNEGATIVE,
    POSITIVE,
    Range,
    inverse,
    of_number,
    of_sign,
    power_end,
    size,
    total,
)
from neurodyn.calculus.reductions import (
    Count,
    Largest,
    LogSumExp,
    Norm,
    Product,
    Reduction,
    Smallest,
    Softmax,
    Sum,
)
from neurodyn.calculus.rewrite import Definition

Known = Callable[[str], Range | None]


@dataclass(frozen=True, eq=False)
class Ranges:
    """The ranges of expressions.

    Args:
        known: the range of a quantity, or None where nothing is known of it.
        definitions: what quantities stand for, where that is more than a range.
    """

    known: Known
    definitions: Mapping[str, Definition]
    _found: dict[str, Range] = field(default_factory=dict, repr=False)

    def of(self, expr: sp.Basic) -> Range:
        """The range of an expression at all positions of its letters."""
        if expr.is_number:
            return of_number(expr)
        if isinstance(expr, Idx):
            return NONNEGATIVE
        if isinstance(expr, (Indexed, Symbol)):
            return self._reference(expr)
        if isinstance(expr, Add):
            return self._sum(expr)
        if isinstance(expr, Mul):
            return reduce(Range.__mul__, (self.of(a) for a in expr.args))
        if isinstance(expr, Pow):
            return self._power(expr)
        if isinstance(expr, Reduction):
            return self._reduction(expr)
        if isinstance(expr, nodes.Where):
            return self.of(expr.args[1]).hull(self.of(expr.args[2]))
        return self._function(expr)

    def is_nonnegative(self, expr: Expr) -> bool:
        """Whether the expression is shown to be 0 or more."""
        return self.of(expr).is_nonnegative

    def is_finite(self, expr: Expr) -> bool:
        """Whether each denominator in the expression is shown to differ from 0."""
        powers = (p for p in expr.atoms(Pow) if not p.exp.is_nonnegative)
        return all(self.of(p.base).has_no_zero for p in powers)

    def _reference(self, expr: Expr) -> Range:
        if isinstance(expr, Symbol) and expr.is_integer:
            return Range(Fraction(1)) if expr.is_positive else ANY
        name = name_of(expr)
        found = self.known(name)
        if found is not None:
            return found
        if name not in self.definitions:
            return ANY
        if name not in self._found:
            self._found[name] = ANY  # as a recursion sees it
            self._found[name] = self.of(self.definitions[name].expr)
        return self._found[name]

    def _sum(self, expr: Add) -> Range:
        found = reduce(Range.__add__, (self.of(a) for a in expr.args))
        if found.is_nonnegative or found.is_nonpositive:
            return found
        together = sp.factor_terms(expr)
        return self.of(together) if isinstance(together, Mul) else found

    def _power(self, expr: Pow) -> Range:
        base, exponent = self.of(expr.base), expr.exp
        if not exponent.is_Rational:
            return POSITIVE if base.is_positive else NONNEGATIVE if base.is_nonnegative else ANY
        if exponent < 0:
            return inverse(self.of(Pow(expr.base, -exponent))) if base.has_no_zero else of_sign(base, exponent)
        if exponent.is_Integer and exponent % 2 == 0:
            base = size(base)
        if base.is_nonnegative or exponent.is_Integer:
            return Range(power_end(base.low, exponent, False), power_end(base.high, exponent, True), base.nonzero)
        return ANY

    def _reduction(self, expr: Reduction) -> Range:
        if isinstance(expr, (Count, Norm)):
            return NONNEGATIVE
        if isinstance(expr, Softmax):
            return Range(FLAG.low, FLAG.high, nonzero=expr.mask is S.true)
        body, mask, _ = expr.open()
        inner = self.of(body)
        if isinstance(expr, Sum):
            return total(inner, mask is S.true)
        if isinstance(expr, (Largest, Smallest)) and mask is S.true:
            return inner
        if isinstance(expr, LogSumExp) and mask is S.true:
            return Range(inner.low)
        if isinstance(expr, Product):
            return FLAG if inner.is_nonnegative and inner.high <= 1 else of_sign(inner, S.One)
        return ANY

    def _function(self, expr: sp.Basic) -> Range:
        row = FUNCTIONS.get(type(expr))
        return row(*(self.of(a) for a in expr.args)) if row else ANY
