"""The root of a smooth function of one unknown that rises, or falls, throughout: left to Newton's method."""

from __future__ import annotations

from sympy import Add, Expr, S

from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import names_in, quantity
from neurodyn.calculus.roots import MOST_VALUES, Law, Root
from neurodyn.system.explicit.forms import Form, Forms
from neurodyn.system.explicit.signs import Signs


def risen(form: Form, forms: Forms, name: str, signs: Signs) -> Expr | None:
    """The only x at which the form is 0, where its linear part has a slope above 0 and no other part ever falls.

    The same holds turned round. None where that is not shown.
    """
    slope = form.slopes.get(name, S.Zero)
    if not signs.positive(slope):
        form, slope = form.times(S.NegativeOne), -slope
    if not signs.positive(slope):
        return None
    x = quantity(name)
    for curved, factor in form.slopes.items():
        if curved != name and not signs.nonnegative(factor * derivative(forms.curved[curved], x)):
            return None
    parts = (factor * (x if n == name else forms.curved[n]) for n, factor in form.slopes.items())
    whole = Add(*parts, form.rest)
    names = sorted(names_in(whole) - {name})
    if len(names) > MOST_VALUES:
        return None
    return Root(Law(whole, name, names), slope, S.Zero, *map(quantity, names))
