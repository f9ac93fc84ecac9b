"""What a model says of measurements, and how that moves with parameters, for many sets of parameters at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.exponents.given import with_inputs
from neurodyn.analysis.fitting.data import Experiment
from neurodyn.analysis.fitting.observed import Index, Observed, element, observed
from neurodyn.analysis.fitting.runs import How, Runs, starts_of
from neurodyn.analysis.fitting.sensitivity import Sensitive, sensitive
from neurodyn.analysis.fitting.vary import Vary
from neurodyn.errors import InputError
from neurodyn.system.system import System

Floats = NDArray[np.float64]
Answer = tuple[Floats, Floats]
# How far from it, in coordinates, the values lie of which differences are taken.
STEP = 1e-3
# What slopes may be off by, relative to the largest: those of equations, and of differences.
EXACT, ROUGH = 1e-6, 1e-4
# The same for starts, which are no runs but formulas.
FINE = 1e-5


class Predictor:
    """One experiment on a model, for many sets of parameters.

    Attributes:
        why: where slopes are differences, the reason why they do not follow by symbols.
    """

    def __init__(self, system: System, varied: Sequence[Vary], experiment: Experiment, how: How) -> None:
        self.system = with_inputs(system, experiment.inputs) if experiment.inputs else system
        self.varied, self.experiment, self.how = tuple(varied), experiment, how
        self.seen: Observed = observed(self.system, experiment.sets)
        self.why = ""
        self.sensitive: Sensitive | None = None
        try:
            self.sensitive = sensitive(self.system, varied, self.seen.names)
        except InputError as error:
            self.why = error.sentence
        self.runs = Runs(self.sensitive.system if self.sensitive else self.system, self.system, self.seen, how)
        self._bounds = np.array([[v.coordinate(v.low), v.coordinate(v.high)] for v in varied])
        self._follows = self._starts_follow()

    def answer(self, coordinates: Floats) -> Answer:
        """Values (trials, values) and their slopes (trials, values, parameters) at coordinates (trials, parameters).

        They are NaN where a run fails.
        """
        if self.sensitive is not None:
            values, slopes = self._by_equations(self.sensitive, coordinates)
            if not (np.isfinite(values) & ~np.isfinite(slopes).all(axis=2)).any():
                return values, slopes
            self.sensitive, self.why = None, "Derivatives are not finite along the run."
            self.runs = Runs(self.system, self.system, self.seen, self.how)
        return self._by_differences(coordinates)

    def _by_equations(self, whole: Sensitive, coordinates: Floats) -> Answer:
        values = self._values(coordinates)
        rates = {v.name: v.slope(values[v.name]) for v in self.varied}
        ways = {n: [row[n] for row in whole.slopes.values() if n in row] for n in self.seen.names}
        record = [*ways, *(name for row in ways.values() for name in row)]
        found = self.runs.of(self._told(values), self._all_starts(whole, coordinates), record, len(coordinates))

        def slopes(name: str, index: Index) -> Floats:
            made = np.zeros((len(self.seen.looks), *coordinates.shape))
            for k, v in enumerate(self.varied):
                own = whole.slopes[v.name].get(name)
                if own is not None:
                    made[:, :, k] = element(found[own], index) * rates[v.name]
            return made

        return self.seen.read({n: found[n] for n in self.seen.names}, slopes)

    def _by_differences(self, coordinates: Floats) -> Answer:
        trials, count = coordinates.shape
        rows = self._around(coordinates, STEP)
        values = self._values(rows.reshape(-1, count))
        start = self._starts(values)
        found = self.runs.of(self._told(values), start, self.seen.names, len(rows) * rows.shape[1])
        none = np.zeros((len(self.seen.looks), rows.shape[0] * rows.shape[1], 0))
        each = self.seen.read(found, lambda name, index: none)[0].reshape(trials, 2 * count + 1, -1)
        return each[:, 0], _slopes(rows, each)

    def _around(self, coordinates: Floats, step: float) -> Floats:
        """Coordinates, and those a step up and down in each of them, within bounds: (trials, 1 + 2 count, count)."""
        count = coordinates.shape[1]
        ways = np.concatenate([np.zeros((1, count)), step * np.eye(count), -step * np.eye(count)])
        found: Floats = np.clip(coordinates[:, None] + ways, self._bounds[:, 0], self._bounds[:, 1])
        return found

    def _values(self, coordinates: Floats) -> dict[str, Floats]:
        return {v.name: v.value(coordinates[:, k]) for k, v in enumerate(self.varied)}

    def _told(self, values: Mapping[str, Floats]) -> dict[str, Floats]:
        return {v.name: values[v.name] for v in self.varied if not v.is_start}

    def _starts(self, values: Mapping[str, Floats]) -> dict[str, Floats]:
        """The start of each trial, by state."""
        given = {**self.experiment.start}
        trials = len(next(iter(values.values())))
        if self._follows:
            rows = starts_of(self.system, self.varied, given, values)
        else:
            rows = np.repeat(self.system.start(given)[None], trials, axis=0)
        found = dict(self.system.layout.unpack(rows))
        return {**found, **{v.name: values[v.name] for v in self.varied if v.is_start}}

    def _all_starts(self, whole: Sensitive, coordinates: Floats) -> dict[str, Floats]:
        """The starts of states and of their derivatives by parameters."""
        found = self._starts(self._values(coordinates))
        trials, count = coordinates.shape
        moved = np.zeros((trials, self.system.layout.size, count))
        if self._follows:
            rows = self._around(coordinates, FINE)
            each = starts_of(self.system, self.varied, self.experiment.start, self._values(rows.reshape(-1, count)))
            values = self._values(coordinates)
            moved = _slopes(rows, each.reshape(trials, 2 * count + 1, -1))
            moved /= np.stack([v.slope(values[v.name]) for v in self.varied], axis=1)[:, None]
        for k, v in enumerate(self.varied):
            way = dict(self.system.layout.unpack(moved[:, :, k]))
            if v.is_start and not self._follows:
                way[v.name] = np.ones(trials)
            found |= {name: way[state] for state, name in whole.states[v.name].items()}
        return found

    def _starts_follow(self) -> bool:
        """Whether the start of a state is not the same at some corners of the bounds."""
        ends = np.array([self._bounds[:, 0], self._bounds.mean(axis=1), self._bounds[:, 1]])
        rows = starts_of(self.system, self.varied, self.experiment.start, self._values(ends))
        own = [self.system.layout.names.index(v.name) for v in self.varied if v.is_start]
        fixed = np.ones(rows.shape[1], dtype=bool)
        fixed[[self.system.layout.offsets[k] for k in own]] = False
        return bool((rows[:, fixed] != rows[0, fixed]).any())


def _slopes(rows: Floats, each: Floats) -> Floats:
    """Central differences: (trials, values, count) from values (trials, 1 + 2 count, values) at rows."""
    count = rows.shape[2]
    k = np.arange(count)
    apart = rows[:, 1 + k, k] - rows[:, 1 + count + k, k]
    found: Floats = (each[:, 1 : count + 1] - each[:, count + 1 :]) / apart[:, :, None]
    return found.swapaxes(1, 2)
