"""A run in fixed steps, chunk by chunk: between two chunks the user is heard, and what was written is taken away."""

from __future__ import annotations

import time

import numpy as np

from neurodyn.backends.ensemble.compiler import POINTERS
from neurodyn.backends.ensemble.machine import Machine
from neurodyn.backends.ensemble.spiking.loop_text import DONE
from neurodyn.backends.ensemble.spiking.network import Network, machinery
from neurodyn.backends.ensemble.spiking.records import Log, Saves
from neurodyn.backends.ensemble.spiking.remembered import pending, restore
from neurodyn.backends.ensemble.spiking.timed import Timed
from neurodyn.backends.ensemble.spiking.update_text import ALARM
from neurodyn.backends.fixed_events import rounding_of
from neurodyn.backends.outcome import bad_state, leap
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.progress import Progress
from neurodyn.backends.trajectory import DONE as WELL
from neurodyn.backends.trajectory import Outcome

# A chunk takes about so long, in seconds, and so many steps at least and at most.
WATCH, LEAST, MOST = 0.05, 64, 2**20


class Walk:
    """One run, without trials.

    Attributes:
        first, step: the number of the step at which the run begins, and of the one that comes next, counted from there.
    """

    def __init__(self, plan: Plan, method: str, dt: float, machine: Machine, progress: Progress) -> None:
        self.plan, self.dt, self._progress = plan, dt, progress
        self.first, self.step, self._chunk = round(plan.t0 / dt), 0, LEAST
        self._pieces = plan.pieces()
        network = Network(plan, method, dt)
        made = machinery(network, machine)
        self.arrays, self._code = made.arrays, made.code
        self.memory = made.arrays.memory
        self._timed = Timed(self.arrays, self.first)
        self.saves, self.log = Saves(self.arrays, self.first), Log(self.arrays)
        restore(self.arrays, self.first, plan.pending or {})
        self._kept = 0, self.arrays.copies()

    @property
    def t(self) -> float:
        """The time that was reached."""
        return self.saves.time(self.first + self.step)

    @property
    def rounding(self) -> float:
        """By how much rounding to steps changes a delay at most."""
        happenings = self.arrays.network.events.happenings
        return 0.0 if happenings is None else rounding_of(happenings.delays.values(), self.dt)

    def pending(self) -> dict[str, Floats]:
        """What a run that goes on from here must know."""
        return pending(self.arrays, self.first, self.step)

    def go(self) -> Outcome:
        """Run to the end, or until the state is not finite, or one step has changed it beyond all measure."""
        return self.reach(self._number(self.plan.until))

    def reach(self, step: int) -> Outcome:
        """Run up to a step."""
        for piece in self._pieces:
            end = min(step, self._number(piece.end))
            while self.step < end:
                outcome = self._some(piece, min(end, self.step + self._chunk))
                if outcome is not None:
                    return outcome
                self._progress.at(self.t)
        return WELL

    def finish(self) -> None:
        """Save the state that was reached, if it is to be."""
        self.saves.here(self.step, self.arrays.state())

    def _number(self, t: float) -> int:
        return round(t / self.dt) - self.first

    def _some(self, piece: Piece, end: int) -> Outcome | None:
        """The steps of one chunk."""
        started = time.perf_counter()
        end = self._timed.ready(piece, self.step, end)
        self._kept = self.step, self.arrays.copies()
        self._run(self.step, end, True)
        if self.arrays.one(ALARM):
            return self._looked_at()
        self._taken()
        wanted = round((self.step - self._kept[0]) * WATCH / max(time.perf_counter() - started, 1e-6))
        self._chunk = max(LEAST, min(2 * self._chunk, wanted, MOST))
        return None

    def _run(self, begin: int, end: int, watched: bool) -> None:
        table = self.memory.table()
        self._code.run(begin, end, int(watched), 0, 0, table.ctypes.data, *[0] * (POINTERS - 1))

    def _taken(self) -> None:
        self.step = self.arrays.one(DONE)
        self.log.take(self.step)

    def catch_up(self) -> None:
        """Come to rest at the end of a step: the user may be heard before it is known how far code has come."""
        if self.arrays.one(ALARM):
            self._go_back()
        self._taken()

    def _go_back(self) -> None:
        """Begin the steps of the chunk again."""
        self.step, copies = self._kept
        self.arrays.restore(copies)
        self.arrays.put(DONE, self.step)
        self.arrays.put(ALARM, 0)

    def _looked_at(self) -> Outcome | None:
        """Go again to the step of an alarm, and see what it does."""
        step = self.arrays.one(DONE)
        self._go_back()
        self._run(self.step, step, True)
        self._taken()
        self._kept = step, self.arrays.copies()
        before, t = self.arrays.state(), self.t
        self._run(step, step + 1, False)
        self.arrays.put(ALARM, 0)
        after, scale = self.arrays.state(), self.plan.system.layout.scales
        outcome = None if np.isfinite(after).all() else bad_state(self.plan, 0, t, after)
        outcome = outcome or leap(self.plan, t, before / scale, after / scale)
        self._taken()
        if outcome is not None:
            self.step = step
            self.arrays.set_state(before)
        return outcome
