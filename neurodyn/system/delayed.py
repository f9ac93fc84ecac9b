"""The numbers of a system's delays: which element is read how long ago, and what was before the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Idx

from neurodyn.calculus.letters import Reference, free_letters, indices_of, name_of, quantity
from neurodyn.calculus.rewrite import Definition, substitute
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.system.delayed_signal import DelayedSignal
from neurodyn.system.delays import TIME, Delayed
from neurodyn.system.formulas import Drawn
from neurodyn.system.history import before, function_of_time
from neurodyn.system.signals import Signal
from neurodyn.system.values import Values

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Reading:
    """A hidden variable as elements of a quantity at delays.

    Attributes:
        places: which elements of the flat quantity; of a state, of the flat vector of states.
        delays: as many as there are places, or one number for all.
        shape: of the variable.
    """

    delayed: Delayed
    places: Places
    delays: Array
    shape: tuple[int, ...]

    @property
    def name(self) -> str:
        """The name of the hidden variable."""
        return self.delayed.name

    @cached_property
    def delay(self) -> Array | float:
        """The delays, as a plain number where there is one for all."""
        return self.delays if self.delays.ndim else float(self.delays)

    @cached_property
    def latest_first(self) -> tuple[Array, Places, Places]:
        """Delays with their places from the longest to the shortest, so by the time that is read; and the way back."""
        order = np.argsort(-self.delays, kind="stable")
        return self.delays[order], self.places[order], np.argsort(order)

    @cached_property
    def slot(self) -> Places | slice:
        """The places, as a slice where they follow one another."""
        first, count = int(self.places[0]) if self.places.size else 0, self.places.size
        in_a_row = not self.delays.ndim and np.array_equal(self.places, np.arange(first, first + count))
        return slice(first, first + count) if in_a_row else self.places


def reading(values: Values, delayed: Delayed, first: int, source: Source) -> Reading:
    """The numbers of a hidden variable; `first` is the place of the quantity's first element.

    Where a position is beyond ends of zero nothing counts, nor where a delay is not above 0 (it is masked, which the
    rules have made sure of): the longest delay stands there.
    """
    name, letters = name_of(delayed.of), delayed.letters
    shape = values.shape(letters, source)
    own = values.shape(values.structure.letters(name), source)
    numbers = np.arange(1.0, 1 + np.prod(own, dtype=int)).reshape(own)
    mark = f"{name}~place"
    found = function_of_time(values, quantity(mark, indices_of(delayed.of)), letters, shape, {mark: name})
    places = np.asarray(found({mark: numbers}, 0.0), dtype=np.intp).ravel() - 1
    delays = values.evaluate(delayed.delay, letters if free_letters(delayed.delay) else (), (), source)
    if delays.size and delays.ndim:
        delays = np.where((places < 0) | (delays.ravel() <= 0), delays.max(), delays.ravel())
    return Reading(delayed, np.maximum(places, 0) + first, delays, shape)


class Earlier:
    """All that a system reads of the past.

    Attributes:
        readings: of states.
        distinct: the different delays of states, sorted.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        structure, layout = system.structure, system.layout
        values = system.bound()
        self.readings: list[Reading] = []
        self._inputs: list[Reading] = []
        for delayed in structure.delayed.values():
            name, source = name_of(delayed.of), Source(delayed.name)
            if name in layout.names:
                first = layout.offsets[layout.names.index(name)]
                self.readings.append(reading(values, delayed, first, source))
            else:
                self._inputs.append(reading(values, delayed, 0, source))
        self.distinct: Array = np.unique(np.concatenate([np.empty(0), *(r.delays.ravel() for r in self.readings)]))

    def signals(self, known: Mapping[str, Signal]) -> dict[str, Signal]:
        """The inputs at earlier times, as signals of their own, by the names of their variables."""
        found: dict[str, Signal] = {}
        for r in self._inputs:
            signal = known[name_of(r.delayed.of)]
            found[r.name] = DelayedSignal(signal, r.places, r.delays, r.shape)
        return found

    def base(self, start: Array) -> Array:
        """The states at all times before the start, those apart that `before` makes a function of time."""
        found = np.array(start)
        slots = self._system.layout.unpack(found[None])  # views, so what is written there is written in `found`
        for name, declared in self._system.model.states.items():
            if declared.before is not None and not isinstance(declared.before, str):
                slots[name][...] = before(self._system.bound(), name, 0, None)
        return found

    def draws(self, trials: int | None, seed: int) -> dict[str, Array]:
        """What is drawn in `before`, with a leading axis of trials where they differ."""
        values, found = self._system.bound(), {}
        for name in self._told:
            _, calls = self._text(name)
            letters = self._system.structure.letters(name)
            for k, call in enumerate(calls):
                if trials is None or not call.random:
                    found[call.name] = values.draw(call, letters, k, (), None, seed)
                else:
                    each = [values.draw(call, letters, k, (), trial, seed) for trial in range(trials)]
                    found[call.name] = np.stack(each)
        return found

    @cached_property
    def _told(self) -> tuple[str, ...]:
        """The delayed states of which `before` makes a function."""
        asked = {name_of(r.delayed.of) for r in self.readings}
        return tuple(n for n, d in self._system.model.states.items() if isinstance(d.before, str) and n in asked)

    def _text(self, name: str) -> tuple[Expr, tuple[Drawn, ...]]:
        """What `before` says of a state, and its draws."""
        declared = self._system.model.states[name]
        source = value_source(declared.source, declared.before)
        return self._system.bound().read(f"{name} before", source, self._system.structure.letters(name))

    def before(self, r: Reading, draws: Mapping[str, Array]) -> Callable[[float], Array] | None:
        """What a reading finds before the start, by the time now: flat, or one row for each trial.

        None where the state was what `base` says.
        """
        name = name_of(r.delayed.of)
        if name not in self._told:
            return None
        values = self._system.bound()
        expr, calls = self._text(name)
        own = values.structure.letters(name)
        moved = _earlier(Definition(own, expr), r.delayed.of, r.delayed.delay)
        letters: tuple[Idx, ...] = r.delayed.letters
        drawn = {c.name: draws[c.name] for c in calls}
        formula = function_of_time(values, moved, letters, r.shape, dict.fromkeys(drawn, name))
        by_trial = [n for n, a in drawn.items() if a.ndim > len(values.shape(own, None))]

        def once(t: float, drawn: Mapping[str, Array]) -> Array:
            return formula(drawn, t).ravel()

        def each(t: float) -> Array:
            count = len(drawn[by_trial[0]])
            rows = ({n: a[k] if n in by_trial else a for n, a in drawn.items()} for k in range(count))
            return np.stack([once(t, row) for row in rows])

        return each if by_trial else lambda t: once(t, drawn)


def _earlier(told: Definition, of: Reference, delay: Expr) -> Expr:
    """What is told of a quantity at time t, at the positions of a reading and its time."""
    expr = told.at(indices_of(of))
    return substitute(expr, lambda one: one - delay if name_of(one) == TIME else None)
