"""Where a run starts: declared starts, given ones, and draws that are independent per trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Idx

from neurodyn.calculus.letters import names_in
from neurodyn.calculus.nodes import Rate
from neurodyn.calculus.supports import Pair
from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.model.measures import si_value
from neurodyn.program.lower import Output, lower
from neurodyn.program.numpy_printer import numpy_function
from neurodyn.system.constrained import combined
from neurodyn.system.edge_lists import flat
from neurodyn.system.filling import filled
from neurodyn.system.quantities import si_values
from neurodyn.system.values import Values

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]


def start_vector(system: System, given: Mapping[str, Any], trials: int | None, seed: int) -> Array:
    """The flat start: shape (size,) or (trials, size)."""
    _check_names(system, given)
    starts = Starts(_values(system, seed), si_values(system.units, given), trials)
    if system.structure.constrained:
        return combined(system, given, lambda own, told: start_vector(own, told, trials, seed), starts.of)
    found = {name: starts.of(name) for name in system.layout.names}
    return np.array(system.layout.pack(found, trials is not None), dtype=float)


def start_of_trial(system: System, given: Mapping[str, Any], trials: int, k: int, seed: int) -> Array:
    """The flat start of trial k by itself, with the draws that are its own among so many trials."""
    _check_names(system, given)
    si = si_values(system.units, given)
    own = {name: _row(system, name, value, trials, k) for name, value in si.items()}
    starts = Starts(_values(system, seed), own, None, k)
    if system.structure.constrained:
        return combined(system, given, lambda one, told: start_of_trial(one, told, trials, k, seed), starts.of)
    return np.array(system.layout.pack({name: starts.of(name) for name in system.layout.names}), dtype=float)


def _check_names(system: System, given: Mapping[str, Any]) -> None:
    for name in given:
        if name not in system.model.variables and name not in system.constrained.model.variables:
            raise system.unknown(name)


def _values(system: System, seed: int) -> Values:
    return Values(system.structure, system.sizes, system.given, seed, dict(system.values), system.formulas)


def _row(system: System, name: str, value: Any, trials: int, k: int) -> Any:
    """What is given of a state for one trial: its row, if there is one for each."""
    letters = system.structure.letters(name)
    axes = 1 if isinstance(letters, Pair) else len(letters)
    if isinstance(value, str) or np.ndim(value) != axes + 1 or (isinstance(letters, Pair) and len(value) != trials):
        return value
    if len(value) != trials:
        raise InputError(
            f"The start of {name} has rows for {len(value)} trials, but there are {trials}.",
            code="wrong-shape",
            remedy="Give one row for each trial.",
        )
    return value[k]


@dataclass(frozen=True, eq=False)
class Starts:
    """Computes the start of every state on demand, since one may follow from others, and remembers it.

    Args:
        values: the parameters, and the seed.
        given: starts in place of the declared ones, in SI units.
        trials: how many runs are started; None is one without a trial axis.
        trial: the number of that one, where it is one of several.
        known: filled on the way.
    """

    values: Values
    given: Mapping[str, Any] = field(default_factory=dict)
    trials: int | None = None
    trial: int | None = None
    known: dict[str, Array] = field(default_factory=dict)

    def of(self, name: str, asking: tuple[str, ...] = ()) -> Array:
        """The start of a state: of its shape, with trials in front."""
        if name not in self.known:
            if name in asking:
                ring = " -> ".join([*asking[asking.index(name) :], name])
                source = self.values.structure.model.variables[name].source
                raise InputError(f"The values go round in a circle: {ring}.", code="cycle", place=source.place(0))
            self.known[name] = self._compute(name, (*asking, name))
        return self.known[name]

    def _compute(self, name: str, asking: tuple[str, ...]) -> Array:
        declared = self.values.structure.model.variables[name]
        given = self.given.get(name)
        source = declared.source if given is None else Source(f"start of {name}")
        shape = self.values.shape(self.values.structure.letters(name), source)
        value = si_value(declared) if given is None else given
        if value is None and name in self.values.structure.model.unknowns:
            value = 0.0
        if value is None:
            raise InputError(
                f"The state {name} has no start.",
                code="missing-start",
                remedy=f"Give it: simulate(system, start={{'{name}': ...}}), or start = ... in [states].",
                place=source.place(0),
            )
        if isinstance(value, str):
            return self._read(name, value_source(source, value), asking)
        letters = self.values.structure.letters(name)
        if isinstance(letters, Pair):
            value = flat(name, value, self.values.wiring(letters.support), source)
        if self.trials is None:
            return filled(name, value, shape, source)
        if np.ndim(value) == len(shape) + 1:
            return filled(name, value, (self.trials, *shape), source)
        return np.broadcast_to(filled(name, value, shape, source), (self.trials, *shape))

    def _read(self, name: str, source: Source, asking: tuple[str, ...]) -> Array:
        """An expression, with draws of its own for each trial."""
        values, letters = self.values, self.values.structure.letters(name)
        expr, calls = values.read(name, source, letters)
        states = self._states(expr, source)
        starts = {state: self.of(state, asking) for state in states}

        def once(trial: int | None) -> Array:
            draws = {c.name: values.draw(c, letters, k, (), trial, values.seed) for k, c in enumerate(calls)}
            if not states:
                return values.evaluate(expr, letters, (), source, draws)
            own = starts if self.trials is None else {state: start[trial] for state, start in starts.items()}
            return self._evaluate(expr, letters, source, draws, own)

        if self.trials is None:
            return once(self.trial)
        if not states and not any(c.random for c in calls):
            return np.broadcast_to(once(None), (self.trials, *values.shape(letters, source)))
        return np.stack([once(trial) for trial in range(self.trials)])

    def _states(self, expr: Expr, source: Source) -> tuple[str, ...]:
        """The states that an expression follows from, through definitions; it may read no input, rate or time."""
        structure = self.values.structure
        found: list[str] = []
        pending, seen = sorted(names_in(expr)), set[str]()
        while pending:
            name = pending.pop()
            if name in seen or name not in structure.dynamic:
                continue
            seen.add(name)
            if name in structure.model.variables:
                found.append(name)
            elif name in structure.definitions and not structure.definitions[name].expr.has(Rate):
                pending += sorted(names_in(structure.definitions[name].expr))
            else:
                raise InputError(
                    f"A start may follow from parameters and other starts, but not from {name}.",
                    code="start-varies",
                    remedy="Write the start without it.",
                    place=source.place(max(0, source.text.find(name))),
                )
        return tuple(found)

    def _evaluate(
        self, expr: Expr, letters: tuple[Idx, ...], source: Source, draws: Mapping[str, Array], states: dict[str, Array]
    ) -> Array:
        """An expression of states and of what follows from them."""
        structure = self.values.structure
        constants = {**self.values.all(), **draws, **self.values.formulas.edges}
        program = lower(
            [Output("value", letters, expr)],
            definitions=structure.varying,
            sizes=self.values.all_sizes,
            constant=list(constants),
            on=structure.on,
            states=tuple(states),
        )
        result = numpy_function(program).bind(constants)(0.0, states)["value"]
        return filled(source.text, result, self.values.shape(letters, source), source)
