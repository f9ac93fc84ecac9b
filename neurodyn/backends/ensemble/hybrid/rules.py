"""The events of a system as a compiled loop reads them: numbers of elements, and no arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sympy import And, Gt, Le, Lt, Not, Or
from sympy.logic.boolalg import Boolean

from neurodyn.program.lower import Output
from neurodyn.system.conditions import comparisons
from neurodyn.system.happenings import Acting, Happenings

if TYPE_CHECKING:
    from neurodyn.system.system import System

# A condition: the number of a level and whether it must be above 0, else not above; or conditions joined by a word.
Truth = tuple[int, bool] | tuple[str, tuple["Truth", ...]]


@dataclass(frozen=True)
class Rules:
    """What a loop is written for. Each unit of each event is one actor, in the order of the model.

    Attributes:
        actors: how many there are.
        levels: how many numbers change sign where a comparison changes.
        reads: the elements of the state that those read.
        watched: the actor and the truth of each condition.
        scheduled: the actors that clocks, lists and Poisson trains set off.
        rests: the actors with a refractory period.
        holds: the elements of the state that stand still while an actor rests.
        recorded: the actors whose times are kept.
        moved: the elements of the state that impulses move.
        sets: the element that is set, the number of its value, and the actor; later ones hold.
        boxed: how many elements have bounds, which may be infinite: all or none.
    """

    actors: int
    levels: int
    reads: tuple[int, ...]
    watched: tuple[tuple[int, Truth], ...]
    scheduled: tuple[int, ...]
    rests: tuple[int, ...]
    holds: tuple[tuple[int, tuple[int, ...]], ...]
    recorded: tuple[int, ...]
    moved: tuple[int, ...]
    sets: tuple[tuple[int, int, int], ...]
    boxed: int

    @property
    def held(self) -> tuple[int, ...]:
        """All elements that may stand still."""
        return tuple(sorted({c for _, elements in self.holds for c in elements}))

    @property
    def memory(self) -> int:
        """How many numbers a run has: what is armed, when each rest ends, how long it is, the next tick, all bounds."""
        return self.tick + 1 + 2 * self.boxed

    @property
    def tick(self) -> int:
        """The place of the next tick among them."""
        return len(self.watched) + 2 * len(self.rests)


def firsts(happenings: Happenings) -> dict[str, int]:
    """The first actor of each event."""
    counts = [event.units for event in happenings.events.values()]
    return dict(zip(happenings.events, np.cumsum([0, *counts])[:-1].tolist(), strict=True))


def level_outputs(system: System) -> list[Output]:
    """The levels of all conditions: above 0 on one side of each comparison."""
    found = []
    for name, rule in system.model.rules.items():
        if rule.condition is not None:
            for k, atom in enumerate(comparisons(rule.condition)):
                a, b = atom.args
                found.append(Output(f"level {name}:{k}", rule.letters, a - b if isinstance(atom, Gt | Le) else b - a))
    return found


def set_outputs(system: System) -> list[Output]:
    """The values that events set."""
    placed = system.structure.placed
    return [
        Output(f"set {name}:{k}", placed(s.name, s.letters), s.expr)
        for name, rule in system.model.rules.items()
        for k, s in enumerate(rule.sets)
    ]


def jump_outputs(system: System) -> list[Output]:
    """How far impulses move states."""
    structure = system.structure
    assert structure.impulses is not None
    jumps = structure.impulses.jumps.items()
    return [Output(f"jump {name}", structure.placed(name, d.letters), d.expr) for name, d in jumps]


def rules_of(system: System, happenings: Happenings, reads: Sequence[int], recorded: Sequence[str]) -> Rules:
    """The events of a system.

    Args:
        reads: the elements of the state that levels read.
        recorded: the events whose times are kept.
    """
    events, first = happenings.events, firsts(happenings)
    watched, levels = _watched(system, events, first)
    layout = system.layout
    at = dict(zip(layout.names, zip(layout.offsets, layout.shapes, strict=True), strict=True))
    assert system.structure.impulses is not None
    moved = [at[name] for name in system.structure.impulses.jumps]

    def actors(names: Sequence[str]) -> tuple[int, ...]:
        return tuple(first[n] + u for n in names for u in range(events[n].units))

    return Rules(
        actors=sum(event.units for event in events.values()),
        levels=levels,
        reads=tuple(reads),
        watched=watched,
        scheduled=actors([n for n, rule in system.model.rules.items() if rule.condition is None]),
        rests=actors([n for n, event in events.items() if event.refractory is not None]),
        holds=tuple(_holds(events, first)),
        recorded=actors([n for n in events if n in recorded]),
        moved=tuple(k for offset, shape in moved for k in range(offset, offset + int(np.prod(shape)))),
        sets=_sets(events, first),
        boxed=layout.size if has_bounds(happenings) else 0,
    )


def has_bounds(happenings: Happenings) -> bool:
    """Whether some state has a bound."""
    return bool(np.isfinite(happenings.low).any() or np.isfinite(happenings.high).any())


def _watched(
    system: System, events: Mapping[str, Acting], first: Mapping[str, int]
) -> tuple[tuple[tuple[int, Truth], ...], int]:
    found, column = list[tuple[int, Truth]](), 0
    for name, rule in system.model.rules.items():
        if rule.condition is None:
            continue
        units, atoms = events[name].units, comparisons(rule.condition)
        for unit in range(units):
            places = {atom: column + k * units + unit for k, atom in enumerate(atoms)}
            found.append((first[name] + unit, _truth(rule.condition, places)))
        column += units * len(atoms)
    return tuple(found), column


def _truth(condition: Boolean, places: Mapping[Boolean, int]) -> Truth:
    if isinstance(condition, And | Or | Not):
        word = {And: "and", Or: "or", Not: "not"}[condition.func]
        return word, tuple(_truth(part, places) for part in condition.args)
    return places[condition], isinstance(condition, Gt | Lt)


def _holds(events: Mapping[str, Acting], first: Mapping[str, int]) -> list[tuple[int, tuple[int, ...]]]:
    return [
        (first[name] + unit, tuple(int(c) for target in event.held for c in target.of(np.array([unit]))))
        for name, event in events.items()
        if event.refractory is not None and event.held
        for unit in range(event.units)
    ]


def _sets(events: Mapping[str, Acting], first: Mapping[str, int]) -> tuple[tuple[int, int, int], ...]:
    found, value = list[tuple[int, int, int]](), 0
    for name, event in events.items():
        for target in event.sets:
            count = 0
            for unit in range(event.units):
                own = target.members.of(np.array([unit])).tolist()
                found += [(target.offset + k, value + k, first[name] + unit) for k in own]
                count += len(own)
            value += count
    return tuple(found)
