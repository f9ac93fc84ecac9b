"""What the hallmarks are read from: series of responses and recoveries, each measured once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.habituation import habituation_time
from neurodyn.studies.scorecard.protocol import Protocol
from neurodyn.studies.scorecard.runs import Runs, State
from neurodyn.studies.scorecard.stimuli import Port, Train
from neurodyn.studies.scorecard.subject import Subject

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Recovery:
    """Responses to a single stimulus after rests, and the shortest rest after which it counts as recovered."""

    gaps: Array
    responses: Array
    time: float | None


@dataclass(frozen=True, eq=False)
class Lab:
    """A subject under a protocol."""

    subject: Subject
    protocol: Protocol
    runs: Runs

    @property
    def port(self) -> Port:
        """Where the stimulus goes in."""
        return self.subject.ports[0]

    @property
    def train(self) -> Train:
        """The series of stimuli."""
        return self.protocol.train

    @cached_property
    def fresh(self) -> State:
        """The state before the first stimulus: the model's start, after a rest."""
        rest = 10 * (self.protocol.slowest or 2 * self.train.period)
        return self.runs.after({}, float(self.rounded(np.array([rest]))[0]))

    @cached_property
    def quiet(self) -> float:
        """The response without a stimulus."""
        return float(self.runs.peaks({}, self.train.period, 1, self.fresh)[0])

    def heights(self, train: Train, start: State = None) -> Array:
        """The responses to a series."""
        return self.runs.peaks({self.port: train.signal()}, train.period, train.count, start or self.fresh)

    def after(self, train: Train, start: State = None) -> State:
        """The state when the last stimulus of a series is over."""
        return self.runs.after({self.port: train.signal()}, train.end, start or self.fresh)

    def rested(self, gap: float, start: State) -> State:
        """The state after a rest."""
        return self.runs.after({}, gap, start)

    def test(self, gap: float, start: State = None, port: Port | None = None) -> float:
        """The response to one stimulus after a rest, at the stimulus or at another port."""
        chosen = port or self.port
        amplitude = self.train.amplitude if chosen == self.port else self.protocol.seconds[chosen]
        return float(self.runs.tests(chosen, amplitude, [gap], self.train.period, start or self.fresh)[0])

    @cached_property
    def series(self) -> Array:
        """The responses to the series of the protocol."""
        return self.heights(self.train)

    @cached_property
    def trained(self) -> State:
        """The state after it."""
        return self.after(self.train)

    @cached_property
    def naive(self) -> float:
        """The response to a single stimulus without a past."""
        return self.test(0.0)

    @cached_property
    def top(self) -> float:
        """The largest response of the series."""
        return float(self.series.max())

    @cached_property
    def depth(self) -> float:
        """What is left of the response at the end of the series."""
        return float(self.series[-1] / self.top)

    @cached_property
    def recovery(self) -> Recovery:
        """The recovery from the series."""
        return self.recover(self.trained, self.naive)

    def settled(self, heights: Array) -> int:
        """After how many stimuli the response has settled."""
        return habituation_time(heights, self.protocol.settings.epsilon)

    def recover(self, state: State, naive: float, amplitude: float | None = None) -> Recovery:
        """The recovery from a state: rests from short to long, then more between those where the level is crossed."""
        height, level = amplitude or self.train.amplitude, self.protocol.settings.recovered * naive
        shortest = self.train.period - self.train.width
        gaps = self._rests(min(shortest, self.train.width) / 2, self.protocol.longest, self.runs.tried[0])

        def respond(rests: Array) -> Array:
            return self.runs.tests(self.port, height, rests.tolist(), self.train.period, state)

        responses = respond(gaps)
        below = np.flatnonzero(responses < level)
        place = int(below[-1]) + 1 if len(below) else 0
        time = None if place == len(gaps) else self._between(gaps, responses, place, level, respond)
        return Recovery(gaps, responses, time)

    def _between(
        self, gaps: Array, responses: Array, place: int, level: float, respond: Callable[[Array], Array]
    ) -> float:
        """The rest at which the level is reached, between two that were tried."""
        if place == 0:
            return float(gaps[0])
        inner = np.unique(self.rounded(np.linspace(gaps[place - 1], gaps[place], self.runs.tried[1])))
        found = respond(inner)
        first = int(np.flatnonzero(np.append(found, level) >= level)[0])
        if not 0 < first < len(inner):
            return float(inner[min(first, len(inner) - 1)])
        part = (level - found[first - 1]) / (found[first] - found[first - 1])
        whole = float(inner[first - 1] + part * (inner[first] - inner[first - 1]))
        return float(inner[first]) if self.runs.discrete else whole

    def _rests(self, least: float, most: float, count: int) -> Array:
        return np.unique(self.rounded(np.geomspace(least, most, count)))

    def rounded(self, rests: Array) -> Array:
        """Rests as whole numbers of steps, where time goes in steps."""
        grain = self.runs.grain
        return np.round(rests / grain) * grain if grain else rests

    def shorter(self, count: int) -> Train:
        """The series with another number of stimuli."""
        return replace(self.train, count=count)
