"""The arrays of a run: states, constants, events, and what the loop over steps keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.spiking.element_text import STEP
from neurodyn.backends.ensemble.spiking.event_text import LOGGED, TOTAL
from neurodyn.backends.ensemble.spiking.loop_text import (
    CHUNK,
    CLOCK,
    DONE,
    FIRST,
    MOST,
    RECORD,
    ROOM,
    SAVED,
    SAVES,
)  # fmt: skip
from neurodyn.backends.ensemble.spiking.memory import Memory
from neurodyn.backends.ensemble.spiking.remembered import NEVER
from neurodyn.backends.ensemble.spiking.timed import rows_of
from neurodyn.backends.ensemble.spiking.update_text import ALARM
from neurodyn.backends.fixed_events import steps_before
from neurodyn.backends.outcome import LEAP

if TYPE_CHECKING:
    from neurodyn.backends.ensemble.spiking.network import Network

Array = NDArray[Any]
# Numbers of steps must fit into 32 bits, also after a refractory period.
LONGEST = 2**30


class Arrays:
    """The memory of one run.

    Attributes:
        states: each with its place in the flat state and its size.
        rows: what has a row for each step.
    """

    def __init__(self, network: Network, width: int) -> None:
        self.network, self.memory, self.rows = network, Memory(width), rows_of(network)
        layout = network.plan.system.layout
        sizes = [int(np.prod(shape)) for shape in layout.shapes]
        self.states = list(zip(layout.names, layout.offsets, sizes, strict=True))
        self._put_states()
        self._put_constants()
        self._put_events()
        network.impulses.put(self.memory)
        for key in (ALARM, LOGGED, TOTAL, DONE, FIRST, MOST, ROOM, CHUNK, SAVED):
            self.memory.add(key, [0], np.int64)
        self.memory.add(SAVES, [-1], np.int64)
        self.memory.add(RECORD, [0.0])
        self.memory.add(STEP, np.zeros(3))
        self.memory.add(CLOCK, np.zeros(3))
        for column in ("step", "unit", "event"):
            self.memory.add(("log", column), [0], np.int32)

    def _put_states(self) -> None:
        scales = self.network.plan.system.layout.scales
        for state, at, count in self.states:
            self.memory.add(("state", state), self.network.plan.start[at : at + count])
            self.memory.add(("limit", state), [LEAP * scales[at]])
        for update in self.network.updates:
            self.memory.add(("size", update.space), [update.space.size], np.int64)

    def _put_constants(self) -> None:
        network = self.network
        for k, values in enumerate(network.reads.constants):
            with np.errstate(all="ignore"):
                self.memory.add(("constant", k, False), values)
                self.memory.add(("constant", k, True), 1.0 / values)
        for read in network.reads.varying:
            if isinstance(read.how, tuple):
                support, side = read.how
                self.memory.add(("end", support, side), network.plan.system.wirings[support].ends[side], np.int32)
            if read.kind == "input":
                self.memory.add(("input", read.name, read.half), np.zeros(network.sources[read.name].space.size))
        for row in self.rows:
            self.memory.add(("rows", row.key), [0.0])

    def _put_events(self) -> None:
        due = self.network.due
        for name, acting in self.network.events.acting.items():
            self.memory.add(("count", name), [0], np.int64)
            room = acting.units
            if name in due:
                steps, units = due[name]
                room = int(np.bincount(steps - steps.min()).max()) if steps.size else 1
                self.memory.add(("due steps", name), np.append(steps, -1), np.int32)
                self.memory.add(("due units", name), np.append(units, 0), np.int32)
                self.memory.add(("cursor", name), [0], np.int64)
            self.memory.add(("fired", name), np.zeros(room), np.int32)
            if acting.refractory is not None:
                # Within a step at least: impulses do not reach what an event of the same step holds.
                rest = np.clip(steps_before(acting.refractory, self.network.dt), 1, LONGEST)
                self.memory.add(("rest", name), np.broadcast_to(rest, (acting.units,)), np.int32)
                self.memory.add(("free", name), np.full(acting.units, NEVER), np.int32)
            if self.network.plan.system.model.rules[name].condition is not None:
                self.memory.add(("armed", name), np.ones(acting.units), np.int8)
                self.memory.add(("idle", name), np.zeros(acting.units), np.int32)
                self.memory.add(("idle count", name), [0], np.int64)

    def one(self, key: object) -> int:
        """A number that the loop keeps."""
        return int(self.memory.of(cast("Any", key))[0])

    def put(self, key: object, value: int) -> None:
        """Set it."""
        self.memory.of(cast("Any", key))[0] = value

    def copies(self) -> dict[object, Array]:
        """What a chunk changes, to be put back."""
        found = {key: self.memory.of(cast("Any", key)).copy() for key in self._changing()}
        for name in self._rings():
            found["ring", name] = np.concatenate([np.empty(0, np.int32), *(part.copy() for part in self.ring(name))])
        return found

    def restore(self, copies: Mapping[object, Array]) -> None:
        """Put it back."""
        for key, array in copies.items():
            if not (isinstance(key, tuple) and key[0] == "ring"):
                self.memory.of(cast("Any", key))[:] = array
        for name in self._rings():
            parts, at = self.ring(name), 0
            for part in parts:
                part[:] = copies["ring", name][at : at + part.size]
                at += part.size

    def _rings(self) -> Iterator[str]:
        return (name for name, train in self.network.impulses.trains.items() if train.delays is not None)

    def ring(self, name: str) -> list[Array]:
        """What is on its way in a delayed train: the places that arrive in each step of the ring."""
        train, ring = self.network.impulses.trains[name], self.memory.of(("ring", name))
        counts = self.memory.of(("ring counts", name))
        return [ring[k * train.room :][: counts[k]] for k in range(train.slots)]

    def _changing(self) -> Iterator[object]:
        yield from (LOGGED, TOTAL, SAVED)
        yield from (("state", name) for name, _, _ in self.states)
        yield from (("ring counts", name) for name in self._rings())
        for name in self.network.events.acting:
            for word in ("free", "armed", "idle", "idle count", "cursor"):
                if (word, name) in self.memory:
                    yield (word, name)

    def set_state(self, y: Array) -> None:
        """Put a flat state in place of that which was reached."""
        for name, at, count in self.states:
            self.memory.of(("state", name))[:count] = y[at : at + count]

    def state(self) -> Array:
        """The flat state."""
        return np.concatenate([self.memory.of(("state", n))[:count] for n, _, count in self.states])
