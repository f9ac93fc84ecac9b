"""Runs of a subject: under stimuli, and what single stimuli after rests of many lengths are answered with.

A test always begins from the state at the end of a train, never from that after another test.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.habituation import peaks, spike_counts
from neurodyn.results.result import Result
from neurodyn.studies.framework.work import run
from neurodyn.studies.scorecard.stimuli import Port, inputs_of, pulse
from neurodyn.studies.scorecard.subject import Subject
from neurodyn.system.signals import Signal

Array = NDArray[np.float64]
Stimuli = dict[Port, Signal]
State = Any
_STIFF = ("LSODA", "BDF", "RADAU", "RODAS4")
_FINE = 64  # samples of a response in a period, and a quarter of that in a pulse


@dataclass(frozen=True, eq=False)
class Runs(ABC):
    """What a subject does.

    Attributes:
        subject: the model.
        width: how long pulses last.
        seed: of draws.
        dt: the step of runs in fixed steps, if it is not that of the bench.
    """

    subject: Subject
    width: float
    seed: int
    dt: float | None = None

    @abstractmethod
    def after(self, stimuli: Stimuli, until: float, start: State = None) -> State:
        """The state after some time with stimuli; times begin anew."""

    @abstractmethod
    def peaks(self, stimuli: Stimuli, period: float, count: int, start: State = None) -> Array:
        """The response in each of some periods: its largest value, or the number of events of a unit."""

    @abstractmethod
    def tests(self, port: Port, amplitude: float, gaps: Sequence[float], watch: float, start: State = None) -> Array:
        """The responses to a single pulse after rests (rising), each watched for a time from the onset on."""

    def _levels(self, stimuli: Stimuli) -> dict[str, Signal]:
        """All inputs at rest, but for the stimuli."""
        return {port.name: port.level() for port in self.subject.ports} | inputs_of(stimuli)

    @property
    def tried(self) -> tuple[int, int]:
        """How many rests are tried, and then between two of them."""
        return 40, 24

    @property
    def grain(self) -> float:
        """The step of which times are whole multiples; 0 where they may be any."""
        return 1.0 if self.discrete else 0.0

    @property
    def discrete(self) -> bool:
        """Whether time goes in steps."""
        return self.subject.system.model.discrete


@dataclass(frozen=True, eq=False)
class Together(Runs):
    """Systems that are told by their states alone: all tests are run side by side."""

    @cached_property
    def _how(self) -> dict[str, Any]:
        """The engine: implicit where the bench is."""
        method = str(self.subject.system.model.bench.get("method", "")).upper()
        if self.discrete:
            return {"backend": "ensemble", "seed": self.seed}
        sharp = {"method": "Rodas4", "rtol": 1e-7} if method in _STIFF else {"method": "DOP853", "rtol": 1e-8}
        return {"backend": "ensemble", "atol": 1e-11, "seed": self.seed, **sharp}

    def _run(self, stimuli: Stimuli, until: float, start: State, **asked: Any) -> Result:
        length: dict[str, Any] = {"until": until}
        if self.discrete:
            asked |= {"every": 1} if asked.pop("every", None) else {}
            length = {"steps": round(until)}
        return run(self.subject.system, start=start, inputs=self._levels(stimuli), **length, **{**self._how, **asked})

    def after(self, stimuli: Stimuli, until: float, start: State = None) -> State:
        if until <= 0:
            return start
        end = dict(self._run(stimuli, until, start, save_at="end", record=[]).arrays["end"])
        del end["t"]
        return end

    def peaks(self, stimuli: Stimuli, period: float, count: int, start: State = None) -> Array:
        every = min(period / _FINE, 4 * self.width / _FINE)
        found = self._run(stimuli, period * count, start, every=every, record=[self.subject.response])
        y = found.numbers(self.subject.response)
        if self.discrete:
            each: Array = np.asarray(y[: round(period) * count], dtype=float).reshape(count, -1)
            return np.asarray(each.max(axis=1))
        return peaks(found.time, y, period=period, count=count)

    def tests(self, port: Port, amplitude: float, gaps: Sequence[float], watch: float, start: State = None) -> Array:
        rows = self._rested(np.asarray(gaps, dtype=float), start)
        stimuli: Stimuli = {port: pulse(0.0, self.width, amplitude)}
        if self.discrete:
            return self._tests_in_steps(rows, stimuli, watch, len(gaps))
        response = {"top": f"max({self.subject.response})"}
        found = self._run(stimuli, watch, rows, trials=len(gaps), reduce=response, record=[])
        return np.asarray(found.numbers("top"), dtype=float)

    def _tests_in_steps(self, rows: State, stimuli: Stimuli, watch: float, count: int) -> Array:
        found = self._run(stimuli, watch, rows, trials=count, record=[self.subject.response])
        return np.asarray(found.numbers(self.subject.response)[: round(watch)].max(axis=0), dtype=float)

    def _rested(self, gaps: Array, start: State) -> Mapping[str, Array]:
        """The states after each gap, a row for each."""
        names = self.subject.system.layout.names
        if gaps[-1] <= 0:
            first = self.subject.system.layout.unpack(self.subject.system.start(start, seed=self.seed))
            return {n: np.repeat(np.asarray(first[n])[None], len(gaps), axis=0) for n in names}
        found = self._run({}, float(gaps[-1]), start, save_at=gaps, record=names)
        return {n: np.asarray(found.numbers(n)) for n in names}


@dataclass(frozen=True, eq=False)
class OneByOne(Runs):
    """Systems with a past, constraints or events: each run goes on from the end of another, with all that it holds."""

    @property
    def tried(self) -> tuple[int, int]:
        return 16, 9

    @property
    def grain(self) -> float:
        step = self._how.get("dt", 0.0)
        return float(self.subject.system.time("dt", step)) if step else 0.0

    @cached_property
    def _how(self) -> dict[str, Any]:
        bench = self.subject.system.model.bench
        how = {key: bench[key] for key in ("dt", "backend", "method") if key in bench}
        return {"seed": self.seed, **how, **({"dt": self.dt} if self.dt else {})}

    def _run(self, stimuli: Stimuli, span: float, start: State, **asked: Any) -> Result:
        """A run of some length from an earlier one on; `stimuli` say when they come, counted from its begin."""
        begin = 0.0 if start is None else float(start.arrays["end"]["t"])
        moved: Stimuli = {port: _Later(signal, begin) for port, signal in stimuli.items()}
        inputs = self._levels(moved)
        return run(self.subject.system, until=begin + span, start=start, inputs=inputs, **{**self._how, **asked})

    def after(self, stimuli: Stimuli, until: float, start: State = None) -> State:
        return start if until <= 0 else self._run(stimuli, until, start, save_at="end", record=[])

    def peaks(self, stimuli: Stimuli, period: float, count: int, start: State = None) -> Array:
        begin = 0.0 if start is None else float(start.arrays["end"]["t"])
        name = self.subject.response
        if self.subject.spiking:
            found = self._run(stimuli, period * count, start, record=[name], save_at="end")
            times = found.events(name).time
            return spike_counts(times, units=self.subject.units, period=period, start=begin, count=count)
        every = min(period / _FINE, 4 * self.width / _FINE)
        saved: dict[str, Any] = {"save_at": "steps"} if "dt" in self._how else {"every": every}
        found = self._run(stimuli, period * count, start, record=[name], **saved)
        return peaks(found.time, found[name].values, period=period, start=begin, count=count)

    def tests(self, port: Port, amplitude: float, gaps: Sequence[float], watch: float, start: State = None) -> Array:
        found, rested, since = [], start, 0.0
        for gap in gaps:
            rested, since = self.after({}, gap - since, rested), gap
            stimulus: Stimuli = {port: pulse(0.0, self.width, amplitude)}
            found.append(float(self.peaks(stimulus, watch, 1, rested)[0]))
        return np.array(found)


@dataclass(frozen=True)
class _Later:
    """A signal that begins later."""

    signal: Signal
    by: float

    def edges(self, t0: float, t1: float) -> Array:
        return self.signal.edges(t0 - self.by, t1 - self.by) + self.by

    def on(self, a: float, b: float) -> Any:
        piece = self.signal.on(a - self.by, b - self.by)
        return lambda t: piece(t - self.by)


def runs_of(subject: Subject, width: float, seed: int, dt: float | None = None) -> Runs:
    """The way in which a subject is run."""
    alone = subject.system.needs - {"flow", "map", "sparse"}
    return (OneByOne if alone else Together)(subject, width, seed, dt)
