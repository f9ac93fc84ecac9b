"""What happens at the instants of one run: which events, in which order, and what is remembered of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.crossings import Watch
from neurodyn.backends.deliveries import Deliveries
from neurodyn.backends.endless import MOST_PILED, MOST_ROUNDS, PILE, Endless, endless, piling
from neurodyn.backends.event_log import EventLog
from neurodyn.backends.event_plan import check_kind
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.schedule import Schedule
from neurodyn.system.happenings import Happenings

Units = NDArray[np.intp]
Flags = NDArray[np.bool_]


class Instants:
    """The events of one run, without trials.

    Attributes:
        log: what has happened.
        events: as the system has them.
    """

    def __init__(self, plan: Plan) -> None:
        check_kind(plan.system, plan.pending, fixed=False)
        self._plan, self._happenings = plan, Happenings(plan.system)
        self.events = self._happenings.events
        self.log = EventLog(self.events, plan.recorded_events)
        self._conditions = self._happenings.conditions
        self._armed = np.ones(self._conditions.units, bool) if self._conditions else np.empty(0, bool)
        self._until = {n: np.full(e.units, -np.inf) for n, e in self.events.items() if e.refractory is not None}
        self._deliveries = Deliveries(self._happenings.delays)
        self._since = {n: np.full(e.units, -np.inf) for n, e in self.events.items()}
        self._piled = {n: np.zeros(e.units, int) for n, e in self.events.items()}
        self._schedule = Schedule(
            self._happenings, plan.t0, plan.until, plan.pending is not None, plan.seed, plan.trial
        )
        self.restore(plan.pending or {})

    @property
    def bounds(self) -> tuple[Floats, Floats] | None:
        """The least and largest value of each element, if any has a bound."""
        low, high = self._happenings.low, self._happenings.high
        return (low, high) if np.isfinite(low).any() or np.isfinite(high).any() else None

    def due(self, t: float) -> float:
        """The next time after t at which something is due: a tick, an arrival, the end of a refractory period."""
        ends = [float(until[until > t].min(initial=np.inf)) for until in self._until.values()]
        return min(self._schedule.due, self._deliveries.due, *ends, np.inf)

    def held(self, t: float) -> Flags | None:
        """The elements of the state that stand still from t on."""
        found = None
        for name, until in self._until.items():
            targets, units = self.events[name].held, np.flatnonzero(until > t)
            if targets and units.size:
                found = np.zeros(self._plan.system.layout.size, bool) if found is None else found
                for target in targets:
                    found[target.of(units)] = True
        return found

    def happen(self, t: float, y: Floats, inputs: Mapping[str, Any]) -> Floats:
        """The states after all that happens at an instant.

        Raises:
            Endless: when there is no end to it.
        """
        arrived = self._deliveries.arrived(t)
        fired = self._free(t, self._schedule.at(t))
        for number in range(MOST_ROUNDS + 1):
            for name, units in self._risen(t, y, inputs).items():
                fired[name] = np.union1d(fired[name], units) if name in fired else units
            if not fired and not arrived:
                return self._happenings.clipped(y)
            if number == MOST_ROUNDS:
                raise Endless(endless(self._plan, t, fired, self.events))
            held = self.held(t)
            for name, units in fired.items():
                self._note(t, name, units)
                arrived += [(train, places) for train, places in self._sent(t, name, units)]
            y = self._jumped(t, y, inputs, arrived, held)
            y = self._happenings.clipped(self._happenings.assigned(t, y, inputs, fired))
            fired, arrived = {}, []
        raise AssertionError("the last round returns or raises")

    def crossing(
        self, begin: float, end: float, path: Callable[[Floats], Floats], inputs: Callable[[float], Any]
    ) -> float | None:
        """The first instant in a step at which something happens that a solver must stop for; others are noted."""
        conditions = self._conditions
        if conditions is None:
            return None
        watch = Watch(lambda t: conditions.levels(t, path(t), inputs), conditions.signs)
        for t in watch.changes(begin, end):
            risen = self._look(t, conditions.truth(watch.levels(np.array([t])))[0])
            for name, units in risen.items():
                if not self.events[name].passive:
                    return t
                self._note(t, name, units)
        return None

    def pending(self) -> dict[str, Floats]:
        """What a run that goes on from here must know."""
        kept = {f"armed:{n}": flags.astype(float) for n, flags in self._by_event(self._armed).items()}
        kept |= {f"until:{n}": until for n, until in self._until.items()}
        return kept | {f"sent:{n}": rows for n, rows in self._deliveries.kept().items()}

    def restore(self, pending: Mapping[str, Floats]) -> None:
        """Go on with what was known."""
        for name, flags in self._by_event(self._armed).items():
            flags[:] = pending.get(f"armed:{name}", flags)
        for name, until in self._until.items():
            until[:] = pending.get(f"until:{name}", until)
        sent = {n.removeprefix("sent:"): rows for n, rows in pending.items() if n.startswith("sent:")}
        self._deliveries.restore(sent)

    def _by_event(self, flags: Flags) -> dict[str, Flags]:
        return {w.event: flags[..., w.units] for w in self._conditions.watched} if self._conditions else {}

    def _free(self, t: float, fired: Mapping[str, Units]) -> dict[str, Units]:
        """Those of the units that are not refractory."""
        found = {n: u[self._until[n][u] <= t] if n in self._until else u for n, u in fired.items()}
        return {n: u for n, u in found.items() if u.size}

    def _risen(self, t: float, y: Floats, inputs: Mapping[str, Any]) -> dict[str, Units]:
        if self._conditions is None:
            return {}
        return self._look(
            t, self._conditions.truth(self._conditions.levels(np.array([t]), y[None], lambda _: inputs))[0]
        )

    def _look(self, t: float, truth: Flags) -> dict[str, Units]:
        """The units whose condition has become true, by event; one is armed again once it was seen false."""
        self._armed |= ~truth
        risen = self._by_event(truth & self._armed)
        return self._free(t, {n: np.flatnonzero(flags) for n, flags in risen.items() if flags.any()})

    def _note(self, t: float, name: str, units: Units) -> None:
        """Some units of an event happen."""
        event = self.events[name]
        self.log.add(name, t, units)
        if self._conditions and name in (armed := self._by_event(self._armed)):
            armed[name][units] = False
        if event.refractory is not None:
            self._until[name][units] = t + event.refractory[units]
        since, piled = self._since[name], self._piled[name]
        near = t - since[units] <= PILE * abs(self._plan.until - self._plan.t0)
        piled[units] = np.where(near, piled[units] + 1, 0)
        since[units] = np.where(near, since[units], t)
        if (piled[units] > MOST_PILED).any():
            raise Endless(piling(self._plan, t, event, units[piled[units] > MOST_PILED]))

    def _sent(self, t: float, name: str, units: Units) -> list[tuple[str, Units]]:
        """What arrives at once of the impulses of some units."""
        own = [(name, units)] if name in self._happenings.trains else []
        return own + list(self._deliveries.send(t, name, units).items())

    def _jumped(
        self, t: float, y: Floats, inputs: Mapping[str, Any], arrived: list[tuple[str, Units]], held: Flags | None
    ) -> Floats:
        if not arrived:
            return y
        change = self._happenings.jumped(t, y, inputs, arrived)
        return y + (change if held is None else np.where(held, 0.0, change))
