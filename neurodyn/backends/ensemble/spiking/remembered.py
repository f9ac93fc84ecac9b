"""What the events of a run know at its end, for one that goes on from there; and at its start, from the one before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.backends.fixed_events import EARLY, steps_before
from neurodyn.backends.plan import Floats

if TYPE_CHECKING:
    from neurodyn.backends.ensemble.spiking.arrays import Arrays

NEVER = np.iinfo(np.int32).min


def pending(arrays: Arrays, first: int, step: int) -> dict[str, Floats]:
    """By event which units wait until their condition is false, and when they can happen again."""
    memory, dt, kept = arrays.memory, arrays.network.dt, dict[str, Floats]()
    for name, acting in arrays.network.events.acting.items():
        if ("armed", name) in memory:
            kept[f"armed:{name}"] = memory.of(("armed", name))[: acting.units].astype(float)
        if ("free", name) in memory:
            free = memory.of(("free", name))[: acting.units].astype(float)
            kept[f"until:{name}"] = np.where(free == NEVER, -np.inf, (free + first) * dt)
    for name, train in arrays.network.impulses.trains.items():
        if train.delays is not None:
            rows = [np.empty((0, 2))]
            for ahead in range(train.slots):
                places = arrays.ring(name)[(step + ahead) % train.slots]
                rows.append(np.stack([np.full(places.size, (first + step + ahead) * dt), places.astype(float)], axis=1))
            kept[f"sent:{name}"] = np.concatenate(rows)
    return {**kept, "fixed": np.array([dt])}


def restore(arrays: Arrays, first: int, known: Mapping[str, Floats]) -> None:
    """Go on with it."""
    memory, dt = arrays.memory, arrays.network.dt
    for name, acting in arrays.network.events.acting.items():
        if f"armed:{name}" in known:
            armed = np.asarray(known[f"armed:{name}"]) != 0
            memory.of(("armed", name))[: acting.units] = armed
            idle = np.flatnonzero(~armed)
            memory.of(("idle", name))[: idle.size] = idle
            arrays.put(("idle count", name), idle.size)
        if f"until:{name}" in known:
            free = np.ceil(known[f"until:{name}"] / dt - EARLY) - first
            memory.of(("free", name))[: acting.units] = np.maximum(free, NEVER + 1)
    for name, train in arrays.network.impulses.trains.items():
        for t, place in known.get(f"sent:{name}", ()):
            slot = int(steps_before(t, dt) - first) % train.slots
            counts = memory.of(("ring counts", name))
            memory.of(("ring", name))[slot * train.room + counts[slot]] = place
            counts[slot] += 1
