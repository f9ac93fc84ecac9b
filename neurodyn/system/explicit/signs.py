"""What is known of the signs of parameters and inputs before they have values: what they are `given` to fulfil."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import sympy as sp
from sympy import Expr, Symbol

from neurodyn.calculus.letters import names_in
from neurodyn.calculus.range_of import Ranges
from neurodyn.calculus.ranges import ANY, Range
from neurodyn.calculus.rewrite import Definition
from neurodyn.system.claims import Claim

TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "=="}
LARGEST = 400  # operations in an expression that is brought to one fraction


class Signs:
    """Tells signs of expressions, as far as they follow from statements and definitions."""

    def __init__(self, statements: Iterable[Claim], definitions: dict[str, Definition]) -> None:
        self._known: dict[str, Range] = {}
        for statement in statements:
            self._note(statement.left, statement.relation, statement.right)
            self._note(statement.right, TURNED[statement.relation], statement.left)
        self._ranges = Ranges(self._known.get, definitions)

    def _note(self, left: Expr, relation: str, right: Expr) -> None:
        if not isinstance(left, Symbol) or not right.is_Rational:
            return
        at, old = Fraction(int(right.p), int(right.q)), self._known.get(left.name, ANY)
        low = max(old.low, at) if relation in (">", ">=", "==") else old.low
        high = min(old.high, at) if relation in ("<", "<=", "==") else old.high
        self._known[left.name] = Range(low, high, old.nonzero or (at == 0 and relation in "<>"))

    def positive(self, expr: Expr) -> bool:
        """Whether it is shown to be above 0."""
        return self._of(expr).is_positive

    def negative(self, expr: Expr) -> bool:
        """Whether it is shown to be below 0."""
        return self._of(-expr).is_positive

    def nonnegative(self, expr: Expr) -> bool:
        """Whether it is shown to be 0 or above."""
        return self._of(expr).is_nonnegative

    def nonzero(self, expr: Expr) -> bool:
        """Whether it is shown to differ from 0."""
        return self._of(expr).has_no_zero

    def _of(self, expr: Expr) -> Range:
        found = self._ranges.of(expr)
        if found.has_no_zero or found.is_nonnegative or found.is_nonpositive or not names_in(expr):
            return found
        return self._ranges.of(sp.factor(expr)) if sp.count_ops(expr) <= LARGEST else found
