"""Quantities on a support: `k[i,j]` that lives on `C[i,j]` has a value where C is not 0, and is 0 elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import sympy as sp
from sympy import Add, Expr, Idx, Indexed, Mul, Pow, S
from sympy.core.relational import Relational

from neurodyn.calculus import nodes
from neurodyn.calculus.letters import indices_of, letter, name_of, names_in, quantity, size_symbol
from neurodyn.calculus.reductions import Reduction, Softmax, Sum
from neurodyn.calculus.rewrite import Definition

Place: TypeAlias = tuple[str, Expr, Expr]  # a support, and the positions of its two letters
Places: TypeAlias = frozenset[Place]
NOWHERE: Places = frozenset()

# Functions that are 0 where all their arguments are.
THROUGH_ZERO = (
    sp.sin, sp.tan, sp.tanh, sp.sinh, sp.atan, sp.asinh, sp.erf, nodes.Expm1, nodes.Log1p, nodes.Relu, nodes.Absolute,
    nodes.Floor, nodes.Stop, nodes.Sign, nodes.Heaviside, nodes.Larger, nodes.Smaller,
)  # fmt: skip


class Pair(tuple[Idx, ...]):
    """The two letters of a quantity on a support: one axis, of edges, stands for both. Further letters may follow."""

    support: str

    def __new__(cls, letters: Iterable[Idx], support: str) -> Pair:
        self = super().__new__(cls, letters)
        self.support = support
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pair) and self.support == other.support and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash((self.support, tuple(self)))


def edges_size(support: str) -> str:
    """The name of the number of edges of a support, among the sizes of a program."""
    return f"edges of {support}"


def edge_dim(support: str) -> str:
    """What results call the edges of a support."""
    return f"{support}_edge"


def edge_letter(support: str) -> Idx:
    """The letter that runs over the edges of a support."""
    return letter(f"edge of {support}", size_symbol(edges_size(support)))


@dataclass(frozen=True)
class Supports:
    """Which quantities live on which support; a support lives on itself.

    Attributes:
        on: the support of each quantity that lives on one.
        definitions: what other names stand for.
    """

    on: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    _known: dict[sp.Basic, Places] = field(default_factory=dict, repr=False)

    def outside(self, expr: sp.Basic) -> Places:
        """The places outside which an expression is 0, or a condition does not hold."""
        if not self.on or not self.concerns(expr):
            return NOWHERE
        if expr not in self._known:
            self._known[expr] = NOWHERE  # for a recursion that comes back to it
            self._known[expr] = self._outside(expr)
        return self._known[expr]

    def concerns(self, expr: sp.Basic) -> bool:
        """Whether an expression speaks of a quantity on a support, or of a definition, which may."""
        return any(name in self.on or name in self.definitions for name in names_in(expr))

    def _outside(self, expr: sp.Basic) -> Places:
        match expr:
            case Indexed():
                return self._of_reference(expr)
            case Mul() | sp.And():
                return NOWHERE.union(*(self.outside(a) for a in expr.args))
            case Add() | sp.Or():
                return self.outside(expr.args[0]).intersection(*(self.outside(a) for a in expr.args[1:]))
            case Pow():
                return self.outside(expr.base) if expr.exp.is_positive else NOWHERE
            case nodes.Where():
                condition, a, b = expr.args
                first = self.outside(a) | self.outside(condition)
                return first if b == 0 else first & self.outside(b)
            case Relational():
                return self._of_relation(expr)
            case Reduction():
                return self._of_reduction(expr)
        if isinstance(expr, THROUGH_ZERO):
            return self.outside(expr.args[0]).intersection(*(self.outside(a) for a in expr.args[1:]))
        return NOWHERE

    def _of_reference(self, expr: Indexed) -> Places:
        name, indices = name_of(expr), indices_of(expr)
        if name in self.on:
            return frozenset([(self.on[name], *indices)]) if _is_pair(indices) else NOWHERE
        if name not in self.definitions:
            return NOWHERE
        definition = self.definitions[name]
        at = dict(zip(definition.letters, indices, strict=True))
        found = ((c, at.get(a, a), at.get(b, b)) for c, a, b in self.outside(definition.expr))
        return frozenset(place for place in found if _is_pair(place[1:]))

    def _of_relation(self, expr: sp.Basic) -> Places:
        """Where `x != 0`, `x > 0.1` and the like can hold."""
        quantities = [a for a in expr.args if not a.is_number]
        if len(quantities) != 1:
            return NOWHERE
        at_zero = expr.func(*(a if a.is_number else S.Zero for a in expr.args))
        return self.outside(quantities[0]) if at_zero is S.false else NOWHERE

    def _of_reduction(self, expr: Reduction) -> Places:
        inside = self.outside(expr.mask)
        if isinstance(expr, Sum):
            inside |= self.outside(expr.body)
        elif not isinstance(expr, Softmax):
            return NOWHERE
        at = dict(zip(expr.letters, expr.at, strict=True)) if expr.at else {}
        inside = frozenset((c, at.get(a, a), at.get(b, b)) for c, a, b in inside)
        return frozenset(p for p in inside if expr.bound.isdisjoint(p[1:]) and _is_pair(p[1:]))

    def around(self, body: sp.Basic, mask: sp.Basic, letters: Iterable[Idx]) -> Place | None:
        """The edges over which a reduction runs: a place outside which its terms do not count.

        Of several, one with a free letter comes first: what is left can be summed before, over one of its ends.
        """
        bound = frozenset(letters)
        found = [p for p in self.outside(body) | self.outside(mask) if not bound.isdisjoint(p[1:])]
        order = {name: k for k, name in enumerate(self.on.values())}
        return min(found, key=lambda p: (len(bound & {*p[1:]}), order[p[0]], str(p)), default=None)

    def mentioned(self, expr: sp.Basic) -> Iterator[Place]:
        """The places of all quantities on supports that an expression reads, also through definitions."""
        if isinstance(expr, Indexed):
            yield from self.outside(expr)
            for index in expr.indices:
                if not isinstance(index, Idx):
                    yield from self.mentioned(index)
        elif isinstance(expr, Reduction):
            parts = (p for x in (expr.body, expr.mask) for p in self.mentioned(x))
            yield from (p for p in parts if expr.bound.isdisjoint(p[1:]))
        elif not isinstance(expr, Idx):
            for argument in expr.args:
                yield from self.mentioned(argument)

    def terms(self, body: Expr, letters: Iterable[Idx]) -> list[Expr]:
        """The terms of a sum over the letters: brackets that only partly live on edges are opened."""
        bound = frozenset(letters)
        opened: list[Expr] = []
        for term in Add.make_args(body):
            factors = Mul.make_args(term)
            at = next((k for k, f in enumerate(factors) if self._is_mixed(f, bound)), None)
            if at is None:
                opened.append(term)
                continue
            base, exponent = factors[at].as_base_exp()
            others = [*factors[:at], *factors[at + 1 :]]
            parts = base.args if exponent == 1 else sp.expand(factors[at], deep=False).args
            for part in parts:
                opened.extend(self.terms(Mul(part, *others), bound))
        return opened

    def _is_mixed(self, factor: Expr, bound: frozenset[Idx]) -> bool:
        base, exponent = factor.as_base_exp()
        if not isinstance(base, Add) or exponent not in (1, 2, 3) or self.around(factor, S.true, bound):
            return False
        return any(not bound.isdisjoint(p[1:]) for p in self.mentioned(base))


def _is_pair(indices: tuple[Expr, ...]) -> bool:
    """Whether a quantity is read at two different letters."""
    return len(indices) == 2 and indices[0] != indices[1] and all(isinstance(x, Idx) for x in indices)


def placed(on: Mapping[str, str], exprs: Iterable[sp.Basic], letters: tuple[Idx, ...]) -> tuple[Idx, ...]:
    """The letters of a statement: those of an edge, in its order, if it reads a quantity on a support at them."""
    if not on or len(letters) != 2:
        return letters
    supports = Supports(on)
    found = {p for expr in exprs for p in supports.mentioned(expr) if {*p[1:]} == {*letters}}
    place = min(found, default=None, key=str)
    return letters if place is None else Pair(place[1:], place[0])


# Reductions that count no term where there is no edge; a sum says so by a factor.
OVER_EDGES = frozenset({"mean", "prod", "norm", "max", "min", "logsumexp", "softmax", "count", "any", "all"})


def edge_condition(on: Mapping[str, str], word: str, body: sp.Basic, letters: Iterable[Idx]) -> sp.Basic:
    """That there is an edge, for a reduction that reads quantities on supports at its letters: only edges count."""
    if not on or word not in OVER_EDGES:
        return S.true
    bound = frozenset(letters)
    found = {p for p in Supports(on).mentioned(body) if not bound.isdisjoint(p[1:])}
    return sp.And(*(sp.Ne(quantity(c, (a, b)), 0) for c, a, b in found))


def living_on(on: Mapping[str, str], definitions: Mapping[str, Definition]) -> dict[str, str]:
    """The support of each quantity, with those definitions added that are 0 outside one at their own letters."""
    if not on:
        return {}
    found = dict(on)
    supports = Supports(on, definitions)
    for name, definition in definitions.items():
        if name not in found and len(definition.letters) == 2:
            places = (p for p in supports.outside(definition.expr) if p[1:] == definition.letters)
            place = min(places, default=None, key=lambda p: p[0])
            if place is not None:
                found[name] = place[0]
    return found
