"""A factor between two expressions that does not vary with the state."""

from __future__ import annotations

from collections.abc import Collection

from sympy import Add, Expr

from neurodyn.analysis.energy.facts import Facts
from neurodyn.calculus.letters import names_in
from neurodyn.calculus.terms import TooLarge

# How many terms of the one are compared with all of the other.
MOST_TERMS = 8


def ratio(facts: Facts, above: Expr, below: Expr, varying: Collection[str]) -> Expr | None:
    """A factor with above == factor*below that speaks of none of the names that vary; None if none is found."""
    try:
        tops, bottoms = Add.make_args(facts.normal(above)), Add.make_args(facts.normal(below))
    except TooLarge:
        return None
    for bottom in bottoms[:MOST_TERMS]:
        ratios = [top / bottom for top in tops] if bottom != 0 else []
        factor = Add(*(r for r in ratios if names_in(r).isdisjoint(varying)))
        if factor != 0 and facts.equal(above, factor * below):
            return factor
    return None
