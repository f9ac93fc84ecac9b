"""Derivatives along directions, definition by definition: nothing is inlined.

If each state x moves along a direction `x'`, then each definition n that depends on a state moves along its own `n'`,
the sum over the names that it mentions of its derivative by each times the direction of that. So a direction through a
network of definitions costs what the network itself costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy import Add, Expr, Idx, S

from neurodyn.calculus.contract import sum_over
from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.graphs import reaching, uses
from neurodyn.calculus.letters import fresh, names_in, quantity
from neurodyn.calculus.rewrite import Definition


class Forward:
    """The derivatives of expressions along directions of the states.

    Args:
        definitions: what names stand for.
        states: the letters of each state.
        more: letters that number the directions; they come last.
        named: makes the name of the direction of a state or definition.

    Attributes:
        found: how the definitions that were asked for move, by the names of their directions.
    """

    def __init__(
        self,
        definitions: Mapping[str, Definition],
        states: Mapping[str, tuple[Idx, ...]],
        more: tuple[Idx, ...],
        named: Callable[[str], str],
    ) -> None:
        self.definitions, self.more, self.named = definitions, more, named
        self.letters = {**{n: d.letters for n, d in definitions.items()}, **states}
        self.moving = reaching(uses(definitions), states.keys()) & self.letters.keys()
        self.states = frozenset(states)
        self.found: dict[str, Definition] = {}

    def of(self, expr: Expr) -> Expr:
        """The derivative of an expression along the directions."""
        terms = []
        for name in sorted(names_in(expr) & self.moving):
            at = tuple(fresh(x) for x in self.letters[name])
            slope = derivative(expr, quantity(name, at))
            if slope != 0 and not self._is_still(name):
                terms.append(sum_over(slope * quantity(self.direction(name), (*at, *self.more)), at))
        return Add(*terms)

    def _is_still(self, name: str) -> bool:
        """Whether a definition is found not to move, though it speaks of what does: steps, say, have no slope."""
        direction = self.direction(name)
        return direction in self.found and self.found[direction].expr == 0

    def direction(self, name: str) -> str:
        """The name of the direction of a state or definition, which is found where it was not."""
        direction = self.named(name)
        if name not in self.states and direction not in self.found:
            letters = (*self.letters[name], *self.more)
            self.found[direction] = Definition(letters, S.NaN)  # a recursion asks for it before it is known
            self.found[direction] = Definition(letters, self.of(self.definitions[name].expr))
        return direction
