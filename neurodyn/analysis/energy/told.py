"""The balance of an energy as a line of text."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy import Expr, Mul, S

from neurodyn.analysis.energy.balance import Descent
from neurodyn.analysis.energy.facts import Facts
from neurodyn.calculus.letters import free_letters, quantity, reindex
from neurodyn.calculus.nodes import Rate, Where
from neurodyn.calculus.reductions import Sum
from neurodyn.language.spell import spell


def identity(facts: Facts, energy: str, descents: Sequence[Descent]) -> str:
    """`dE/dt = -sum(...) - ...`, one term for each state that moves."""
    letters = {n: s.letters for n, s in facts.system.model.indices.items()}
    terms = [spell(_term(facts, d), letters) for d in descents if d.mobility != 0]
    return f"d{energy}/dt = " + ("-" + " - ".join(terms) if terms else "0")


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
    if not letters:
        return term
    common = Mul(*(f for f in Mul.make_args(term) if free_letters(f).isdisjoint(letters)))
    return common * Sum(term / common, S.true, letters)


def steps(facts: Facts, energy: str, descents: Sequence[Descent]) -> tuple[str, ...]:
    """The argument, state by state, as lines of text."""
    letters = {n: s.letters for n, s in facts.system.model.indices.items()}
    lines: list[str] = []
    for d in descents:
        own = facts.system.structure.letters(d.state)
        put = dict(zip(d.letters, own, strict=True))
        x, g = spell(quantity(d.state, own), letters), spell(quantity(d.activation, own), letters)
        if d.mobility == 0:
            lines.append(f"{x}: it stands still, or {energy} does not depend on it")
            continue
        mobility = spell(reindex(sp.together(d.mobility), put), letters)
        factor = "" if mobility == "1" else f"({mobility})*"
        held = "" if d.activation == d.state else f"d{energy}/d{x} = 0 with {g} held still, "
        gain = (
            ""
            if d.activation == d.state
            else f", d{g}/d{x} = {spell(reindex(d.gain, put), letters)} >= 0"
            if d.gain
            else ""
        )
        lines.append(f"{x}: {held}d{x}/dt = -{factor}d{energy}/d{g}{gain}")
    return tuple(lines)
