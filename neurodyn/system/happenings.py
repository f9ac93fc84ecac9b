"""What the events of a system do, as arrays and functions: conditions, jumps, assignments, schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Idx

from neurodyn.model.event_rules import Rule, field_source
from neurodyn.program.lower import Output
from neurodyn.system.clips import bound_exprs
from neurodyn.system.conditions import Conditions
from neurodyn.system.members import Members, Places, members

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Units = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Target:
    """The elements of a state that belong to units: it begins at `offset` of the flat state."""

    offset: int
    members: Members

    def of(self, units: Places) -> Places:
        """The elements of some units, in the flat state."""
        return self.offset + self.members.of(units)


@dataclass(frozen=True, eq=False)
class Delay:
    """How long the impulses of an event are on their way: one delay for each place in the train."""

    event: str
    members: Members
    delay: Array


@dataclass(frozen=True, eq=False)
class Acting:
    """One event: what its units do. Arrays have an entry, or a row, for each unit.

    Attributes:
        sets: where each statement puts its values.
        refractory: None if it can happen again at once.
        held: the elements that stand still while a unit is refractory.
        every, phase, rate: of a clock or a Poisson process.
        counted: whether its impulses are counted in each step, and have no times.
        at: times for each unit.
        passive: whether nothing follows from it, so that no solver need stop.
    """

    name: str
    shape: tuple[int, ...]
    sets: tuple[Target, ...]
    refractory: Array | None
    held: tuple[Target, ...]
    every: Array | None
    phase: Array | None
    rate: Array | None
    counted: bool
    at: tuple[tuple[float, ...], ...]
    passive: bool

    @property
    def units(self) -> int:
        return int(np.prod(self.shape))


class Happenings:
    """All events of a system, bound to its values.

    Attributes:
        events: by name, in the order of the model.
        conditions: those of the events that have one.
        delays: by the name of a delayed train.
        trains: the shape of each train.
    """

    def __init__(self, system: System) -> None:
        structure = system.structure
        assert structure.impulses is not None
        self._system, self._impulses = system, structure.impulses
        self._values = system.bound()
        self.events = {name: self._acting(rule) for name, rule in system.model.rules.items()}
        shapes = {name: event.shape for name, event in self.events.items()}
        has_conditions = any(rule.condition is not None for rule in system.model.rules.values())
        self.conditions = Conditions(system, shapes) if has_conditions else None
        self.delays: dict[str, Delay] = {}
        self.trains: dict[str, tuple[int, ...]] = {}
        for name, train in self._impulses.trains.items():
            letters = structure.placed(name, train.letters)
            self.trains[name] = self._shape(letters)
            if train.delay is not None:
                own = members(self._values, letters, train.sender, self.events[train.event].shape)
                delay = self._evaluate(train.event, "", train.delay, letters).ravel()
                self.delays[name] = Delay(train.event, own, delay)
        self._sets = {name: self._set_function(rule) for name, rule in system.model.rules.items() if rule.sets}
        self.low, self.high = self._bounds()

    @cached_property
    def _jump(self) -> Callable[..., Mapping[str, Any]] | None:
        """How far states jump; made where it is asked for, as sums over edges take a matrix each."""
        placed, jumps = self._system.structure.placed, self._impulses.jumps.items()
        return self._bound("jump", [Output(n, placed(n, d.letters), d.expr) for n, d in jumps])

    def jumped(self, t: float, y: Array, inputs: Mapping[str, Any], arrived: Iterable[tuple[str, Units]]) -> Array:
        """How far the states jump when impulses arrive: trains, each with the places of its impulses."""
        change = np.zeros_like(y)
        if self._jump is not None:
            layout, counts = self._system.layout, {n: np.zeros(shape) for n, shape in self.trains.items()}
            for name, places in arrived:
                np.add.at(counts[name].reshape(-1), places, 1.0)
            found = self._jump(t, {**layout.unpack(y), **inputs, **counts})
            for name, at, shape in zip(layout.names, layout.offsets, layout.shapes, strict=True):
                if name in found:
                    change[at : at + int(np.prod(shape))] = np.ravel(found[name])
        return change

    def assigned(self, t: float, y: Array, inputs: Mapping[str, Any], fired: Mapping[str, Units]) -> Array:
        """The states after all that the units of events set, which reads the states y.

        Of two statements that set the same element the later one in the file holds.
        """
        after = y.copy()
        for name in self.events:
            if name in fired and name in self._sets:
                units = np.unique(fired[name])
                for target, values in zip(self.events[name].sets, self._sets[name](t, y, inputs), strict=True):
                    own = target.members.of(units)
                    after[target.offset + own] = values[own]
        return after

    def clipped(self, y: Array) -> Array:
        """The states within their bounds."""
        found: Array = np.minimum(np.maximum(y, self.low), self.high)
        return found

    def _acting(self, rule: Rule) -> Acting:
        name, letters, event = rule.event.name, rule.letters, rule.event
        shape = self._shape(letters)
        arrays = {}
        for word in ("refractory", "every", "phase", "rate"):
            expr = getattr(rule, word)
            arrays[word] = None if expr is None else self._evaluate(name, word, expr, letters).ravel()
        drives = any(train.event == name for train in self._impulses.trains.values())
        return Acting(
            name,
            shape,
            sets=tuple(self._target(s.name, s.letters, letters) for s in rule.sets),
            held=tuple(self._target(state, own, letters) for state, own in rule.hold),
            counted=event.counted,
            at=rule.at,
            passive=not (drives or rule.sets or event.refractory is not None),
            **arrays,
        )

    def _shape(self, letters: tuple[Idx, ...]) -> tuple[int, ...]:
        return self._values.shape(letters, None)

    def _evaluate(self, event: str, word: str, expr: Expr, letters: tuple[Idx, ...]) -> Array:
        declared = self._system.model.events[event]
        source = field_source(declared, word) if word else declared.source
        return self._values.evaluate(expr, letters, (), source)

    def _target(self, state: str, own: tuple[Idx, ...], units: tuple[Idx, ...]) -> Target:
        """The elements of a state that belong to each unit of an event."""
        layout, structure = self._system.layout, self._system.structure
        found = members(self._values, structure.placed(state, own), units, self._shape(units))
        return Target(layout.offsets[layout.names.index(state)], found)

    def _set_function(self, rule: Rule) -> Callable[..., list[Array]]:
        name, placed = rule.event.name, self._system.structure.placed
        outputs = [Output(f"{name}:{k}", placed(s.name, s.letters), s.expr) for k, s in enumerate(rule.sets)]
        bound, layout = self._bound(("set", name), outputs), self._system.layout
        assert bound is not None

        def values(t: float, y: Array, inputs: Mapping[str, Any]) -> list[Array]:
            found = bound(t, {**layout.unpack(y), **inputs})
            return [np.ravel(found[o.name]) for o in outputs]

        return values

    def _bound(self, key: Any, outputs: Sequence[Output]) -> Callable[..., Mapping[str, Any]] | None:
        return self._system.bind(key, outputs, False) if outputs else None

    def _bounds(self) -> tuple[Array, Array]:
        """The least and the largest value of every element."""
        system = self._system
        low, high = (np.full(system.layout.size, edge) for edge in (-np.inf, np.inf))
        for name, at, shape in zip(system.layout.names, system.layout.offsets, system.layout.shapes, strict=True):
            declared = system.model.states[name]
            if declared.clip:
                *exprs, source = bound_exprs(system.model, declared)
                letters, here = system.structure.letters(name), slice(at, at + int(np.prod(shape)))
                low[here], high[here] = (np.ravel(self._values.evaluate(e, letters, (), source)) for e in exprs)
        return low, high
