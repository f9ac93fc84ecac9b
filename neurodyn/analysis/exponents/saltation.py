"""How directions cross an event: what is known as the saltation matrix, written as what the event sets.

A neighbour in the direction w comes to the event earlier by (grad g . w)/(grad g . f), where g is what crosses 0 and f
the rates. For that time it moves with the rates after the event rather than with those before it. So the event, which
sets R(x), sets w to DR w + (f(R(x)) - DR f) (grad g . w)/(grad g . f).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import sympy as sp
from sympy import Expr, Idx, S

from neurodyn.calculus.forward import Forward
from neurodyn.calculus.letters import indices_of, name_of, names_in, quantity
from neurodyn.calculus.rewrite import Definition, inline, names_reached, substitute
from neurodyn.calculus.scans import find_scans
from neurodyn.errors import InputError
from neurodyn.model.event_rules import Rule
from neurodyn.system.structure import TIME
from neurodyn.system.system import System


@dataclass(frozen=True)
class Crossing:
    """An event of a system with directions.

    Attributes:
        condition, letters: when it happens, at the letters of its units.
        sets: the new values of states and directions.
        refractory, hold: how long it cannot happen again, and what stands still meanwhile.
    """

    name: str
    letters: tuple[Idx, ...]
    condition: sp.Basic
    sets: Mapping[str, Definition]
    refractory: Expr | None
    hold: Mapping[str, tuple[Idx, ...]]

    def of(self, states: Mapping[str, Any]) -> Crossing:
        """What it does to some states alone."""
        sets = {n: d for n, d in self.sets.items() if n in states}
        return replace(self, sets=sets, hold={n: d for n, d in self.hold.items() if n in states})

    def expressions(self) -> list[sp.Basic]:
        """All that it says."""
        more = [] if self.refractory is None else [self.refractory]
        return [self.condition, *more, *(d.expr for d in self.sets.values())]


class Saltation:
    """Writes what events do to directions.

    Args:
        forward: the derivatives along the directions.

    Attributes:
        definitions: what the expressions speak of beside those of the system: rates, and what follows from them.
    """

    def __init__(self, system: System, forward: Forward) -> None:
        structure = system.structure
        self.system, self.forward = system, forward
        self.states = {n: structure.letters(n) for n in system.layout.names}
        self.flows = {n: Definition(d, structure.flows[n].at(d)) for n, d in self.states.items()}
        rates = {n: Definition(d, self.flows[n].expr) for n, d in self.states.items()} | {TIME: Definition((), S.One)}
        self.along = Forward(structure.varying, {**self.states, TIME: ()}, (), lambda n: f"{n} along the flow")
        self._rates = {f"{n} along the flow": d for n, d in rates.items()}

    @property
    def definitions(self) -> dict[str, Definition]:
        return {**self.along.found, **self._rates}

    def crossing(self, rule: Rule) -> Crossing:
        """What an event does to states and directions."""
        check_event(self.system, rule)
        assert isinstance(rule.condition, sp.core.relational.Relational)
        g = rule.condition.lhs - rule.condition.rhs
        after = {s.name: Definition(s.letters, s.expr) for s in rule.sets}
        shift = self.forward.of(g) / self.along.of(g)
        sets = dict(after)
        for name, letters in self.states.items():
            own = quantity(name, letters)
            new = Definition(letters, after[name].at(letters)) if name in after else Definition(letters, own)
            gained = self._flow_after(name, after) - self.along.of(new.expr)
            moved = self.forward.of(new.expr) + gained * shift
            sets[self.forward.named(name)] = Definition((*letters, *self.forward.more), moved)
        hold = {n: self.states[n] for n, _ in rule.hold}
        hold |= {self.forward.named(n): (*d, *self.forward.more) for n, d in hold.items()}
        return Crossing(rule.event.name, rule.letters, rule.condition, sets, rule.refractory, hold)

    def _flow_after(self, name: str, after: Mapping[str, Definition]) -> Expr:
        """The rate of a state just after the event."""
        full = inline(self.flows[name].expr, self.system.structure.varying)
        return substitute(full, lambda r: after[name_of(r)].at(indices_of(r)) if name_of(r) in after else None)


def check_event(system: System, rule: Rule) -> None:
    """Refuse events across which directions are not carried here."""
    structure, sizes = system.structure, system.sizes
    trains = structure.impulses.trains.values() if structure.impulses else ()
    condition = S.false if rule.condition is None else rule.condition
    simple = isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le)
    read = frozenset[str]().union(*(names_reached(n, structure.varying) for n in names_in(condition)))
    reasons = {
        "does not wait for one comparison": not simple,
        "is one for each of several units": prod(sizes[str(x.upper + 1)] for x in rule.letters) > 1,
        "sends impulses": any(train.event == rule.event.name for train in trains),
        "waits for an input": not read.isdisjoint(system.model.inputs),
        "is refractory, and not all states stand still meanwhile": rule.refractory is not None
        and {n for n, _ in rule.hold} != {*system.layout.names},
        "stands beside recursions": bool(find_scans(structure.varying)),
    }
    reason = next((text for text, holds in reasons.items() if holds), None)
    if reason is not None:
        raise InputError(
            f"There are no exponents of {system.name} here: its event {rule.event.name} {reason}.",
            code="no-exponents",
            remedy="Directions are carried across events of one unit that happen where a condition on states is met.",
        )
