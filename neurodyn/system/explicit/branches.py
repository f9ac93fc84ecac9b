"""The root of a rising function of one unknown that is made of straight lines: in closed form, exactly.

With f(x) = slope*x + rest + sum(c_k*max(0, a_k*x + b_k)), each term either turns f upwards at its kink (c_k > 0) or
downwards (c_k < 0). Then f is the largest over subsets of the first kind, of the least over subsets of the second, of
straight lines; where all of them rise, the root of f is the least over the first of the largest over the second of
their roots.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

import sympy as sp
from sympy import Add, Expr, S

from neurodyn.calculus import nodes
from neurodyn.calculus.letters import names_in
from neurodyn.calculus.rewrite import transform
from neurodyn.system.explicit.forms import Form, Forms
from neurodyn.system.explicit.signs import Signs

MOST_KINKS = 4


@dataclass(frozen=True)
class Line:
    """slope*x + rest."""

    slope: Expr
    rest: Expr


@dataclass(frozen=True)
class Kink:
    """factor*max(0, inner)."""

    factor: Expr
    inner: Line


def with_kinks(expr: Expr) -> Expr:
    """The expression with every kink written as one of `relu`."""

    def change(node: sp.Basic) -> sp.Basic:
        if isinstance(node, nodes.Larger):
            return node.args[1] + nodes.Relu(node.args[0] - node.args[1])
        if isinstance(node, nodes.Smaller):
            return node.args[0] - nodes.Relu(node.args[0] - node.args[1])
        return 2 * nodes.Relu(node.args[0]) - node.args[0] if isinstance(node, nodes.Absolute) else node

    return transform(expr, change)


def root(form: Form, forms: Forms, name: str, signs: Signs) -> Expr | None:
    """The only x at which the form is 0; None where it is not shown to be made of lines that all rise, or all fall.

    Args:
        form: linear in x and in what `forms` holds of functions of x.
        name: of x.
    """
    line = Line(form.slopes.get(name, S.Zero), form.rest)
    kinks = _kinks(form, forms, name)
    if kinks is None or len(kinks) > MOST_KINKS:
        return None
    if not signs.positive(line.slope):
        line = Line(-line.slope, -line.rest)
        kinks = [Kink(-kink.factor, kink.inner) for kink in kinks]
    up = [kink for kink in kinks if signs.positive(kink.factor)]
    down = [kink for kink in kinks if signs.negative(kink.factor)]
    if len(up) + len(down) < len(kinks):
        return None
    rows = [[_joined(line, [*some, *others]) for others in _subsets(down)] for some in _subsets(up)]
    if not all(signs.positive(one.slope) for row in rows for one in row):
        return None
    return reduce(nodes.Smaller, [reduce(nodes.Larger, [-one.rest / one.slope for one in row]) for row in rows])


def _kinks(form: Form, forms: Forms, name: str) -> list[Kink] | None:
    found = []
    for curved, slope in form.slopes.items():
        if curved == name:
            continue
        expr = forms.curved[curved]
        inner = Forms({name}, forms.unequal)
        if not isinstance(expr, nodes.Relu) or name in names_in(slope):
            return None
        line = inner.of(expr.args[0])
        if inner.curved:
            return None
        found.append(Kink(slope, Line(line.slopes[name], line.rest)))
    return found


def _subsets(kinks: Sequence[Kink]) -> Iterator[tuple[Kink, ...]]:
    return (some for count in range(len(kinks) + 1) for some in combinations(kinks, count))


def _joined(line: Line, kinks: Sequence[Kink]) -> Line:
    """The line where these kinks are past, and no others."""
    slope = Add(line.slope, *(kink.factor * kink.inner.slope for kink in kinks))
    return Line(slope, Add(line.rest, *(kink.factor * kink.inner.rest for kink in kinks)))
