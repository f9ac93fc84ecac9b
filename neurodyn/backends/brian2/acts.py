"""What impulses do to states, term by term, and on which synapses: those of edges that have states, or plain ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sympy import Add, Expr, Idx, Mul

from neurodyn.backends.brian2.groups import Groups
from neurodyn.backends.brian2.units import Edges
from neurodyn.calculus.contract import expose_deltas, has_delta
from neurodyn.calculus.letters import free_letters, reindex
from neurodyn.calculus.nodes import Delta
from neurodyn.system.impulses import Impulses, Train


@dataclass(frozen=True, eq=False)
class Act:
    """One term of a jump: what an impulse of a train does to a state.

    Attributes:
        letters, here: at which the state and the train stand in the term.
        edges: those whose states it reads or moves; None where it knows units alone.
        side: at which end of these the impulse comes from, `pre` or `post`; one without a unit comes to all of `post`.
    """

    state: str
    train: Train
    term: Expr
    letters: tuple[Idx, ...]
    here: tuple[Idx, ...]
    edges: Edges | None = None
    side: str = ""

    @property
    def sender(self) -> tuple[Idx, ...]:
        """The letters of the unit whose impulse it is."""
        return tuple(self.put[x] for x in self.train.sender)

    @property
    def put(self) -> dict[Idx, Idx]:
        """The letters of the train as they stand here."""
        return dict(zip(self.train.letters, self.here, strict=True))


def acts_of(groups: Groups, impulses: Impulses) -> list[Act]:
    """All of a network."""
    pairs = [(state, train) for state in impulses.jumps for train in impulses.trains.values()]
    return [_placed(groups, act) for state, train in pairs for act in _of(groups, impulses, state, train)]


def _of(groups: Groups, impulses: Impulses, state: str, train: Train) -> Iterator[Act]:
    context, group, factor = groups.context, groups.of(state), impulses.factor(state, train.name)
    count = len(factor.letters) - len(train.letters)
    sent = factor.letters[count:]
    expr = reindex(factor.expr, dict(zip(factor.letters[:count], group.letters, strict=True)))
    for term in _terms(context.whole(expr)):
        rest, put = _solved(term, sent)
        if has_delta(rest):
            raise context.refused(f"impulses of {train.event} reach {state} at shifted positions")
        yield Act(state, train, rest, tuple(group.letters), tuple(put.get(x, x) for x in sent))


def _placed(groups: Groups, act: Act) -> Act:
    """The same on the edges whose states it reads or moves."""
    group = groups.of(act.state)
    edges, indices = (group, act.letters) if isinstance(group, Edges) else groups.edges_in(act.term)
    if edges is None:
        return act
    put = dict(zip(indices, edges.letters, strict=True))
    letters, here = (tuple(put.get(x, x) for x in at) for at in (act.letters, act.here))
    found = replace(act, term=reindex(act.term, put), letters=letters, here=here, edges=edges)
    side = edges.side(groups.of(act.train.event), found.sender) if found.sender else "post"
    joined = group is edges or edges.side(group, letters) is not None
    if side is None or not joined or not free_letters(found.term) | {*here} <= {*edges.letters}:
        raise groups.context.refused(
            f"impulses of {act.train.event} reach {act.state} by edges that do not join the two"
        )
    return replace(found, side=side)


def _terms(expr: Expr) -> list[Expr]:
    """Terms that fix positions, each by itself, and all others as one."""
    parts = Add.make_args(expose_deltas(expr))
    fixed = [p for p in parts if has_delta(p)]
    others = Add(*(p for p in parts if not has_delta(p)))
    return [*fixed, *([] if others == 0 else [others])]


def _solved(term: Expr, sent: Sequence[Idx]) -> tuple[Expr, dict[Idx, Idx]]:
    """A term without the deltas that say which unit sends, and what these put in place of the letters of a train."""
    put: dict[Idx, Idx] = {}
    for delta in [f for f in Mul.make_args(term) if isinstance(f, Delta)]:
        a, b = (put.get(x, x) for x in delta.args)
        if a not in sent:
            a, b = b, a
        if a in sent and isinstance(b, Idx):
            put = {x: b if y == a else y for x, y in put.items()} | {a: b}
            term = Mul(*(f for f in Mul.make_args(term) if f != delta)).xreplace({a: b})
    return term, put
