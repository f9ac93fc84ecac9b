"""Sums that read states of edges, or that edges read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sympy import Expr

from neurodyn.backends.brian2.groups import Groups, spoken
from neurodyn.backends.brian2.stage import Coupling, State
from neurodyn.backends.brian2.units import Edges, Group
from neurodyn.calculus.letters import Reference, free_letters, reindex
from neurodyn.calculus.reductions import Reduction


def sum_on(groups: Groups, edges: Edges, at: tuple[Expr, ...], body: Expr, group: Group, to: str) -> None:
    """Let edges add up terms for the units at one of their ends.

    Args:
        at: the letters of the edges in the terms.
        to: the variable of the units.
    """
    put = dict(zip(at, edges.letters, strict=True))
    side, term = edges.side(group, tuple(put.get(x, x) for x in group.letters)), reindex(body, put)
    if side is None or not free_letters(term) <= {*edges.letters}:
        raise groups.context.refused("a sum over edges that have states is not one at the units of one of their ends")
    text = spoken(term, edges.site, partial(groups.own, group=edges), str)
    edges.lines.append(f"{to}_{side} = {text} : 1 (summed)")


def at_end(groups: Groups, part: Reduction, edges: Edges) -> tuple[Reduction, Group, str]:
    """A sum that edges read, as one at the units of an end of theirs, and on which side that is."""
    free = free_letters(part)
    for side, end, letter in zip(("post", "pre"), edges.ends, edges.letters, strict=True):
        if free <= {letter}:
            return reindex(part, {letter: end.letters[0]} if free else {}), end, side
    raise groups.context.refused("each edge has a sum of its own")


@dataclass(frozen=True, eq=False)
class Mixed:
    """Functions of whole groups, but sums at the begin of a step where edges with states read or are read."""

    groups: Groups
    wholes: Coupling
    sums: Coupling

    def reduction(self, part: Reduction, group: Group, state: State, time: str) -> str:
        """The text of a reduction over units."""
        return self._of(part, group).reduction(part, group, state, time)

    def other(self, reference: Reference, group: Group, state: State, time: str) -> str:
        """The text of a state or input of another unit."""
        return self._of(reference, group).other(reference, group, state, time)

    def _of(self, part: Expr, group: Group) -> Coupling:
        return self.sums if isinstance(group, Edges) or self.groups.reads_edges(part) else self.wholes
