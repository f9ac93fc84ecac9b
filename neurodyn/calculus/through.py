"""Derivatives of expressions in which members of recursions along a letter stand for others."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Add, Expr, S

from neurodyn.calculus.contract import sum_over
from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.graphs import reaching, uses
from neurodyn.calculus.letters import Reference, fresh, indices_of, name_of, names_in, quantity
from neurodyn.calculus.rewrite import Definition, inline
from neurodyn.calculus.scans import find_scans


class Through:
    """Derivatives through recursions, by the chain rule.

    Definitions are put in for their names, but for recursions along a letter, which have no end when put in: a member y
    gets a hidden companion `dy/dx along`, its derivative by x, which is a recursion itself.

    Attributes:
        stop: the members of recursions, which stay names in what is differentiated.
        hidden: the companions.
    """

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self.definitions, self._graph = definitions, uses(definitions)
        self.stop = frozenset(find_scans(definitions))
        self.hidden: dict[str, Definition] = {}

    def derivative(self, expr: Expr, by: Reference) -> Expr:
        """The derivative of an expression in which only members of recursions stand for others."""
        terms = [derivative(expr, by)]
        for name in sorted(names_in(expr) & self.stop):
            if name not in reaching(self._graph, [name_of(by)]):
                continue
            at = tuple(fresh(x) for x in self.definitions[name].letters)
            slope = derivative(expr, quantity(name, at))
            terms.append(sum_over(slope * quantity(self._companion(name, by), (*at, *indices_of(by))), at))
        return Add(*terms)

    def _companion(self, name: str, by: Reference) -> str:
        hidden = f"d{name}/d{name_of(by)} along"
        if hidden not in self.hidden:
            definition = self.definitions[name]
            at = tuple(fresh(x) for x in indices_of(by))
            letters = (*definition.letters, *at)
            self.hidden[hidden] = Definition(letters, S.Zero)  # there by name before it is known
            full = inline(definition.expr, self.definitions, self.stop)
            expr = self.derivative(full, quantity(name_of(by), at))
            self.hidden[hidden] = Definition(letters, expr)
        return hidden
