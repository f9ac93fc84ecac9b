"""The sign of an expression of potentials: by ranges, by which of two is larger, and by functions that only rise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce

import sympy as sp
from sympy import Add, Expr, Mul, Pow

from neurodyn.calculus import nodes
from neurodyn.calculus.range_of import Ranges
from neurodyn.calculus.ranges import ANY, Range
from neurodyn.calculus.rewrite import transform

RISING = (nodes.Softplus, nodes.Expm1, nodes.Sigmoid, nodes.Relu, sp.exp, sp.tanh, sp.sinh, sp.atan, sp.erf)


@dataclass(frozen=True, eq=False)
class Signs:
    """Signs of expressions, where some quantities are known to lie in ranges."""

    known: Mapping[str, Range]

    @cached_property
    def ranges(self) -> Ranges:
        """The ranges of expressions."""
        return Ranges(lambda name: self.known.get(name, ANY), {})

    def settled(self, expr: Expr) -> Expr:
        """The expression with each choice made that is known."""
        return transform(expr, self._choice)

    def of(self, expr: Expr) -> Range:
        """The range of an expression, or at least its sign."""
        found = self.ranges.of(expr)
        if found.is_nonnegative or found.is_nonpositive:
            return found
        if isinstance(expr, Mul):
            return reduce(Range.__mul__, map(self.of, expr.args))
        if isinstance(expr, Add):
            bent = self.ranges.of(sp.expand(expr.replace(lambda e: isinstance(e, nodes.Smaller), _bent)))
            return bent if bent.is_nonnegative or bent.is_nonpositive else self._difference(expr)
        return found

    def _difference(self, expr: Add) -> Range:
        """Of c*g(a) - c*g(b), where g rises, the sign is that of c*(a - b)."""
        if len(expr.args) == 2:
            (one, g), (other, h) = (a.as_coeff_Mul() for a in expr.args)
            if one == -other:
                return self.ranges.of(one) * self._rise(g, h)
        return ANY

    def _rise(self, g: Expr, h: Expr) -> Range:
        if isinstance(g, RISING) and g.func is h.func:
            return self.of(sp.expand(g.args[0] - h.args[0]))
        powers = isinstance(g, Pow) and isinstance(h, Pow) and g.exp == h.exp and g.exp.is_positive
        if powers and self.of(g.base).is_nonnegative and self.of(h.base).is_nonnegative:
            return self._rise(g.base, h.base)
        return ANY

    def _choice(self, node: sp.Basic) -> sp.Basic:
        if isinstance(node, (nodes.Larger, nodes.Smaller)):
            first, second = node.args if isinstance(node, nodes.Larger) else reversed(node.args)
            return self._of_two(node, first, second, sp.expand(first - second))
        if isinstance(node, nodes.Relu):
            return self._of_two(node, node.args[0], sp.S.Zero, node.args[0])
        if isinstance(node, nodes.Absolute):
            return self._of_two(node, node.args[0], -node.args[0], node.args[0])
        if isinstance(node, nodes.Where) and isinstance(node.args[0], (sp.Ge, sp.Gt, sp.Le, sp.Lt)):
            return self._branch(node)
        return node

    def _of_two(self, node: sp.Basic, above: Expr, below: Expr, gap: Expr) -> sp.Basic:
        """The one of two that holds where the gap is 0 or more, or 0 or less."""
        sign = self.of(gap)
        return above if sign.is_nonnegative else below if sign.is_nonpositive else node

    def _branch(self, node: nodes.Where) -> sp.Basic:
        condition, yes, no = node.args
        gap = self.of(sp.expand(condition.gts - condition.lts))
        strict = isinstance(condition, (sp.Gt, sp.Lt))
        if gap.is_nonnegative and (gap.has_no_zero or not strict):
            return yes
        return no if gap.is_nonpositive and (gap.has_no_zero or strict) else node


def _bent(low: nodes.Smaller) -> Expr:
    """min(a, b) as a less what a has over b."""
    a, b = low.args
    return a - nodes.Relu(a - b)
