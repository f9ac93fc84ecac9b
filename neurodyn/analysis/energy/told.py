"""The balance of an energy as a line of text."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy import Expr, S

from neurodyn.analysis.energy.balance import Descent
from neurodyn.analysis.energy.facts import Facts
from neurodyn.calculus.letters import quantity, reindex
from neurodyn.calculus.nodes import Rate, Where
from neurodyn.calculus.reductions import Sum
from neurodyn.language.spell import spell


def identity(facts: Facts, energy: str, descents: Sequence[Descent]) -> str:
    """`dE/dt = -sum(...) - ...`, one term for each state that moves."""
    letters = {n: s.letters for n, s in facts.system.model.indices.items()}
    terms = [spell(_term(facts, d), letters) for d in descents if d.mobility != 0]
    return f"d{energy}/dt = " + (" ".join(f"- {t}" for t in terms) if terms else "0")


def _term(facts: Facts, descent: Descent) -> Expr:
    """(1/c)*(dx/dt)*(dg/dt), summed over the units."""
    letters = facts.system.structure.letters(descent.state)
    put = dict(zip(descent.letters, letters, strict=True))
    moves = Rate(quantity(descent.state, letters))
    if descent.gain is None:
        product = moves * Rate(quantity(descent.activation, letters))
    else:
        product = reindex(descent.gain, put) * moves**2
    factor = reindex(sp.together(descent.mobility), put)
    term = product / factor
    if not facts.ranges.of(descent.mobility).is_positive:
        term = Where(factor > 0, term, S.Zero)
    return Sum(term, S.true, letters) if letters else term
