"""Impulses that are on their way where a run goes on from another one.

What such a run knows is when they arrive. Brian2's queues are told who sent them when: its code looks up the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.backends.brian2.sites import Places
from neurodyn.backends.brian2.units import Path
from neurodyn.backends.plan import Floats, Plan
from neurodyn.errors import InputError
from neurodyn.system.happenings import Happenings


@dataclass(frozen=True, eq=False)
class Sent:
    """The impulses of a train that are on their way: how many steps before the run each was sent, and by which unit.

    Attributes:
        copy: how many there are of the same step and unit before each.
    """

    before: Places
    units: Places
    copy: Places

    @property
    def copies(self) -> int:
        return int(self.copy.max(initial=0)) + 1

    def fill(self, pathway: Any, path: Path, apart: int) -> None:
        """Put them into the queue of a pathway.

        Args:
            apart: by how many units the copies of a unit lie apart, where copies are units; else 0.
        """
        queue, source = pathway.queue, pathway.source
        queue.prepare(pathway.variables["delay"].get_value(), source.clock.dt_, pathway.synapse_sources.get_value())
        mine = np.full(self.copy.size, True) if apart else self.copy == path.copy
        for before in range(int(self.before.max(initial=0)), 0, -1):
            here = mine & (self.before == before)
            units = self.units[here] + apart * self.copy[here]
            units = np.arange(len(source)) if path.to_all and units.size else units
            queue.push(np.sort(units).astype(np.int32))
            queue.advance()


def sent(happenings: Happenings, plan: Plan) -> dict[str, Sent]:
    """All that is on its way, by train."""
    pending, dt = plan.pending or {}, plan.dt
    assert dt is not None
    if "fixed" in pending and float(pending["fixed"][0]) != dt:
        raise InputError(
            f"The run that is gone on from has steps of {float(pending['fixed'][0]):g}, and dt is {dt:g}.",
            code="bad-start",
            remedy="Take the same dt, or give its states as a start of their own: start={...}.",
        )
    rows = {train: pending[f"sent:{train}"] for train in happenings.delays if len(pending.get(f"sent:{train}", ()))}
    return {train: _sent(happenings, train, found, plan.t0, dt) for train, found in rows.items()}


def _sent(happenings: Happenings, train: str, rows: Floats, t0: float, dt: float) -> Sent:
    delay = happenings.delays[train]
    units = np.arange(happenings.events[delay.event].units)
    owner = np.empty(delay.delay.size, np.intp)
    for unit in units:
        owner[delay.members.of(np.array([unit]))] = unit
    places = rows[:, 1].astype(np.intp)
    before = np.rint(t0 / dt) - np.rint(rows[:, 0] / dt) + np.rint(delay.delay[places] / dt)
    # Each unit's impulse of a step stands there once for each of its places: that with most tells how many there were.
    keys, counts = np.unique(np.stack([before.astype(np.intp), owner[places], places]), axis=1, return_counts=True)
    most: dict[tuple[int, int], int] = {}
    for (step, unit, _), count in zip(keys.T.tolist(), counts.tolist(), strict=True):
        most[step, unit] = max(most.get((step, unit), 0), count)
    found = [(step, unit, k) for (step, unit), count in most.items() for k in range(count)]
    steps, who, copy = np.array(found, dtype=np.intp).T
    return Sent(steps, who, copy)
