"""Follows an orbit from crossing to crossing of a section."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.analysis.exponents.carrier import Accuracy
from neurodyn.analysis.sections.section import Floats, Section
from neurodyn.backends import find
from neurodyn.backends.plan import Plan

if TYPE_CHECKING:
    from neurodyn.system.signals import Signal


# A start is on a section where it is no further from it, in scales of the states.
ON = 1e-6


@dataclass(frozen=True, eq=False)
class Crossings:
    """Where an orbit crosses a section.

    Attributes:
        time, states: of each, (crossings,) and (crossings, size).
        ended: the time and state to which the orbit was followed.
        interrupted: whether the user ended it.
        failure: why it could not be followed further, in words; empty if it could.
    """

    time: Floats
    states: Floats
    ended: tuple[float, Floats]
    interrupted: bool
    failure: str = ""

    def then(self, other: Crossings) -> Crossings:
        """The same with those that come after."""
        time, states = (np.concatenate([getattr(one, n) for one in (self, other)]) for n in ("time", "states"))
        return replace(other, time=time, states=states)


class Crosser:
    """An orbit and a section."""

    def __init__(self, section: Section, signals: Mapping[str, Signal], how: Accuracy) -> None:
        system = section.watched
        self.section, self.engine = section, find("scipy")
        self.plan = Plan(
            system=system,
            t0=0.0,
            until=1.0,
            start=np.empty(0),
            signals={n: s for n, s in signals.items() if n in system.signals},
            save_at=None,
            method="DOP853",
            rtol=how.rtol,
            atol=how.atol,
            progress=False,
            needed=system.needs,
            jumps=True,
        )
        self._pending: Mapping[str, Any] | None = None

    def on(self, t: float, until: float, state: Floats) -> Crossings:
        """Follow the orbit from a time and state on."""
        given = dict(t0=t, until=until, start=self.section.counted(state), save_at=np.array([until], dtype=float))
        found = self.engine.run(replace(self.plan, **given, pending=self._pending))  # type: ignore[arg-type]
        self._pending = found.pending
        counts = found.y[:, -1]
        at = np.flatnonzero(np.diff(counts) > 0) + 1
        if at.size and found.time[at[0]] == t and not self._is_on(found.y[at[0], :-1]):
            at = at[1:]  # the condition holds where the orbit begins: that is no crossing
        end = found.end_time, found.end[:-1]
        status, words = found.outcome.status, found.outcome.message
        failure = words if status == "failed" else ""
        return Crossings(found.time[at], found.y[at, :-1], end, status == "interrupted", failure)

    def _is_on(self, state: Floats) -> bool:
        """Whether a state is on the section."""
        slope = float(np.abs(self.section.gradient(state)).max())
        return abs(float(self.section.levels(state[None])[0])) <= ON * slope

    def none(self, t: float, state: Floats) -> Crossings:
        """No crossings up to a time."""
        return Crossings(np.empty(0), np.empty((0, state.size)), (t, state), False)

    def several(
        self, t: float, state: Floats, count: int, chunk: float, latest: float, told: Callable[[float], None]
    ) -> Crossings:
        """Follow it chunk by chunk until there are so many crossings, or more, or until a time.

        Args:
            told: called with the share that is done.
        """
        found = self.none(t, state)
        try:
            while len(found.time) < count and found.ended[0] < latest and not (found.interrupted or found.failure):
                now, at = found.ended
                found = found.then(self.on(now, min(now + chunk, latest), at))
                told(min(1.0, max(len(found.time) / count, (found.ended[0] - t) / (latest - t))))
        except KeyboardInterrupt:
            found = replace(found, interrupted=True)
        return found
