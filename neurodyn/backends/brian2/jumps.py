"""Impulses as synapses: what each train does to each state, term by term.

All impulses of an instant act together: their factors are read before any of them has acted. Brian2 lets one act after
the other, so the jumps of a state that some factor reads are gathered first, and move it when all have come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sympy import Add, Expr, Idx, Mul, S

from neurodyn.backends.brian2.groups import STEP, Group, Groups, spoken
from neurodyn.backends.brian2.junctions import Generator, Junction
from neurodyn.backends.brian2.sites import Array, Site
from neurodyn.backends.brian2.sums import placed
from neurodyn.calculus.contract import expose_deltas, has_delta
from neurodyn.calculus.letters import free_letters, names_in, quantity, reindex
from neurodyn.calculus.nodes import Delta
from neurodyn.system.impulses import Train

# The kind of name of what gathers the jumps of a state.
GATHERED = "jump"


@dataclass(frozen=True, eq=False)
class Jumps:
    """The impulses of a network.

    Attributes:
        sources: who sends the impulses of each event, and the name of the event there.
        still: by state, the variable that says from which step on it is not held.
    """

    groups: Groups
    sources: Mapping[str, tuple[Group | Generator, str]]
    still: Mapping[str, str]

    def junctions(self) -> list[Junction]:
        """All of them; groups gain the variables in which jumps are gathered."""
        impulses = self.groups.context.system.structure.impulses
        found: list[Junction] = []
        if impulses is None:
            return found
        terms = [
            (state, train, term, put)
            for state in impulses.jumps
            for train in impulses.trains.values()
            for term, put in self._of(state, train)
        ]
        read = frozenset[str]().union(*(names_in(term) for _, _, term, _ in terms))
        for state in dict.fromkeys(state for state, *_ in terms if state in read):
            self._gather(state)
        for state, train, term, here in terms:
            target = self.groups.context.names.give(state, GATHERED if state in read else "q")
            junction = self._junction(f"jump_{len(found)}", (state, target), train, term, here)
            found += [] if junction is None else [junction]
        return found

    def _of(self, state: str, train: Train) -> Iterator[tuple[Expr, tuple[Idx, ...]]]:
        """How a train moves a state: terms, and the letters at which the train stands in each."""
        context, group = self.groups.context, self.groups.of(state)
        impulses = context.system.structure.impulses
        assert impulses is not None
        factor = impulses.factor(state, train.name)
        count = len(factor.letters) - len(train.letters)
        sent = factor.letters[count:]
        expr = reindex(factor.expr, dict(zip(factor.letters[:count], group.letters, strict=True)))
        for term in _terms(context.whole(expr)):
            rest, put = _solved(term, sent)
            if has_delta(rest):
                raise context.refused(f"impulses of {train.event} reach {state} at shifted positions")
            yield rest, tuple(put.get(x, x) for x in sent)

    def _gather(self, state: str) -> None:
        """A variable in which the jumps of a state are added up, and that moves the state when all have come."""
        names, group = self.groups.context.names, self.groups.of(state)
        variable, jump = names.give(state), names.give(state, GATHERED)
        group.lines.append(f"{jump} : 1")
        group.regular.append((f"{variable} += {jump}\n{jump} = 0", "after_synapses"))

    def _junction(
        self, name: str, moved: tuple[str, str], train: Train, term: Expr, here: tuple[Idx, ...]
    ) -> Junction | None:
        """The synapses of one term; None where there are none.

        Args:
            moved: the state, and the variable that takes its jumps.
        """
        state, variable = moved
        context, group = self.groups.context, self.groups.of(state)
        put = dict(zip(train.letters, here, strict=True))
        site = placed(context, term * quantity(train.name, here), S.true, here, group.letters)
        constant = Mul(*(f for f in Mul.make_args(term) if context.is_constant(f)))
        weights = np.broadcast_to(site.values(constant), (site.size,))
        site, weights = site.subset(weights != 0), weights[weights != 0]
        if not site.size:
            return None
        rest = Mul(*(f for f in Mul.make_args(term) if not context.is_constant(f)))
        said = rest if free_letters(constant) else term
        text = spoken(said, site, lambda n, at: self.groups.beside(n, at, group), self._summed)
        if free_letters(constant):
            text = f"{site.number(weights)}*{text}"
        if state in self.still:
            text = f"int({STEP} >= {self.still[state]}_post)*{text}"
        source, event = self.sources[train.event]
        sender = tuple(put[x] for x in train.sender)
        home = self.groups.of(train.event)
        delay = None if train.delay is None else self._steps(site, reindex(train.delay, put))
        code = f"{variable}_post += {text}"
        pre, post = home.units(site, sender), group.units(site, group.letters)
        return Junction(name, source, group, pre, post, site, code=code, event=event, delay=delay)

    def _steps(self, site: Site, delay: Expr) -> Array:
        """Delays in whole steps, the nearest ones."""
        dt = self.groups.inputs.plan.dt
        assert dt is not None
        return np.rint(np.broadcast_to(site.values(delay), (site.size,)) / dt)

    def _summed(self, part: Expr) -> str:
        raise self.groups.context.refused("what an impulse does reads a sum over units")


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
