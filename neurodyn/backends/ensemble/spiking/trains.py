"""Trains of impulses: how those of an event come to arrive, at once or after a delay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.spiking.function import Function
from neurodyn.backends.ensemble.spiking.memory import Memory, aligned
from neurodyn.errors import InputError

# Numbers that the impulses on their way may take.
LARGEST_RING = 2**31


@dataclass(frozen=True, eq=False)
class Train:
    """The impulses of an event as they arrive.

    Attributes:
        places: how many places it has.
        delays: in steps, of each place; None for impulses that arrive at once.
        begins, members: the places of each unit of the event, where these are not the units themselves.
        repeats: how often a place can be due in one step.
    """

    name: str
    event: str
    places: int
    delays: NDArray[np.int32] | None = None
    begins: NDArray[np.int64] | None = None
    members: NDArray[np.int32] | None = None
    repeats: int = 1

    @property
    def slots(self) -> int:
        """For how many steps there are lists of what arrives."""
        return 1 + (0 if self.delays is None else int(self.delays.max(initial=0)))

    @property
    def room(self) -> int:
        """How long each list may get."""
        return self.places * self.repeats

    def put(self, memory: Memory) -> None:
        """Its arrays: lists of places, one for each step to come, as a ring."""
        if self.delays is None:
            return
        if self.slots * self.room > LARGEST_RING:
            raise InputError(
                f"The impulses {self.name} are on their way for {self.slots:,} steps, which is too many to be kept.",
                code="long-delay",
                remedy="Take the backend fixed, or longer steps.",
            )
        memory.put(("ring", self.name), aligned(self.slots * self.room + memory.width, np.int32))
        memory.add(("ring counts", self.name), np.zeros(self.slots), np.int64)
        memory.add(("delay", self.name), self.delays, np.int32)
        if self.begins is not None and self.members is not None:
            memory.add(("begins", self.name), self.begins, np.int64)
            memory.add(("elements", self.name), self.members, np.int32)


class Arrivals:
    """The places that arrive in a step, as a function reads them."""

    def __init__(self, f: Function, train: Train) -> None:
        self._f, self._train = f, train
        if train.delays is None:
            self.count, self._from = f.first(("count", train.event), "i64"), ""
            return
        slot = f.put(f"urem i64 %step, {train.slots}")
        self.count = f.get(("ring counts", train.name), slot, "i64")
        self._from = f.put(f"mul i64 {slot}, {train.room}")

    def each(self, label: str, action: Any) -> None:
        """Do something for each place."""
        self._f.counting(label, self.count, 1, lambda number: action(self.place(number)))

    def place(self, number: str) -> str:
        """A place by its number in the list."""
        f = self._f
        if not self._from:
            short = f.get(("fired", self._train.event), number, "i32")
        else:
            short = f.get(("ring", self._train.name), f.put(f"add i64 {self._from}, {number}"), "i32")
        return f.put(f"zext i32 {short} to i64")


def send_function(name: str, train: Train, memory: Memory) -> Function:
    """Put the impulses of this step on the lists of the steps in which they arrive."""
    f = Function(name, memory)

    def one(number: str) -> None:
        unit = f.put(f"zext i32 {f.get(('fired', train.event), number, 'i32')} to i64")
        if train.begins is None:
            put(unit)
            return
        begin = f.get(("begins", train.name), unit, "i64")
        end = f.get(("begins", train.name), f.put(f"add i64 {unit}, 1"), "i64")
        f.counting("member", end, 1, lambda k: put(f.put(f"zext i32 {member(k)} to i64")), begin)

    def member(number: str) -> str:
        return f.get(("elements", train.name), number, "i32")

    def put(place: str) -> None:
        delay = f.put(f"zext i32 {f.get(('delay', train.name), place, 'i32')} to i64")
        slot = f.put(f"urem i64 {f.put(f'add i64 %step, {delay}')}, {train.slots}")
        count = f.get(("ring counts", train.name), slot, "i64")
        at = f.put(f"add i64 {f.put(f'mul i64 {slot}, {train.room}')}, {count}")
        f.set(("ring", train.name), at, "i32", f.put(f"trunc i64 {place} to i32"))
        f.set(("ring counts", train.name), slot, "i64", f.put(f"add i64 {count}, 1"))

    f.counting("sent", f.first(("count", train.event), "i64"), 1, one)
    return f


def forget_function(name: str, train: Train, memory: Memory) -> Function:
    """What has arrived is on its way no more."""
    f = Function(name, memory)
    f.set(("ring counts", train.name), f.put(f"urem i64 %step, {train.slots}"), "i64", "0")
    return f
