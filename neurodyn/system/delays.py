"""The delays of a flow: what is read of the past becomes quantities of its own.

Only states (and inputs) have a past that anyone keeps. A definition at an earlier time is the same definition of the
earlier states: `o[m](t - d)` becomes the hidden definition `o(t - d)`, which reads `x(t - d)` where o reads x. This is
exact, and to the order of the method as good as the states are; a history of o itself would have to be interpolated,
and would jump where o does. Its price is that every state that o reads is read once for each delay: one look-up of
the whole state where the delay has no letters (an overlap of 500 units costs one product, as it does at the present
time), one of each pair where it is `d[i,j]`, which the sum over j needs in any case.

Each distinct state or input and delay is a hidden variable, which whoever integrates supplies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp
from sympy import Expr, Idx

from neurodyn.calculus.graphs import reaching, uses
from neurodyn.calculus.letters import (
    Reference,
    free_letters,
    fresh,
    indices_of,
    letter,
    name_of,
    quantity,
    reindex,
    size_of,
)
from neurodyn.calculus.nodes import Rate
from neurodyn.calculus.rewrite import Definition, substitute, transform
from neurodyn.calculus.supports import Pair, placed
from neurodyn.calculus.times import Lag, OnEdge
from neurodyn.errors import InputError
from neurodyn.language.spell import spell
from neurodyn.model.model import Model

TIME = "t"


@dataclass(frozen=True)
class Delayed:
    """A state or an input as it was some time ago, at each position of the letters.

    Attributes:
        name: of the hidden variable.
        of: the quantity at its positions, which speak of the letters.
        delay: how long ago, in terms of parameters and the letters.
        letters: those of an edge, where the delay lives on a support.
    """

    name: str
    of: Reference
    delay: Expr
    letters: tuple[Idx, ...]


class Delays:
    """Resolves earlier values, in definitions that grow.

    Args:
        model: a flow.
        definitions: what names stand for.

    Attributes:
        definitions: the same with earlier values resolved, and the hidden ones.
        read: what is read of the past, by the name of its variable. Trains of impulses are not among it: what is asked
            of them stays a `Lag`, as their delivery belongs to whoever finds them.
    """

    def __init__(self, model: Model, definitions: Mapping[str, Definition]) -> None:
        self._model, self._known = model, definitions
        self.definitions: dict[str, Definition] = {}
        self.read: dict[str, Delayed] = {}
        self._busy: list[str] = []
        self._varying = frozenset[str]()
        self.update()

    def update(self) -> None:
        """Resolve the definitions that have come since."""
        names = {n for n, q in self._model.names.quantities.items() if q.kind in ("state", "input", "event")}
        rates = {n for n, d in self._known.items() if d.expr.has(Rate)}
        self._varying = reaching(uses(self._known), {TIME, *names, *rates})
        for name, definition in self._known.items():
            if name not in self.definitions:
                self.definitions[name] = Definition(definition.letters, self.resolve(definition.expr))

    def resolve(self, expr: Expr) -> Expr:
        """The expression with hidden quantities in place of earlier values."""
        return self._shifted(expr, sp.S.Zero)

    def _shifted(self, expr: Expr, delay: Expr) -> Expr:
        """The expression as it was a delay ago; delays in it add to that."""

        def earlier(node: sp.Basic) -> sp.Basic:
            return self._earlier(node.args[0], node.args[1] + delay) if isinstance(node, Lag) else node

        expr = transform(expr, earlier) if expr.has(Lag) else expr
        return expr if delay == 0 else substitute(expr, lambda one: self._back(one, delay))

    def _back(self, one: Reference, delay: Expr) -> Expr | None:
        """A quantity of the present as it was a delay ago; None for what is the same at all times, or resolved."""
        name = name_of(one)
        if name == TIME:
            return one - delay
        known = name in self._known or name in self._model.names.quantities
        return self._earlier(one, delay) if known and name in self._varying else None

    def _earlier(self, of: Reference, delay: Expr) -> Expr:
        kind = "definition" if name_of(of) in self._known else self._model.names.quantities[name_of(of)].kind
        if kind == "event":
            return Lag(of, delay)
        own, between = self._own(of, delay)
        if own is None:  # the delay speaks of letters that a position mixes: there is nothing to share
            return self._inlined(of, delay) if kind == "definition" else self._variable(of, delay)
        at = quantity(name_of(of), own)
        put = dict(zip(own, indices_of(of), strict=True))
        made = self._definition if kind == "definition" else self._variable
        return reindex(made(at, between), put)

    def _own(self, of: Reference, delay: Expr) -> tuple[tuple[Idx, ...] | None, Expr]:
        """Letters for all positions of a quantity, and the delay in terms of them; None where there are none."""
        indices, inside, name = indices_of(of), free_letters(delay), name_of(of)
        declared = self._known[name].letters if name in self._known else self._model.names.letters_of(name)
        own = tuple(fresh(x) for x in declared)
        if inside.isdisjoint(free_letters(of)) and (not inside or all(isinstance(i, Idx) for i in indices)):
            return own, delay
        if all(isinstance(i, Idx) for i in indices) and len(set(indices)) == len(indices):
            return own, reindex(delay, dict(zip(indices, own, strict=True)))
        return None, delay

    def _variable(self, of: Reference, delay: Expr) -> Expr:
        """The hidden variable of a state or an input."""
        found, free = self._standard(of, delay)
        self.read[found.name] = found
        value = quantity(found.name, free)
        at_edge = isinstance(found.letters, Pair) and name_of(of) not in self._model.names.on
        return OnEdge(value) if at_edge else value

    def _definition(self, of: Reference, delay: Expr) -> Expr:
        """The hidden definition of a definition at its own letters."""
        found, free = self._standard(of, delay)
        if found.name not in self.definitions:
            self.definitions[found.name] = Definition(found.letters, sp.S.NaN)  # there by name before it is known
            self.definitions[found.name] = Definition(found.letters, self._inlined(found.of, found.delay))
        return quantity(found.name, free)

    def _inlined(self, of: Reference, delay: Expr) -> Expr:
        name = name_of(of)
        if self._busy.count(name) > 1:
            raise InputError(
                f"{name} at an earlier time would be made from itself at ever earlier times.",
                code="delay-recursion",
                remedy="Make it a state with a flow, whose past is kept; or put the delay at the states that it reads.",
                place=self._model.source_of(name).place(0),
            )
        self._busy.append(name)
        found = self._shifted(self._known[name].at(indices_of(of)), delay)
        self._busy.pop()
        return found

    def _standard(self, of: Reference, delay: Expr) -> tuple[Delayed, tuple[Idx, ...]]:
        """An earlier value in letters of the model, so that equal ones are equal, and the letters that stood there."""
        free = tuple(dict.fromkeys(_in_order([*indices_of(of), delay])))
        # A state or a delay of each edge: so is what is read.
        free = placed(self._model.names.on, [of, delay], free)
        taken: list[Idx] = []
        for one in free:
            taken.append(self._letter(size_of(one), taken))
        put = dict(zip(free, taken, strict=True))
        of, delay = reindex(of, put), reindex(delay, put)
        letters = Pair(taken, free.support) if isinstance(free, Pair) else tuple(taken)
        return Delayed(spell(Lag(of, delay)), of, delay, letters), free

    def _letter(self, size: Expr, taken: list[Idx]) -> Idx:
        """A letter over an index set that is not taken."""
        names = [x for x, s in self._model.names.letters.items() if s == str(size)]
        more = (f"{size}_{k}" for k in range(len(taken) + 1))
        return next(x for x in (letter(name, size) for name in (*names, *more)) if x not in taken)


def _in_order(exprs: list[Expr]) -> list[Idx]:
    """The free letters of expressions, as they come."""
    found: list[Idx] = []
    for expr in exprs:
        if isinstance(expr, Idx):
            found.append(expr)
        elif free_letters(expr):
            inside = free_letters(expr)
            found.extend(x for x in sp.preorder_traversal(expr) if isinstance(x, Idx) and x in inside)
    return found
