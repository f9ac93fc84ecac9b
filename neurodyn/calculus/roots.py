"""The root of a function of one unknown that has a single one, as an expression of what the function depends on.

`Root(law, slope, guess, a, b, ...)` is the x at which law(x, a, b, ...) is 0. The law rises, by at least the slope,
which is above 0: so there is one x, and it lies between the guess and `guess - law(guess)/slope`. Its derivatives are
those of the implicit function.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy import Expr, S, Symbol

from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.nodes import Elementwise

MOST_VALUES = 60


class Law(sp.AtomicExpr):  # type: ignore[misc]  # SymPy carries no types
    """An expression with places for the unknown and for values; no walk goes into it.

    Attributes:
        expr: in `unknown` and `places`.
    """

    is_real = True
    is_commutative = True

    def __new__(cls, expr: Expr, unknown: str, names: Sequence[str]) -> Law:
        """The law that an expression without letters says of an unknown and other names."""
        places = tuple(Symbol(f"~{k}", real=True) for k in range(len(names) + 1))
        told = {quantity(name): place for name, place in zip((unknown, *names), places, strict=True)}
        made: Law = super().__new__(cls)
        made.expr, made.unknown, made.places = expr.xreplace(told), places[0], places[1:]
        return made

    def _hashable_content(self) -> tuple[sp.Basic, ...]:
        return (self.expr, self.unknown, *self.places)

    def at(self, expr: Expr, x: Expr, values: Sequence[Expr]) -> Expr:
        """An expression in the places, with these in them."""
        return expr.xreplace(dict(zip((self.unknown, *self.places), (x, *values), strict=True)))

    @property
    def slope(self) -> Expr:
        """The derivative by the unknown."""
        return derivative(self.expr, self.unknown)


class Root(Elementwise):
    """The root of a law; see above."""

    nargs = tuple(range(3, MOST_VALUES + 4))

    def fdiff(self, argindex: int = 1) -> Expr:
        law, _, _, *values = self.args
        if argindex <= 3:
            return S.Zero
        by = derivative(law.expr, law.places[argindex - 4])
        return law.at(-by / law.slope, self, values)
