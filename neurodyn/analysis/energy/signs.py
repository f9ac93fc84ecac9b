"""The sign of the right side of a balance, such as `-tau*sum((dx[i]/dt)**2, i)`, as its author wrote it."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, S

from neurodyn.analysis.energy.facts import Facts
from neurodyn.calculus.letters import indices_of, name_of, quantity, size_of
from neurodyn.calculus.nodes import Rate
from neurodyn.calculus.normal import equal
from neurodyn.calculus.range_of import Ranges
from neurodyn.calculus.ranges import ANY, NONNEGATIVE, Range
from neurodyn.calculus.reductions import LogSumExp, Softmax, Sum
from neurodyn.calculus.rewrite import inline, names_reached, transform
from neurodyn.calculus.terms import TooLarge

# Stands for the rate of what a state enters: any number, but the same wherever it is the rate of the same.
ANY_RATE = "rate of {}"
GIBBS = "{name} is the Kullback-Leibler divergence of weights from equal ones, which is >= 0 (Gibbs)"


class Signs:
    """Ranges of what claims say, rates of states being any numbers.

    Attributes:
        lemmas: what was used beside arithmetic.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts, self._structure = facts, facts.system.structure
        self.lemmas: list[str] = []
        self._divergences = facts.once("divergences", self._found_divergences)
        self._ranges = Ranges(self._known, self._structure.definitions)

    def of(self, expr: Expr) -> Range:
        """The range of one side of a claim; `dA/dt` may stand in it."""
        return self._ranges.of(transform(expr, self._without_rates))

    def _without_rates(self, node: sp.Basic) -> sp.Basic:
        """The rate of what depends on time alone is known; any other is any number."""
        if not isinstance(node, Rate):
            return node
        name, model = name_of(node.args[0]), self._structure.model
        reached = names_reached(name, self._structure.definitions)
        if reached.isdisjoint({*model.variables, *model.inputs}):
            return self._structure.chain.rate(node.args[0])
        return quantity(ANY_RATE.format(name), indices_of(node.args[0]))

    def _known(self, name: str) -> Range | None:
        if name not in self._structure.definitions and name.startswith(ANY_RATE.format("")):
            return ANY
        if name in self._divergences:
            lemma = GIBBS.format(name=name)
            self.lemmas += [] if lemma in self.lemmas else [lemma]
            return NONNEGATIVE
        return self._facts.ranges.known(name)

    def _found_divergences(self) -> frozenset[str]:
        """Definitions that are Kullback-Leibler divergences of softmax weights from equal ones."""
        definitions = self._structure.definitions
        found = set()
        for name in self._structure.model.definitions:
            if name not in self._structure.dynamic or definitions[name].letters:
                continue
            weights = [d for d in map(definitions.get, names_reached(name, definitions)) if d and d.expr.has(Softmax)]
            if weights and any(self._is_divergence(name, p) for d in weights for p in d.expr.atoms(Softmax)):
                found.add(name)
        return frozenset(found)

    def _is_divergence(self, name: str, weight: Softmax) -> bool:
        body, mask, letters = weight.open()
        if mask is not S.true:
            return False
        count = sp.Mul(*(size_of(x) for x in letters))
        of_body = Sum(Softmax(body, mask, letters, letters) * body, mask, letters)
        divergence = of_body - LogSumExp(body, mask, letters) + sp.log(count)
        known = {n: d for n, d in self._structure.definitions.items() if n in self._structure.dynamic}
        return equal(inline(self._structure.definitions[name].expr, known), inline(divergence, known))


def never_positive(facts: Facts, expr: Expr, *, strictly: bool = False) -> Expr | None:
    """The normal form of an expression, if it is shown to be 0 or less (below 0, strictly) for all states."""
    try:
        short = facts.normal(expr)
    except TooLarge:
        return None
    found = facts.ranges.of(short)
    return short if found.is_nonpositive and (found.has_no_zero or not strictly) else None
