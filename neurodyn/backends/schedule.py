"""The instants of events that clocks, lists and Poisson processes decide: all of a run, sorted."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.plan import Floats
from neurodyn.errors import InputError
from neurodyn.system.happenings import Acting, Happenings

Units = NDArray[np.intp]
MOST_TICKS = 20_000_000
# A Poisson train is drawn in stretches of time in which so many impulses are expected.
EXPECTED = 64


class Schedule:
    """What is due when, from a first time on.

    Args:
        t0, until: the span of the run; what is due at `until` belongs to it.
        done: whether what is due at `t0` has happened already, in the run that this one goes on from.
        seed, trial: of Poisson trains. A train is a function of time, so it does not matter where a run begins.
    """

    def __init__(
        self, happenings: Happenings, t0: float, until: float, done: bool, seed: int, trial: int | None
    ) -> None:
        found: list[tuple[Floats, int, Units]] = []
        self.names = [name for name, event in happenings.events.items() if _is_scheduled(event)]
        for number, name in enumerate(self.names):
            times, units = _times(happenings.events[name], t0, until, f"{seed}/{name}/{trial}")
            kept = (times > t0) if done else (times >= t0)
            kept &= times <= until
            found.append((times[kept], number, units[kept]))
        time = np.concatenate([np.empty(0), *(times for times, _, _ in found)])
        event = np.concatenate([np.empty(0, np.intp), *(np.full(times.size, k) for times, k, _ in found)])
        unit = np.concatenate([np.empty(0, np.intp), *(units for _, _, units in found)])
        order = np.lexsort((unit, event, time))
        self._time, self._event, self._unit = time[order], event[order], unit[order]
        self._next = 0

    @property
    def all(self) -> dict[str, tuple[Floats, Units]]:
        """Every time and its unit, by event, in the order of time."""
        own = {name: self._event == number for number, name in enumerate(self.names)}
        return {name: (self._time[here], self._unit[here]) for name, here in own.items()}

    @property
    def due(self) -> float:
        """The next time at which something is due."""
        return float(self._time[self._next]) if self._next < self._time.size else np.inf

    def at(self, t: float) -> dict[str, Units]:
        """The units whose time has come, by event; asked for once."""
        stop = int(np.searchsorted(self._time, t, side="right"))
        events, units = self._event[self._next : stop], self._unit[self._next : stop]
        self._next = max(stop, self._next)
        return {self.names[k]: np.unique(units[events == k]) for k in np.unique(events)}


def _is_scheduled(event: Acting) -> bool:
    return event.every is not None or (event.rate is not None and not event.counted) or bool(event.at)


def _times(event: Acting, t0: float, until: float, key: str) -> tuple[Floats, Units]:
    if event.every is not None:
        return _ticks(event, t0, until)
    if event.rate is not None:
        return _poisson(event, t0, until, key)
    rows = event.at if len(event.at) > 1 or event.units == 1 else event.at * event.units
    _refuse_rows(event, rows)
    times = [np.sort(np.array(row, dtype=float)) for row in rows]
    units = [np.full(row.size, k) for k, row in enumerate(times)]
    return np.concatenate([np.empty(0), *times]), np.concatenate([np.empty(0, np.intp), *units])


def _refuse_rows(event: Acting, rows: tuple[tuple[float, ...], ...]) -> None:
    if len(rows) != event.units:
        raise InputError(
            f"{event.name} has {event.units} units, but its times are those of {len(rows)}.",
            code="event-times",
            remedy="Give one list for each unit, or one for all of them.",
        )


def _ticks(event: Acting, t0: float, until: float) -> tuple[Floats, Units]:
    assert event.every is not None
    phase = np.zeros(event.units) if event.phase is None else event.phase
    first = np.maximum(np.ceil((t0 - phase) / event.every) - 1, 0)
    last = np.floor((until - phase) / event.every) + 1
    counts = np.maximum(last - first + 1, 0)
    _refuse_many(event, float(counts.sum()))
    times = [p + e * (k + np.arange(int(n))) for p, e, k, n in zip(phase, event.every, first, counts, strict=True)]
    return np.concatenate(times), np.repeat(np.arange(event.units), counts.astype(int))


def _poisson(event: Acting, t0: float, until: float, key: str) -> tuple[Floats, Units]:
    assert event.rate is not None
    _refuse_many(event, float(event.rate.sum()) * (until - t0))
    times, units = [np.empty(0)], [np.empty(0, np.intp)]
    for unit, rate in enumerate(event.rate):
        if rate > 0:
            length = EXPECTED / rate
            for block in range(int(np.floor(t0 / length)), int(np.floor(until / length)) + 1):
                word = hashlib.sha256(f"{key}/{unit}/{block}".encode()).digest()
                rng = np.random.Generator(np.random.Philox(key=int.from_bytes(word[:16], "little")))
                drawn = length * (block + np.sort(rng.random(rng.poisson(EXPECTED))))
                times.append(drawn)
                units.append(np.full(drawn.size, unit))
    return np.concatenate(times), np.concatenate(units)


def _refuse_many(event: Acting, count: float) -> None:
    if not count <= MOST_TICKS:
        raise InputError(
            f"{event.name} would happen {count:.3g} times in this run.",
            code="too-many-events",
            remedy=f"Shorten the run: at most {MOST_TICKS:,} are drawn.",
        )
