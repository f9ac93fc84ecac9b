"""Walking and rewriting expressions without capturing letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy import Expr, Idx, Indexed, IndexedBase, S, Symbol

from neurodyn.calculus.letters import Reference, indices_of, name_of, names_in, reindex
from neurodyn.calculus.reductions import Reduction


@dataclass(frozen=True)
class Definition:
    """`name[letters] = expr`: the letters are free in the expression and stand for every position."""

    letters: tuple[Idx, ...]
    expr: Expr

    def at(self, indices: Sequence[Expr]) -> Expr:
        """The expression at other positions."""
        return reindex(self.expr, dict(zip(self.letters, indices, strict=True)))


def is_leaf(expr: sp.Basic) -> bool:
    """Whether there is nothing to rewrite inside."""
    return not expr.args or isinstance(expr, (Idx, IndexedBase))


def with_args(expr: sp.Basic, args: tuple[sp.Basic, ...]) -> sp.Basic:
    """The same node with other arguments; the node itself when nothing changed."""
    return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)


def transform(expr: sp.Basic, change: Callable[[sp.Basic], sp.Basic]) -> sp.Basic:
    """Rewrite bottom-up: each node is passed to `change` after its parts; binders are opened on the way."""
    if isinstance(expr, Indexed):
        return change(with_args(expr, (expr.base, *(transform(i, change) for i in expr.indices))))
    if is_leaf(expr):
        return change(expr)
    if isinstance(expr, Reduction):
        body, mask, letters = expr.open()
        parts = (body, mask, *expr.at)
        new = tuple(transform(p, change) for p in parts)
        same = all(a is b for a, b in zip(new, parts, strict=True))
        return change(expr if same else expr.rebuild(new[0], new[1], letters, new[2:]))
    return change(with_args(expr, tuple(transform(a, change) for a in expr.args)))


def substitute(expr: sp.Basic, put: Callable[[Reference], Expr | None]) -> sp.Basic:
    """Replace references to quantities: `put` gives the new expression, or None to keep the reference."""

    def change(node: sp.Basic) -> sp.Basic:
        if isinstance(node, Indexed) or (
            isinstance(node, Symbol) and not isinstance(node, Idx) and not node.is_integer
        ):
            new = put(node)
            return node if new is None else new
        return node

    return transform(expr, change)


def inline(expr: sp.Basic, definitions: Mapping[str, Definition], stop: frozenset[str] = frozenset()) -> sp.Basic:
    """Replace each reference to a definition by what it stands for, all the way down, except those in `stop`."""
    known = definitions.keys() - stop
    done: dict[str, Definition] = {}

    def put(reference: Reference) -> Expr | None:
        name = name_of(reference)
        if name not in known:
            return None
        if name not in done:
            done[name] = Definition(definitions[name].letters, whole(definitions[name].expr))
        return done[name].at(indices_of(reference))

    def whole(part: sp.Basic) -> sp.Basic:
        return part if names_in(part).isdisjoint(known) else substitute(part, put)

    return whole(expr)


def names_reached(name: str, definitions: Mapping[str, Definition]) -> frozenset[str]:
    """The name, and all that it depends on through definitions."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(names_in(definitions[one].expr) if one in definitions else ())
    return frozenset(found)


TRUE, FALSE = S.true, S.false
