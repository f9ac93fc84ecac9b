"""A claimed balance against the one that was found, in terms of the energy's gradient, which stays a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Add, Expr, S

from neurodyn.analysis.energy.balance import Descent
from neurodyn.analysis.energy.facts import Facts
from neurodyn.calculus.chain import Chain
from neurodyn.calculus.contract import sum_over
from neurodyn.calculus.letters import fresh, name_of, quantity
from neurodyn.calculus.rewrite import Definition, inline
from neurodyn.system.claims import Claim

SLOPE, RATE = "slope of {}", "rate of {} along the slope"


def sides(facts: Facts, descents: Sequence[Descent], said: Claim) -> Iterator[tuple[Expr, Expr]]:
    """The sum of dE/dg*dg/dt with dx/dt = -c*dE/dg, and the right side of a claim `dE/dt == ...`.

    There are two forms of both; where either pair is equal, the claim holds. The energy itself is not looked into
    again, so this takes no longer for an energy that is hard to write out.
    """
    structure = facts.system.structure
    flows = {}
    for d in descents:
        if d.mobility == 0:  # the energy does not fall by it, but it may move
            flows[d.state] = structure.flows.get(d.state, Definition(d.letters, S.Zero))
            continue
        letters = tuple(fresh(x) for x in d.letters)
        falls = Definition(d.letters, -d.mobility * quantity(SLOPE.format(d.state), d.letters))
        flows[d.state] = Definition(letters, falls.at(letters))
    letters_of = {n: structure.letters(n) for n in structure.model.names.quantities}
    chain = Chain(structure.model.definitions, letters_of, flows.get)
    terms: list[Expr] = []
    rates: dict[str, Definition] = {}
    for d in descents:
        at = tuple(fresh(x) for x in d.letters)
        if d.mobility != 0:
            rate = chain.rate(quantity(d.activation, at))
            if d.activation != d.state and rate != 0:
                rates[name_of(rate)] = Definition(d.letters, d.mobility * quantity(RATE.format(d.state), d.letters))
            terms.append(sum_over(quantity(SLOPE.format(d.state), at) * rate, at))
    left, right = Add(*terms), chain.resolve(said.right)
    own = structure.model.definitions
    known = {n: d for n, d in chain.definitions.items() if n in structure.dynamic or n not in own}
    # A claim that speaks of rates of activations needs no more of them than that each goes with the mobility, which is
    # the same for all units that mix: what is left of it can stay a name.
    for put in ({**known, **rates}, known):
        yield inline(left, put), inline(right, put)
