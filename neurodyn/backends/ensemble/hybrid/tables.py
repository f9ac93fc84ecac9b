"""What a loop with events reads and writes beside states: what runs remember, when something is due, what happened."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.hybrid.memory import POINTERS
from neurodyn.backends.ensemble.hybrid.rules import Rules, firsts
from neurodyn.backends.event_log import Fired
from neurodyn.backends.plan import Floats, Plan
from neurodyn.backends.schedule import Schedule
from neurodyn.calculus.letters import names_in
from neurodyn.system.clips import bound_exprs
from neurodyn.system.happenings import Happenings

# So many events are written down before they are put away.
CHUNK = 1 << 16
FLUSH = ctypes.CFUNCTYPE(None)


@dataclass(eq=False)
class Log:
    """What happens in a block of trials."""

    room: int
    chunks: list[tuple[Floats, NDArray[np.int64]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._time, self._code = np.empty(self.room), np.empty(self.room, np.int64)
        self._cursor, self._room = np.zeros(1, np.int64), np.array([self.room])
        self._flush = FLUSH(self.put_away)

    @property
    def pointers(self) -> dict[str, int]:
        arrays = {"log_time": self._time, "log_code": self._code, "cursor": self._cursor, "room": self._room}
        flush = ctypes.cast(self._flush, ctypes.c_void_p).value or 0
        return {name: array.ctypes.data for name, array in arrays.items()} | {"flush": flush}

    def put_away(self) -> None:
        """Make room for more."""
        count = int(self._cursor[0])
        self.chunks.append((self._time[:count].copy(), self._code[:count].copy()))
        self._cursor[0] = 0


@dataclass(eq=False)
class EventTables:
    """The tables of all trials.

    Attributes:
        memory: what each run remembers; see `Rules.memory`.
        told: what happened last in each, and how often anything did.
    """

    rules: Rules
    memory: Floats
    told: Floats
    read: dict[str, Any]
    logs: dict[int, Log] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)

    def block(self, first: int, lanes: int) -> tuple[int]:
        """The address of all tables for the block that begins with a trial."""
        log = self.logs[first] = Log(max(CHUNK, 2 * lanes * self.rules.actors))
        arrays = {"memory": self.memory, "told_fired": self.told, **self.read}
        found = {name: array.ctypes.data for name, array in arrays.items()} | log.pointers
        pointers = np.array([found[name] for name in POINTERS], np.uintp)
        self._kept.append(pointers)
        return (pointers.ctypes.data,)

    def fired(self, happenings: Happenings, recorded: tuple[str, ...], alone: bool) -> dict[str, Fired]:
        """What has happened, event by event, trial after trial."""
        for log in self.logs.values():
            log.put_away()
        chunks = [chunk for first in sorted(self.logs) for chunk in self.logs[first].chunks]
        time = np.concatenate([np.empty(0), *(times for times, _ in chunks)])
        code = np.concatenate([np.empty(0, np.int64), *(codes for _, codes in chunks)])
        trial, actor = np.divmod(code, self.rules.actors)
        order = np.argsort(trial, kind="stable")
        time, trial, actor = time[order], trial[order], actor[order]
        found = {}
        for name, first in firsts(happenings).items():
            if name in recorded:
                own = (actor >= first) & (actor < first + happenings.events[name].units)
                trials = None if alone else trial[own].astype(np.intp)
                found[name] = Fired(time[own], (actor[own] - first).astype(np.intp), trials)
        return found


def event_tables(plan: Plan, rules: Rules, happenings: Happenings) -> EventTables:
    """The tables of a plan where its runs begin."""
    trials = plan.trials or 1
    each = _each(plan, happenings)
    memory = np.ones((trials, rules.memory))
    conditions, rests = len(rules.watched), len(rules.rests)
    memory[:, conditions : conditions + rests] = -np.inf
    for name, columns in remembered(rules, happenings).items():
        if plan.pending is not None and name in plan.pending:
            memory[:, columns] = plan.pending[name]
    if rests:
        memory[:, conditions + rests : rules.tick] = [_rests(own) for own in each]
    if rules.boxed:
        memory[:, rules.tick + 1 :] = [np.concatenate([own.low, own.high]) for own in each]
    ticks, tickers, begins = _schedules(plan, each)
    memory[:, rules.tick] = begins
    limits = np.empty(0) if plan.save_at is None else _limits(plan)
    read = {"ticks": ticks, "tickers": tickers, "limits": limits}
    return EventTables(rules, memory, np.zeros((trials, rules.actors + 1)), read)


def remembered(rules: Rules, happenings: Happenings) -> dict[str, slice]:
    """The columns of what a run that goes on must know, by its name."""
    found, events = dict[str, slice](), happenings.events
    first = firsts(happenings)
    watched = [actor for actor, _ in rules.watched]
    for name, event in events.items():
        if first[name] in watched:
            begin = watched.index(first[name])
            found[f"armed:{name}"] = slice(begin, begin + event.units)
    for name, event in events.items():
        if event.refractory is not None:
            begin = len(watched) + rules.rests.index(first[name])
            found[f"until:{name}"] = slice(begin, begin + event.units)
    return found


def _each(plan: Plan, happenings: Happenings) -> list[Happenings]:
    """The events of each trial: those of the base where nothing in their times differs."""
    if plan.varied is None:
        return [happenings] * (plan.trials or 1)
    model, words = plan.system.model, ("every", "phase", "rate", "refractory")
    exprs = [getattr(rule, word) for rule in model.rules.values() for word in words]
    exprs += [bound for state in model.states.values() if state.clip for bound in bound_exprs(model, state)[:2]]
    read = set[str]().union(*(names_in(expr) for expr in exprs if expr is not None))
    if not read & plan.own_signals:
        return [happenings] * len(plan.varied.each)
    known = {id(system): Happenings(system) for system in {id(s): s for s in plan.varied.each}.values()}
    return [known[id(system)] for system in plan.varied.each]


def _rests(happenings: Happenings) -> Floats:
    """How long each actor rests that does."""
    found = [event.refractory for event in happenings.events.values() if event.refractory is not None]
    return np.concatenate(found)


def _schedules(plan: Plan, each: list[Happenings]) -> tuple[Floats, Floats, Floats]:
    """When something is due, who acts then, and where the row of each trial begins; each row ends with infinity."""
    times, actors, begins, known = list[Floats](), list[Floats](), list[int](), dict[Any, int]()
    count = 0
    for k, happenings in enumerate(each):
        drawn = any(event.rate is not None for event in happenings.events.values())
        key = (id(happenings), k if drawn else 0)
        if key not in known:
            known[key] = count
            row, who = _schedule(plan, happenings, None if plan.trials is None else k)
            times.append(row)
            actors.append(who)
            count += row.size
        begins.append(known[key])
    return np.concatenate(times), np.concatenate(actors), np.array(begins, dtype=float)


def _schedule(plan: Plan, happenings: Happenings, trial: int | None) -> tuple[Floats, Floats]:
    schedule = Schedule(happenings, plan.t0, plan.until, plan.pending is not None, plan.seed, trial)
    first = firsts(happenings)
    rows = [(times, units + first[name]) for name, (times, units) in schedule.all.items()]
    times = np.concatenate([np.empty(0), *(times for times, _ in rows)])
    actors = np.concatenate([np.empty(0), *(who for _, who in rows)])
    order = np.lexsort((actors, times))
    return np.append(times[order], np.inf), np.append(actors[order], -1.0)


def _limits(plan: Plan) -> Floats:
    """How many times may be saved by the end of each piece."""
    assert plan.save_at is not None
    places = plan.places(plan.save_at)
    return np.searchsorted(places, np.arange(len(plan.edges()) + 1), side="right").astype(float)
