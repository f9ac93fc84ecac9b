"""Lowering at the edges of a support: one axis, of edges, in place of the two letters of a pair.

What speaks of one end alone is computed once for each position, and read at that end of each edge; only what speaks
of both ends is computed edge by edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp
from sympy import Expr, Idx, Indexed

from neurodyn.calculus.letters import indices_of, name_of
from neurodyn.calculus.reductions import Reduction
from neurodyn.calculus.supports import edge_letter
from neurodyn.program import positions
from neurodyn.program.builder import Letter, Ref
from neurodyn.program.context import Context, NotAtEdges


class OnEdges(Context):
    """A context in which two letters stand at the ends of the edges of a support.

    Attributes:
        plain: the context around.
        support: the support.
        ends: which end (0 or 1) each of the letters stands at.
        edge: the letter of the edges.
    """

    def __init__(self, plain: Context, support: str, ends: Mapping[Idx, int]) -> None:
        super().__init__(
            plain.builder,
            plain.definitions,
            plain.constant,
            plain.trial_names,
            plain.rules,
            plain.recursions,
            plain.supports,
        )
        self.plain, self.support, self.ends = plain, support, dict(ends)
        self.edge = edge_letter(support)
        self.wires = plain.wiring(support)

    def lower(self, expr: sp.Basic) -> Ref:
        found = self._refs.get(expr)
        if found is None:
            found = self._refs[expr] = self._lowered(expr)
        return found

    def _lowered(self, expr: sp.Basic) -> Ref:
        if not self.ends.keys() <= self.plain.axes_of(expr):
            return self.gathered(self.plain.lower(expr))
        if isinstance(expr, Indexed):
            return self._reference(expr)
        return self.rule_of(expr)(self, expr)

    def axes_of(self, expr: sp.Basic) -> frozenset[Letter]:
        axes = self.plain.axes_of(expr)
        return axes if axes.isdisjoint(self.ends) else axes.difference(self.ends) | {self.edge}

    def is_axis(self, letter: Idx) -> bool:
        return letter not in self.ends

    def gathered(self, ref: Ref) -> Ref:
        for letter, side in self.ends.items():
            if letter in ref.axes:
                axes = tuple(self.edge if a == letter else a for a in ref.axes)
                return self.builder.emit("gather", (self.wires, ref), axes, data=(side, ref.axes.index(letter)))
        return ref

    def spread(self, ref: Ref) -> Ref:
        """A value with the axis of the edges, also where it is the same for all."""
        if self.edge in ref.axes:
            return ref
        return self.builder.emit("broadcast", (ref,), (*ref.axes, self.edge))

    def reduced(self, op: str, ref: Ref, letters: Sequence[Letter]) -> Ref:
        """A value of edges, reduced over those of the letters of the pair that are bound."""
        ref = self.spread(ref)
        kept = [x for x in self.ends if x not in letters]
        if not kept:
            return self.builder.emit(op, (ref,), [a for a in ref.axes if a != self.edge], over=[self.edge])
        axes = [kept[0] if a == self.edge else a for a in ref.axes]
        data = (op, self.ends[kept[0]], ref.axes.index(self.edge))
        return self.builder.emit("segment", (self.wires, ref), axes, data=data)

    def _reference(self, expr: Indexed) -> Ref:
        """A quantity that is read at both ends."""
        name, indices = name_of(expr), indices_of(expr)
        if name in self.supports.on:
            return self._of_support(name, indices)
        if name in self.definitions:
            return self._defined_at(expr)
        slots = tuple(str(k) for k in range(len(indices)))
        where = dict(zip(slots, indices, strict=True))
        computed = {s: p for s, p in where.items() if not self.plain.axes_of(p).isdisjoint(self.ends)}
        others = {s: p for s, p in where.items() if s not in computed}
        return positions.taken(self, positions.place(self.plain, self.load(name, slots), others), computed)

    def _of_support(self, name: str, indices: Sequence[Expr]) -> Ref:
        """A quantity on this support, or on another one: there it is 0 where that has no such edge."""
        sides = tuple(self.ends.get(x) for x in indices)
        if None in sides:
            raise _no_such_edge(name)
        flat, support = self.plain.on_support(name), self.supports.on[name]
        if (support, sides) == (self.support, (0, 1)):
            return flat
        other = self.plain.wiring(support)
        places = self.builder.emit("edges_found", (self.wires, other), (self.edge,), data=sides == (1, 0))
        axes = tuple(self.edge if a == edge_letter(support) else a for a in flat.axes)
        return self.builder.emit("edges_taken", (flat, places), axes, data=flat.axes.index(edge_letter(support)))

    def _defined_at(self, expr: Indexed) -> Ref:
        """A definition that speaks of both ends is computed edge by edge, never for all pairs."""
        definition = self.definitions[name_of(expr)]
        where = dict(zip(definition.letters, indices_of(expr), strict=True))
        ends = {letter: self.ends[p] for letter, p in where.items() if p in self.ends}
        others = {letter: p for letter, p in where.items() if letter not in ends}
        if len(ends) != 2 or not all(self.plain.axes_of(p).isdisjoint(self.ends) for p in others.values()):
            raise _no_such_edge(name_of(expr))
        return positions.place(self.plain, self.plain.on_edges(self.support, ends).lower(definition.expr), others)


def _no_such_edge(name: str) -> NotAtEdges:
    sentence = f"{name} is read beside an edge here, not at its two ends."
    return NotAtEdges(name, sentence, "Read it at the letters of the edge.")


def nested(name: str) -> NotAtEdges:
    """The error for a sum over edges that depends on both ends of an edge."""
    sentence = f"This sum over the edges of {name} stands in another sum over edges, and speaks of both its ends."
    return NotAtEdges(name, sentence, "Define the inner sum by an equation of its own, over one letter.")


def context_of(ctx: Context, expr: Reduction) -> tuple[Context, sp.Basic]:
    """Where the terms of a reduction are lowered, and the mask that is left: on edges, where it runs over them."""
    if not ctx.supports.on:
        return ctx, expr.mask
    place = ctx.supports.around(sp.S.One, expr.mask, expr.letters)
    if place is None:
        return ctx, expr.mask
    if isinstance(ctx, OnEdges):
        at = dict(zip(expr.letters, expr.at, strict=True)) if expr.at else {}
        if (place[0], {at.get(x, x): k for k, x in enumerate(place[1:])}) != (ctx.support, ctx.ends):
            raise nested(place[0])
        ctx = ctx.plain
    elif expr.at:
        raise NotAtEdges(place[0], "A softmax over edges is read where there is none.", "Sum it over the same letter.")
    return ctx.on_edges(place[0], {place[1]: 0, place[2]: 1}), without_place(ctx, expr.mask, place)


def without_place(ctx: Context, mask: sp.Basic, place: tuple[str, Expr, Expr]) -> sp.Basic:
    """A mask without the condition that there is an edge, which each edge fulfils."""
    return sp.And(*(c for c in sp.And.make_args(mask) if not (isinstance(c, sp.Ne) and _is_edge(c.args, place))))


def _is_edge(sides: tuple[sp.Basic, ...], place: tuple[str, Expr, Expr]) -> bool:
    """Whether the two sides are 0 and the support itself at a place."""
    (expr, other) = sides if sides[1] == 0 else reversed(sides)
    return other == 0 and isinstance(expr, Indexed) and (name_of(expr), *indices_of(expr)) == place
