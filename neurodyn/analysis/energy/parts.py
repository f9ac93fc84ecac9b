"""A claimed balance against the one that was found, in terms of the energy's gradient, which stays a name."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, S

from neurodyn.analysis.energy.balance import Descent
from neurodyn.analysis.energy.facts import Facts
from neurodyn.calculus.chain import Chain
from neurodyn.calculus.contract import sum_over
from neurodyn.calculus.letters import fresh, quantity
from neurodyn.calculus.rewrite import Definition, inline
from neurodyn.system.claims import Claim

SLOPE = "slope of {}"


def follows(facts: Facts, descents: Sequence[Descent], said: Claim) -> bool:
    """Whether the right side of a claim `dE/dt == ...` equals the sum of dE/dg*dg/dt with dx/dt = -c*dE/dg.

    The energy itself is not looked into again, so this takes no longer for an energy that is hard to write out.
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
    terms = []
    for d in descents:
        at = tuple(fresh(x) for x in d.letters)
        if d.mobility != 0:
            terms.append(sum_over(quantity(SLOPE.format(d.state), at) * chain.rate(quantity(d.activation, at)), at))
    left, right = Add(*terms), chain.resolve(said.right)
    own = structure.model.definitions
    known = {n: d for n, d in chain.definitions.items() if n in structure.dynamic or n not in own}
    return facts.equal(inline(left, known), inline(right, known))
