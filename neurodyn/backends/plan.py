"""What a backend is asked to do, and what it must offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from neurodyn.backends.trajectory import Trajectory
    from neurodyn.backends.varied import Varied
    from neurodyn.system.attractors import Attractors
    from neurodyn.system.reductions import Reduction
    from neurodyn.system.signals import Signal
    from neurodyn.system.system import System

Floats = NDArray[np.float64]
# How the ability begins of a backend that can write its code in this.
TARGET = "target:"
# The target that chooses its own steps where there are events.
LANES = "lanes"
# And of one whose units can read one another so.
COUPLING = "coupling:"
# And of one that can keep large matrices so.
STORAGE = "storage:"
# The ability of one whose trials may have parameters of their own.
OWN_VALUES = "trials:values"
# The ability of one that takes steps of a length that is given.
FIXED_STEPS = "steps:fixed"
# And of one that does so where there are events.
FIXED_EVENTS = "steps:events"
# And of one that keeps reductions of a run in place of its path.
REDUCE = "reduce"
# And of one that ends runs at known attractors.
STOP_AT = "stop:attractor"


@dataclass(frozen=True, eq=False)
class Piece:
    """A stretch of a run on which every input is smooth.

    Attributes:
        begin, end: its times in the order in which the run visits them; backwards, `begin` is the later one.
        signals: the inputs, each as a function of time that is valid up to both ends.
    """

    begin: float
    end: float
    signals: Mapping[str, Callable[[float], Any]]

    def inputs(self, t: float) -> dict[str, Any]:
        """The value of every input at a time of this piece; at an end, the value on this side."""
        return {name: value(t) for name, value in self.signals.items()}


@dataclass(frozen=True, eq=False)
class Plan:
    """One run, complete: nothing is left to choose but the method, if it is None.

    Attributes:
        start: the state at `t0`, flat; with trials, one row per trial.
        save_at: the times to record, in the order of the run; None records every step of the solver. An edge of an
            input may stand there twice: the first is just before it and the second just after, in the order of the run.
        rtol, atol: the error allowed per step, in units of each state's scale.
        dt: the length of the steps, where they are fixed.
        target: what the backend writes its code in, where it has a choice.
        storage: how numbers of large constant matrices are kept; None is as they are.
        trials: how many runs go side by side; None is one run without a trial axis.
        needed: the abilities that the system asks of a backend.
        history: of a map that looks back, the states before the start, flat, those one step back in row 0.
        memory: of a flow with delays that goes on from a run, what that kept of its past; see `backends.past`.
        kept: the earlier values of a flow that its recorded observables read.
        pending: what the events of the run that is continued must know; None for a fresh start.
        recorded_events: the events whose instants are kept.
        jumps: whether the states are saved just before and just after each jump, beside `save_at`.
        trial: the number of this run where it is one of several.
        coupling: how units of a Brian2 network read one another in the flow; None chooses.
        varied: the parameters that differ from trial to trial; those and what follows from them are among the signals.
        reduce: what is kept of the run beside states, by name.
        stop_at: the attractors at which runs end before their time.
        keep_past: of a map, whether each saved state must come with those that its observables look back at.
    """

    system: System
    t0: float
    until: float
    start: Floats
    signals: Mapping[str, Signal]
    save_at: Floats | None
    method: str | None = None
    rtol: float = 1e-6
    atol: float = 1e-9
    dt: float | None = None
    target: str | None = None
    storage: str | None = None
    trials: int | None = None
    seed: int = 0
    progress: bool = True
    needed: frozenset[str] = frozenset({"flow"})
    history: Floats | None = None
    keep_past: bool = False
    coupling: str | None = None
    memory: Mapping[str, Any] | None = None
    kept: tuple[str, ...] = ()
    pending: Mapping[str, Floats] | None = None
    recorded_events: tuple[str, ...] = ()
    jumps: bool = False
    trial: int | None = None
    varied: Varied | None = None
    reduce: Mapping[str, Reduction] = field(default_factory=dict)
    stop_at: Attractors | None = None

    @property
    def discrete(self) -> bool:
        """Whether time goes in steps."""
        return "map" in self.needed

    @property
    def remembers(self) -> bool:
        """Whether earlier states are read, so that they must be kept."""
        return "delay:state" in self.needed

    @property
    def noisy(self) -> bool:
        """Whether white noise drives a flow."""
        return any(need.startswith("noise:") for need in self.needed)

    @property
    def forward(self) -> bool:
        return self.until > self.t0

    @property
    def own_signals(self) -> frozenset[str]:
        """The signals that have a row for each trial."""
        return frozenset() if self.varied is None else frozenset(self.varied.signals)

    def one(self, k: int) -> Plan:
        """The run of one of the trials by itself."""
        own = replace(self, trials=None, trial=k, start=self.start[k])
        if self.varied is None:
            return own
        system = self.varied.each[k]
        theirs = {
            n: system.signals[n] if n in self.own_signals else s for n, s in self.signals.items() if n in system.signals
        }
        return replace(own, system=system, signals=theirs, varied=None)

    def edges(self) -> Floats:
        """The times strictly inside the run at which an input jumps or kinks, in the order of the run.

        A map has none: it reads its inputs at its steps only.
        """
        return self._edges

    @cached_property
    def _edges(self) -> Floats:
        return np.empty(0) if self.discrete else edges(self.signals, self.t0, self.until)

    def pieces(self) -> list[Piece]:
        """The run cut at the edges of its inputs."""
        pieces = []
        for begin, end in pairwise([self.t0, *self.edges().tolist(), self.until]):
            low, high = min(begin, end), max(begin, end)
            pieces.append(Piece(begin, end, {name: signal.on(low, high) for name, signal in self.signals.items()}))
        return pieces

    def places(self, saved: Floats) -> NDArray[np.intp]:
        """For each of the saved times, the number of the piece whose inputs hold there.

        An edge that is saved once shows what holds at and after it in time: a pulse on [1, 2) is up at 1, down at 2.
        """
        sign = 1.0 if self.forward else -1.0
        times, cuts = sign * saved, sign * self.edges()
        places = np.searchsorted(cuts, times, side="right" if self.forward else "left")
        twice = np.flatnonzero(times[1:] == times[:-1])
        places[twice] = np.searchsorted(cuts, times[twice], side="left")
        places[twice + 1] = np.searchsorted(cuts, times[twice], side="right")
        return places


def edges(signals: Mapping[str, Signal], t0: float, until: float) -> Floats:
    """The times strictly between t0 and until at which some signal jumps or kinks, in the order of the run."""
    low, high = min(t0, until), max(t0, until)
    found = [np.asarray(signal.edges(low, high), dtype=float) for signal in signals.values()]
    times = np.unique(np.concatenate([np.empty(0), *found]))
    return times if until > t0 else times[::-1]


def needs(plan: Plan) -> frozenset[str]:
    """The abilities that a backend must have to carry out a plan."""
    asked = {
        "trials": plan.trials,
        OWN_VALUES: plan.varied,
        f"{TARGET}{plan.target}": plan.target,
        f"{COUPLING}{plan.coupling}": plan.coupling,
        f"{STORAGE}{plan.storage}": plan.storage,
        REDUCE: plan.reduce or None,
        STOP_AT: plan.stop_at,
    }
    return plan.needed | {name for name, value in asked.items() if value is not None}


class Backend(Protocol):
    """An engine that carries out plans.

    To add one, write a class with these members and give it a line in the table of `neurodyn.backends`, or an entry
    point in the group `neurodyn.backends`. `run` answers every numerical trouble with a Trajectory that says so;
    it raises InputError for a plan that it cannot read, such as an unknown method.
    """

    @property
    def name(self) -> str: ...

    @property
    def abilities(self) -> frozenset[str]: ...

    def run(self, plan: Plan) -> Trajectory: ...
