"""Derivatives through definitions, definition by definition: nothing is inlined.

A model's energy depends on its state through named definitions. Inlining them all before differentiating blows up;
instead each definition between A and B gets one hidden companion: an adjoint `dA/dn` (reverse order) for a partial
derivative, a rate `dn/dt` (forward order) for a derivative along the flow. Hidden names hold characters that no text
can spell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import sympy as sp
from sympy import Add, Expr, Idx, S

from neurodyn.calculus.contract import sum_over
from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.graphs import in_order, reaching, uses
from neurodyn.calculus.letters import (
    Reference,
    fresh,
    indices_of,
    name_of,
    names_in,
    quantity,
    references,
)
from neurodyn.calculus.nodes import Partial, Rate
from neurodyn.calculus.rewrite import Definition, transform
from neurodyn.calculus.times import Ddt

TIME = "t"


class Chain:
    """Resolves `dA/dB`, `dA/dt` and `ddt(e)` over a growing set of definitions.

    Args:
        definitions: the model's definitions; hidden ones are added to a copy.
        letters: the declared letters of every quantity.
        flow: the rate of a state (or of an unknown) at its own letters, or None for what is held still.
        wires: definitions `part.u` that are inputs of a part: what the part itself says of `dA/dB` holds them still.
    """

    def __init__(
        self,
        definitions: Mapping[str, Definition],
        letters: Mapping[str, tuple[Idx, ...]],
        flow: Callable[[str], Definition | None],
        wires: Iterable[str] = (),
    ) -> None:
        self.definitions = dict(definitions)
        self._letters = dict(letters)
        self._flow = flow
        self._wires = frozenset(wires)

    def resolve(self, expr: Expr) -> Expr:
        """The expression with every `dA/dB`, `dA/dt` and `ddt(e)` replaced by hidden definitions or rates."""

        def change(node: sp.Basic) -> sp.Basic:
            if isinstance(node, Partial):
                return self.partial(*node.args)
            if isinstance(node, Rate):
                return self.rate(node.args[0])
            return self._rate_of_expr(node.args[0]) if isinstance(node, Ddt) else node

        return transform(expr, change) if expr.has(Partial, Rate, Ddt) else expr

    def partial(self, above: Reference, below: Reference) -> Expr:
        """dA/dB with A followed through its definitions down to B; B counts as independent.

        A with letters (the energies of a row of systems) is differentiated member by member: B and all that lies
        between must stand at the same letters, first in their index.
        """
        members = indices_of(above)
        top, name = name_of(above), name_of(below)
        if members and not self._in_step(top, name, members, indices_of(below)):
            raise NotImplementedError(f"{top} has letters, and only one number can be differentiated")
        hidden = self._adjoints(top, name, len(members))
        return quantity(hidden, indices_of(below)) if hidden else S.Zero

    def _in_step(self, top: str, below: str, members: Sequence[Expr], at: Sequence[Expr]) -> bool:
        """Whether each member of A depends on the same member of B alone, by the first letters of all between."""
        count = len(members)
        between = self._between(top, below)
        if tuple(members) != tuple(at[:count]):
            return False
        for name in between:
            if name == below:
                continue
            expr, own = self.resolve(self.definitions[name].expr), self.definitions[name].letters[:count]
            used = (indices_of(r)[:count] for r in references(expr) if name_of(r) in between)
            if len(own) < count or any(first != own for first in used):
                return False
        return True

    def _adjoints(self, top: str, below: str, members: int) -> str:
        """Name of the hidden definition of dA/dB; empty when A does not depend on B."""
        wanted = f"d{top}/d{below}"
        if wanted in self.definitions:
            return wanted
        between = self._between(top, below)
        if below not in between:
            return ""
        hidden = {n: f"d{top}/d{n}" + (f" by {below}" if n != below else "") for n in between}
        for n in reversed(between):
            letters = self._letters[n]
            expr = S.One if n == top else self._adjoint(n, below, hidden, top, members)
            self.definitions[hidden[n]] = Definition(letters, expr)
            self._letters[hidden[n]] = letters
        return wanted

    def _adjoint(self, name: str, below: str, hidden: Mapping[str, str], top: str, members: int) -> Expr:
        """Sum over the definitions r that use `name`: (dA/dr) * (dr/dname), at the same member."""
        own = tuple(fresh(x) for x in self._letters[name])
        terms = []
        for r in hidden:
            if r == below or name not in names_in(self.definitions[r].expr):
                continue
            definition = self.definitions[r]
            at = (*own[:members], *(fresh(x) for x in definition.letters[members:]))
            slope = derivative(self.resolve(definition.at(at)), quantity(name, own))
            above = S.One if r == top else quantity(hidden[r], at)
            terms.append(sum_over(above * slope, at[members:]))
        return Definition(own, Add(*terms)).at(self._letters[name])

    def _between(self, top: str, below: str) -> list[str]:
        """The names on a path from A down to B, in dependency order: B first, A last (but for recursions)."""
        held = {below, *(w for w in self._wires if _is_outside(w, top, below))}
        graph = {name: used for name, used in uses(self.definitions).items() if name not in held}
        on_the_way = reaching(graph, [below])
        return [name for name in in_order(graph, [top]) if name in on_the_way]

    def rate(self, of: Reference) -> Expr:
        """d(of)/dt along the flow, explicit time included; parameters and inputs are held still."""
        name = name_of(of)
        flow = self._flow(name)
        if flow is not None:
            return self.resolve(flow.at(indices_of(of)))
        if name not in self.definitions:
            return S.Zero
        hidden = self._rate_of(name)
        return S.Zero if self.definitions[hidden].expr == 0 else quantity(hidden, indices_of(of))

    def _rate_of(self, name: str) -> str:
        hidden = f"d{name}/dt"
        if hidden not in self.definitions:
            definition = self.definitions[name]
            self._letters[hidden] = definition.letters
            # A recursion asks for its own rate: it is there by name before it is known.
            self.definitions[hidden] = Definition(definition.letters, S.NaN)
            expr = self._rate_of_expr(self.resolve(definition.expr))
            self.definitions[hidden] = Definition(definition.letters, expr)
        return hidden

    def _rate_of_expr(self, expr: Expr) -> Expr:
        terms = [derivative(expr, quantity(TIME))]
        for name in sorted(names_in(expr)):
            if name not in self._letters:
                continue
            at = tuple(fresh(x) for x in self._letters[name])
            rate = self.rate(quantity(name, at))
            if rate != 0:
                terms.append(sum_over(derivative(expr, quantity(name, at)) * rate, at))
        return Add(*terms)


def _is_outside(wire: str, top: str, below: str) -> bool:
    """Whether the wire ends at a part to which both names belong."""
    part = wire.rpartition(".")[0] + "."
    return top.startswith(part) and below.startswith(part)


def gradient(expr: Expr, by: Reference) -> Definition:
    """d expr/d by, as a definition over the letters of `by`."""
    letters = tuple(x for x in indices_of(by) if isinstance(x, Idx))
    return Definition(letters, derivative(expr, by))


def directional(expr: Expr, by: Reference, direction: Reference) -> Expr:
    """The derivative of `expr` along `direction`, a quantity of the shape of `by`."""
    at = tuple(fresh(x) for x in indices_of(by) if isinstance(x, Idx))
    return sum_over(derivative(expr, quantity(name_of(by), at)) * quantity(name_of(direction), at), at)
