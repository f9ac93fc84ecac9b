"""The balance of an energy as a line of text."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy import Expr, Mul, S

from neurodyn.analysis.energy.balance import Descent
from neurodyn.analysis.energy.facts import Facts
from neurodyn.analysis.energy.words import Words
from neurodyn.calculus.letters import free_letters, quantity, reindex
from neurodyn.calculus.nodes import Rate, Where
from neurodyn.calculus.reductions import Sum
from neurodyn.language.spell import spell

CONVEX = "{name} is convex by the rules of composition (Boyd and Vandenberghe 2004, Convex Optimization, section 3.2)"
# A gradient that is longer than this is not printed.
LONG = 100


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
    lines, total = list[str](), list[str]()
    for d in descents:
        say = Words(facts.system, d.state, d.letters)
        x, g = say.named(d.state), say.named(d.activation)
        if d.mobility == 0:
            lines.append(f"{x}: it stands still, or {energy} does not depend on it")
            continue
        lines += [_against(facts, energy, d, say), *_along(d, say)]
        total.append(say.summed(f"(d{energy}/d{g})*(d{g}/dt)"))
    return (*lines, f"so d{energy}/dt = {' + '.join(total)}, no term of which is positive") if total else tuple(lines)


def lemmas_of(descents: Sequence[Descent]) -> tuple[str, ...]:
    """What the argument takes from elsewhere."""
    return tuple(CONVEX.format(name=d.potential) for d in descents if d.potential)


def _against(facts: Facts, energy: str, d: Descent, say: Words) -> str:
    """A state goes against the gradient by its activation."""
    x, g = say.named(d.state), say.named(d.activation)
    held = "" if d.activation == d.state else f"d{energy}/d{x} = 0 with {g} held still, and "
    slope = say.of(facts.short(d.slope))
    slope = f"d{energy}/d{g} = {slope}, so " if not slope.startswith("d") and len(slope) <= LONG else ""
    mobility = say.of(sp.together(d.mobility))
    factor = "" if mobility == "1" else f"({mobility})*"
    return f"{x}: {held}{slope}d{x}/dt = -{factor}d{energy}/d{g}"


def _along(d: Descent, say: Words) -> list[str]:
    """An activation goes along with its state."""
    if d.activation == d.state:
        return []
    x, g = say.named(d.state), say.named(d.activation)
    if d.gain is not None:
        return [f"d{g}/dt = (d{g}/d{x})*(d{x}/dt) with d{g}/d{x} = {say.of(d.gain)} >= 0"]
    product = say.summed(f"(d{x}/dt)*(d{g}/dt)")
    return [f"{g} = d{d.potential}/d{x} and {d.potential} is convex, so {product} >= 0"]
