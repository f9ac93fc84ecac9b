"""Events in fixed steps: what happens in each step after its state update, in the order of Brian2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.counts import Counts
from neurodyn.backends.deliveries import Deliveries
from neurodyn.backends.event_log import EventLog
from neurodyn.backends.event_plan import check_kind
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.schedule import Schedule
from neurodyn.system.happenings import Delay, Happenings

Units = NDArray[np.intp]
Flags = NDArray[np.bool_]
# A time this part of a step before the end of the step belongs to the next one; so Brian2 counts.
EARLY = 1e-3


def steps_before(times: Floats, dt: float) -> Floats:
    """How many whole steps lie before a time, as a float; rounding aside."""
    return np.floor(times / dt + EARLY)


def rounding_of(delays: Iterable[Delay], dt: float) -> float:
    """By how much rounding to steps changes a delay at most."""
    return max((float(np.abs(d.delay - dt * np.rint(d.delay / dt)).max(initial=0.0)) for d in delays), default=0.0)


class StepEvents:
    """The events of one run, without trials. Times are numbers of steps, as floats.

    Attributes:
        log: what has happened; an event of the step from k*dt to (k + 1)*dt is dated k*dt.
    """

    def __init__(self, plan: Plan, dt: float) -> None:
        check_kind(plan.system, plan.pending, fixed=True)
        self._dt, self._happenings = dt, Happenings(plan.system)
        self._events, self._conditions = self._happenings.events, self._happenings.conditions
        self.log = EventLog(self._events, plan.recorded_events)
        self._size = plan.system.layout.size
        self._armed = {w.event: np.ones(w.units.stop - w.units.start, bool) for w in self._watched}
        refractory = {n: e.refractory for n, e in self._events.items() if e.refractory is not None}
        self._rest = {n: steps_before(times, dt) for n, times in refractory.items()}
        self._free = {n: np.full(times.size, -np.inf) for n, times in refractory.items()}
        delays = {n: replace(d, delay=np.rint(d.delay / dt)) for n, d in self._happenings.delays.items()}
        self._deliveries = Deliveries(delays)
        self._due, self._counts = self._scheduled(plan), Counts(self._events, plan, dt)
        self._restore(plan.pending or {})

    @property
    def rounding(self) -> float:
        """By how much rounding to steps changes a delay at most."""
        return rounding_of(self._happenings.delays.values(), self._dt)

    def held(self, step: int) -> Flags | None:
        """The elements of the state that stand still in this step."""
        found = None
        for name, free in self._free.items():
            targets, units = self._events[name].held, np.flatnonzero(free > step)
            if targets and units.size:
                found = np.zeros(self._size, bool) if found is None else found
                for target in targets:
                    found[target.of(units)] = True
        return found

    def happen(self, step: int, y: Floats, inputs: Mapping[str, Any]) -> Floats:
        """The state after the conditions, deliveries and resets of a step, of which y is the updated state."""
        y, t = self._happenings.clipped(y), step * self._dt
        fired = self._fired(step, t, y, inputs)
        arrived = self._deliveries.arrived(float(step))
        for name, units in fired.items():
            self._note(step, t, name, units)
            arrived += self._sent(step, name, units)
        for name in self._counts.names:
            arrived += self._sent(step, name, self._counts.units(name, step))
        if arrived:
            y = self._jumped(step, t, y, inputs, arrived, fired)
        if fired:
            y = self._happenings.assigned(t, y, inputs, fired)
        y = self._happenings.clipped(y)
        if not all(flags.all() for flags in self._armed.values()):
            self._arm(self._truth(t, y, inputs))
        return y

    def pending(self) -> dict[str, Floats]:
        """What a run that goes on from here must know, with times in place of steps."""
        kept = {f"armed:{n}": flags.astype(float) for n, flags in self._armed.items()}
        kept |= {f"until:{n}": free * self._dt for n, free in self._free.items()}
        sent = {f"sent:{n}": rows * [self._dt, 1] for n, rows in self._deliveries.kept().items()}
        return {**kept, **sent, "fixed": np.array([self._dt])}

    @property
    def _watched(self) -> tuple[Any, ...]:
        return self._conditions.watched if self._conditions else ()

    def _restore(self, pending: Mapping[str, Floats]) -> None:
        for name, flags in self._armed.items():
            flags[:] = pending.get(f"armed:{name}", flags)
        for name, free in self._free.items():
            free[:] = np.ceil(pending.get(f"until:{name}", free) / self._dt - EARLY)
        sent = {n.removeprefix("sent:"): rows for n, rows in pending.items() if n.startswith("sent:")}
        rows = {n: np.stack([steps_before(r[:, 0], self._dt), r[:, 1]], axis=1) for n, r in sent.items()}
        self._deliveries.restore(rows)

    def _scheduled(self, plan: Plan) -> dict[str, tuple[Floats, Units]]:
        """The steps of clocks, lists and Poisson trains, each with its unit: the step that a time lies in."""
        early = EARLY * self._dt
        schedule = Schedule(self._happenings, plan.t0 - early, plan.until, False, plan.seed, plan.trial)
        found = {n: (steps_before(times, self._dt), units) for n, (times, units) in schedule.all.items()}
        first = np.rint(plan.t0 / self._dt)
        return {n: (steps[steps >= first], units[steps >= first]) for n, (steps, units) in found.items()}

    def _truth(self, t: float, y: Floats, inputs: Mapping[str, Any]) -> dict[str, Flags]:
        if self._conditions is None:
            return {}
        truth = self._conditions.truth(self._conditions.levels(np.array([t]), y[None], lambda _: inputs))[0]
        return {w.event: truth[w.units] for w in self._watched}

    def _arm(self, truth: Mapping[str, Flags]) -> None:
        """A unit can happen again once its condition was seen false."""
        for name, flags in truth.items():
            self._armed[name] |= ~flags

    def _fired(self, step: int, t: float, y: Floats, inputs: Mapping[str, Any]) -> dict[str, Units]:
        """The units that happen in this step; one whose clock or train is due more than once stands there as often."""
        truth = self._truth(t, y, inputs)
        self._arm(truth)
        found = {n: np.flatnonzero(flags & self._armed[n]) for n, flags in truth.items()}
        for name, (steps, units) in self._due.items():
            found[name] = units[slice(*np.searchsorted(steps, [step, step + 1]))]
        free = {n: u[self._free[n][u] <= step] if n in self._free else u for n, u in found.items()}
        return {n: u for n, u in free.items() if u.size}

    def _note(self, step: int, t: float, name: str, units: Units) -> None:
        self.log.add(name, t, units)
        if name in self._armed:
            self._armed[name][units] = False
        if name in self._free:
            self._free[name][units] = step + self._rest[name][units]

    def _sent(self, step: int, name: str, units: Units) -> list[tuple[str, Units]]:
        """What arrives at once of the impulses of some units."""
        own = [(name, units)] if name in self._happenings.trains else []
        return own + list(self._deliveries.send(float(step), name, units).items())

    def _jumped(
        self, step: int, t: float, y: Floats, inputs: Mapping[str, Any], arrived: list[tuple[str, Units]],
        fired: Mapping[str, Units],
    ) -> Floats:  # fmt: skip
        """The state after all impulses of a step, which do not reach what is held, nor what is held from now on."""
        after = y + self._happenings.jumped(t, y, inputs, arrived)
        held = self.held(step)
        for name in fired.keys() & self._free.keys():
            held = np.zeros(self._size, bool) if held is None else held
            for target in self._events[name].held:
                held[target.of(fired[name])] = True
        return after if held is None else np.where(held, y, after)
