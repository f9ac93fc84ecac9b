"""Expressions as linear forms in some names, what is not linear in them set apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import sympy as sp
from sympy import Add, Expr, Mul, S, Symbol

from neurodyn.calculus.letters import names_in, quantity
from neurodyn.calculus.rewrite import with_args
from neurodyn.system.checks.regular import Residues

CURVED = "~"  # how the name of what is not linear begins; no text can spell it


@dataclass(frozen=True, eq=False)
class Form:
    """`sum(slope*name) + rest`, where the rest holds none of the names; each slope differs from 0."""

    slopes: Mapping[str, Expr]
    rest: Expr = S.Zero

    def whole(self) -> Expr:
        """As one expression."""
        return Add(*(slope * quantity(name) for name, slope in self.slopes.items()), self.rest)

    def times(self, factor: Expr) -> Form:
        """Each part times a factor that holds none of the names."""
        return Form({n: s * factor for n, s in self.slopes.items()}, self.rest * factor)

    def but(self, name: str) -> Form:
        """The form without one of its names."""
        return Form({n: s for n, s in self.slopes.items() if n != name}, self.rest)


class Unequal:
    """Whether expressions differ from 0, for almost all values: evaluated modulo a large prime."""

    def __init__(self) -> None:
        self._at = Residues()

    def is_zero(self, expr: Expr) -> bool:
        """Whether an expression is 0 for all values."""
        if expr.is_number:
            return bool(expr == 0)
        return self._at.of(expr) == 0


@dataclass(frozen=True, eq=False)
class Forms:
    """Takes expressions apart into forms in the given names.

    Attributes:
        names: those in which forms are linear.
        curved: each product, power and function of them that is no constant, by the name that it has in forms.
    """

    names: Collection[str]
    unequal: Unequal
    curved: dict[str, Expr] = field(default_factory=dict)

    def of(self, expr: Expr) -> Form:
        """The form of an expression without letters."""
        if names_in(expr).isdisjoint(self.names):
            return Form({}, expr)
        if isinstance(expr, Symbol):
            return Form({expr.name: S.One})
        if isinstance(expr, Add):
            return self.sum([self.of(term) for term in expr.args])
        if isinstance(expr, Mul):
            moving = [f for f in expr.args if not names_in(f).isdisjoint(self.names)]
            if len(moving) == 1:
                return self.of(moving[0]).times(Mul(*(f for f in expr.args if f is not moving[0])))
        return Form({self._name(expr): S.One})

    def sum(self, forms: list[Form]) -> Form:
        """The sum of forms, without what cancels."""
        slopes: dict[str, list[Expr]] = {}
        for form in forms:
            for name, slope in form.slopes.items():
                slopes.setdefault(name, []).append(slope)
        added = {name: Add(*parts) for name, parts in slopes.items()}
        kept = {name: slope for name, slope in added.items() if not self.unequal.is_zero(slope)}
        return Form(kept, Add(*(form.rest for form in forms)))

    def put(self, form: Form, instead: Mapping[str, Form]) -> Form:
        """The form with other forms in place of some names."""
        kept = Form({n: s for n, s in form.slopes.items() if n not in instead}, form.rest)
        return self.sum([kept, *(instead[n].times(s) for n, s in form.slopes.items() if n in instead)])

    def _name(self, expr: Expr) -> str:
        for name, known in self.curved.items():
            if known == expr:
                return name
        name = f"{CURVED}{len(self.curved)}"
        self.curved[name] = expr
        return name


def rewritten(expr: sp.Basic, names: Collection[str], change: Callable[[Form], Expr], unequal: Unequal) -> sp.Basic:
    """The expression with something else in place of each largest part that is linear in the names."""
    if names_in(expr).isdisjoint(names):
        return expr
    if isinstance(expr, Expr):
        forms = Forms(names, unequal)
        form = forms.of(expr)
        if not forms.curved:
            return change(form)
    return with_args(expr, tuple(rewritten(a, names, change, unequal) for a in expr.args))
