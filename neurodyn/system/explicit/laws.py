"""Laws that are not linear, solved one after the other where each holds a single unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr

from neurodyn.calculus.graphs import circles, uses
from neurodyn.calculus.letters import names_in
from neurodyn.calculus.rewrite import Definition, inline, names_reached
from neurodyn.system.explicit.branches import root, with_kinks
from neurodyn.system.explicit.forms import CURVED, Form, Forms, Unequal
from neurodyn.system.explicit.rising import risen
from neurodyn.system.explicit.signs import Signs
from neurodyn.system.structure import Structure


class Unsolved(Exception):
    """Why symbols do not solve the equations."""


@dataclass(frozen=True, eq=False)
class Laws:
    """What elimination has left to be solved.

    Attributes:
        solved: the forms that elimination found, by name: among them what some of `laws` must be equal to.
        laws: what is not linear, by the name that it has in forms, as functions of what is in `seen`.
        seen: the unknowns of laws.
    """

    structure: Structure
    signs: Signs
    unequal: Unequal
    solved: Mapping[str, Form]
    laws: Mapping[str, Expr]
    seen: tuple[str, ...]
    found: dict[str, Expr] = field(default_factory=dict)

    def values(self) -> dict[str, Expr]:
        """Each name in terms of those that are no names of laws."""
        told = {name: form.whole() for name, form in self.solved.items()}
        definitions = {n: Definition((), expr) for n, expr in {**self.laws, **told}.items()}
        if circles(uses(definitions)):
            raise Unsolved("what is not linear goes round in a circle")
        self._solve_all(definitions)
        laws = {n: d for n, d in definitions.items() if n.startswith(CURVED)}
        return {n: inline(expr, laws) for n, expr in {**told, **self.found}.items() if n not in laws}

    def _solve_all(self, definitions: Mapping[str, Definition]) -> None:
        free = {name for name in self.seen if name not in self.solved}
        waiting = {n: self.laws[n] - self.solved[n].whole() for n in self.laws if n in self.solved}
        while waiting:
            held = {n: self._reached(expr, definitions) & free for n, expr in waiting.items()}
            ready = next((n for n, names in held.items() if len(names) == 1), None)
            if ready is None:
                together = sorted(frozenset[str]().union(*held.values()))
                raise Unsolved(f"{', '.join(together)} follow from one another by laws that are not linear")
            [name] = held[ready]
            self.found[name] = self._root(name, waiting.pop(ready), definitions)
            free.remove(name)
        if free:
            raise Unsolved(f"no law is left for {', '.join(sorted(free))}")

    def _reached(self, expr: Expr, definitions: Mapping[str, Definition]) -> frozenset[str]:
        return frozenset[str]().union(*(names_reached(n, definitions) for n in names_in(expr)))

    def _root(self, name: str, law: Expr, definitions: Mapping[str, Definition]) -> Expr:
        moving = {n: d for n, d in definitions.items() if name in names_reached(n, definitions)}
        expr = with_kinks(inline(law, moving))
        forms = Forms({name}, self.unequal)
        form = forms.of(expr)
        found = root(form, forms, name, self.signs)
        if found is None:
            found = risen(form, forms, name, self.signs)
        if found is None:
            raise Unsolved(f"{name} follows from no law that is shown to rise, or fall, throughout")
        return found
