"""The steps of a map: `x(t+1)` and `x(t - r)` become quantities of their own.

The value that a step makes of a state is the hidden definition `x(t+1)`, so a right side that asks for it shares the
work. What is read of the past is a hidden variable, which whoever takes the steps supplies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import sympy as sp
from sympy import Add, Eq, Expr, Idx, Indexed

from neurodyn.calculus.graphs import circles, uses
from neurodyn.calculus.letters import Reference, fresh, indices_of, name_of, names_in, quantity
from neurodyn.calculus.nodes import Where
from neurodyn.calculus.rewrite import Definition, names_reached, substitute, transform
from neurodyn.calculus.scans import scan_of
from neurodyn.calculus.times import Lag, Next
from neurodyn.errors import InputError
from neurodyn.model.model import Model

AFTER = "(t+1)"


@dataclass(frozen=True)
class Past:
    """What is read of a state: its value `offset` steps ago, or one for each member of an index set from there on."""

    state: str
    offset: int
    index_set: str | None = None

    @property
    def name(self) -> str:
        """The name of the hidden variable."""
        return f"{self.state}(t - {'' if self.index_set is None else f'{self.index_set} - '}{self.offset})"

    def reach(self, sizes: Mapping[str, int]) -> int:
        """How many steps it looks back at most."""
        return self.offset + (0 if self.index_set is None else sizes[self.index_set] - 1)


class Steps:
    """Resolves new and past values, in definitions that grow.

    Args:
        model: a map.
        definitions: what names stand for.
        maps: the right side of each state's map.

    Attributes:
        definitions: the same with all new and past values resolved, and the hidden ones.
        pasts: what is read of the past, by the name of its variable.
        unit: of an asynchronous map, the letter of the one unit whose update makes new values; hidden definitions
            have it as their last letter.
    """

    def __init__(self, model: Model, definitions: Mapping[str, Definition], maps: Mapping[str, Definition]) -> None:
        self._model, self._known, self._maps = model, definitions, maps
        self.definitions: dict[str, Definition] = {}
        self.pasts: dict[str, Past] = {}
        self._after: dict[str, str | None] = {}
        self.unit: tuple[Idx, ...] = ()
        if model.update == "asynchronous":
            self.unit = tuple(fresh(x) for d in maps.values() for x in d.letters)
        self.update()

    def update(self) -> None:
        """Resolve the definitions that have come since, and refuse circles."""
        for name, definition in self._known.items():
            if name not in self.definitions:
                self.definitions[name] = Definition(definition.letters, self.resolve(definition.expr))
        graph = {}
        for members in circles(uses(self.definitions)):
            if scan_of(self.definitions, members) is None:
                graph.update({n: names_in(self.definitions[n].expr) & set(members) for n in members})
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            ring = [str(name) for name in reversed(error.args[1])]
            state = next(name.removesuffix(AFTER) for name in ring if name.endswith(AFTER))
            raise InputError(
                f"These new values go round in a circle: {' -> '.join(ring)}.",
                code="circle",
                remedy="One of them must be made from old values.",
                place=self._model.source_of(state).place(0),
            ) from None

    def resolve(self, expr: Expr) -> Expr:
        """The expression with hidden quantities in place of new and past values."""

        def change(node: sp.Basic) -> sp.Basic:
            if isinstance(node, Next):
                return self._new(node.args[0])
            return self._past(*node.args) if isinstance(node, Lag) else node

        return transform(expr, change) if expr.has(Next, Lag) else expr

    def new_value(self, state: str) -> Expr:
        """What a step makes of a state, at the state's letters (and the unit's)."""
        return self._new(self._model.names.reference(state))

    def _new(self, of: Reference) -> Expr:
        hidden = self._hidden(name_of(of))
        return of if hidden is None else quantity(hidden, (*indices_of(of), *self.unit))

    def _hidden(self, name: str) -> str | None:
        """The name of the new value; None for what no step changes."""
        if name not in self._after:
            changes = not names_reached(name, self._known).isdisjoint(self._maps)
            self._after[name] = name + AFTER if changes else None  # before its own right side can ask for it
            if changes:
                letters, expr = self._updated(name) if name in self._maps else self._moved_on(name)
                self.definitions[name + AFTER] = Definition((*letters, *self.unit), expr)
        return self._after[name]

    def _updated(self, state: str) -> tuple[tuple[Idx, ...], Expr]:
        right = self._maps[state]
        if not self.unit:
            return right.letters, self.resolve(right.expr)
        own = right.letters
        return own, Where(Eq(*own, *self.unit), self.resolve(right.at(self.unit)), quantity(state, own))

    def _moved_on(self, name: str) -> tuple[tuple[Idx, ...], Expr]:
        """A definition at the states after this step; inputs, noise and time stay as they are in it."""
        letters, expr = self._known[name].letters, self._known[name].expr
        if expr.has(Next, Lag):
            raise InputError(
                f"{name}{AFTER} is not known: {name} is made from values of other steps already.",
                code="two-steps",
                remedy="Write out what it should read of the new states.",
                place=self._model.source_of(name).place(0),
            )
        return letters, substitute(expr, self._new)

    def _past(self, of: Indexed, lag: Expr) -> Expr:
        letters = [part for part in Add.make_args(lag) if isinstance(part, Idx)]
        index_set = str(letters[0].upper + 1) if letters else None
        past = Past(name_of(of), int(lag - Add(*letters)), index_set)
        self.pasts[past.name] = past
        return quantity(past.name, (*letters, *indices_of(of)))
