"""Expressions of an argument as text, in the letters of their model."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Idx

from neurodyn.calculus.letters import quantity, reindex
from neurodyn.language.spell import spell
from neurodyn.system.system import System


class Words:
    """Says in a model's letters what was found at other letters of a state."""

    def __init__(self, system: System, state: str, at: Sequence[Idx]) -> None:
        self._letters = {n: s.letters for n, s in system.model.indices.items()}
        self._own = system.structure.letters(state)
        self._put = dict(zip(at, self._own, strict=True))
        self._at = tuple(at)

    def of(self, expr: Expr) -> str:
        """An expression."""
        return spell(reindex(expr, self._put), self._letters, tuple(str(x.label) for x in self._own))

    def named(self, name: str) -> str:
        """A quantity of the letters of the state."""
        return self.of(quantity(name, self._at))

    def summed(self, text: str) -> str:
        """A sum over all units of the state."""
        return f"sum({text}, {', '.join(str(x.label) for x in self._own)})" if self._own else text
