"""What the loop of fixed steps keeps for each of its lanes, and the names of what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from neurodyn.backends.ensemble.body import Body, Place
from neurodyn.backends.ensemble.lockstep.schedule import REALS
from neurodyn.backends.ensemble.lockstep.streams import Stream
from neurodyn.backends.ensemble.methods import Tableau
from neurodyn.backends.ensemble.vector_math.values import Real

# What is told of each run: how it ended, steps, and how many times were saved.
TOLD = 3
# The length of a step, then by how much each state may change in one at least; see `outcome.leap`.
STEP, LEAPS = 0, 1
WHOLES = ("first", "last", "trials", "stretches", "beginning", "middle", "ending", "room")
POINTERS = (
    "start", "values", "varied", "limits", "wholes", "reals", "edges", "segments", "beginnings", "middles", "endings",
    "scratch", "saved", "final", "wrong", "ended", "told", "stop",
)  # fmt: skip
HEAD = f"void @run({', '.join([*(f'i64 %{name}' for name in WHOLES), *(f'ptr %{name}' for name in POINTERS)])})"


@dataclass(frozen=True)
class Draw:
    """A number that is drawn in each step: where it is put, and which number of which stream it is.

    Attributes:
        inverted: whether its reciprocal is meant.
    """

    slot: int
    stream: int
    element: int
    inverted: bool


@dataclass(frozen=True)
class Shape:
    """What a loop is written for.

    Attributes:
        states, inputs: how many numbers they have.
        slots: how many numbers differ between lanes beside the state.
        constants: of those that stand still, where each is put, and the place in a row of what is given.
        columns: how many numbers such a row has.
        draws: those that are drawn.
        streams: from these.
        factors: what each part of a change is multiplied by; none for a map.
        zeros: the parts that are 0 of some state, by their places.
        saved: whether states on the way are saved, beside the last ones.
        forward: whether time runs forward.
    """

    states: int
    inputs: int
    slots: int
    constants: tuple[tuple[int, int], ...]
    columns: int
    draws: tuple[Draw, ...]
    streams: tuple[Stream, ...]
    factors: tuple[str, ...]
    zeros: frozenset[int]
    saved: bool
    forward: bool

    @property
    def parts(self) -> int:
        """How many numbers are computed of a state."""
        return self.states * max(1, len(self.factors))

    def scratch(self, width: int) -> list[int]:
        """Where the numbers of each stream lie, and where they end, in doubles."""
        found = [0]
        for stream in self.streams:
            found.append(found[-1] + stream.size * stream.together * width)
        return found


@dataclass(frozen=True)
class Frame:
    """The loop that is written: its text so far, method and shape."""

    body: Body
    method: Tableau | None
    shape: Shape

    def make_room(self) -> None:
        """Room on the stack."""
        body, n = self.body, self.shape.states
        stages = 0 if self.method is None else self.method.stages - 1
        for name in ("y", "u", *(f"k{j}" for j in range(stages))):
            body.room(name, body.reals, n)
        body.room("out", body.reals, self.shape.parts)
        body.room("lane", body.reals, self.shape.slots + 1)
        body.room("input", body.reals, 2 * self.shape.inputs + 1)
        body.room("id", body.wholes)
        for name in ("alive", "there"):
            body.room(name, body.flags)
        for name in ("group", "row", "step", "steps", "count"):
            body.room(name, "i64")

    def each(self, action: Callable[[Place], None]) -> None:
        """Do something for each element of the state."""
        self.body.each(self.shape.states, action)

    def number(self, name: str) -> str:
        """A number that the loop counts."""
        return self.body.put(f"load i64, ptr %{name}")

    def count(self, name: str, value: str) -> None:
        self.body.act(f"store i64 {value}, ptr %{name}")

    def whole(self, row: str, column: int) -> str:
        """A whole number of the schedule."""
        place = self.body.put(f"add i64 {row}, {column}")
        where = self.body.put(f"getelementptr inbounds i64, ptr %wholes, i64 {place}")
        return self.body.put(f"load i64, ptr {where}, align 8")

    def real(self, column: int) -> str:
        """A number of the schedule, for the stretch at hand."""
        body = self.body
        row = body.put(f"mul i64 {self.number('row')}, {REALS}")
        where = body.put(f"getelementptr inbounds double, ptr %reals, i64 {body.put(f'add i64 {row}, {column}')}")
        return body.put(f"load double, ptr {where}, align 8")

    def flow(self, t: Real, states: str) -> None:
        """Compute what changes a state, into `out`."""
        pointers = ", ".join(f"ptr %{name}" for name in (states, "values", "lane", "input", "out"))
        self.body.act(f"call void @flow({self.body.reals} {t.name}, {pointers})")
