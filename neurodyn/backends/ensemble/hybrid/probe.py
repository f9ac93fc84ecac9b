"""What events look at in a step: levels at any part of it, and at nodes along it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from neurodyn.backends.ensemble.body import Body, Place
from neurodyn.backends.ensemble.frame import Frame
from neurodyn.backends.ensemble.hybrid.rules import Rules
from neurodyn.backends.ensemble.paths import Path
from neurodyn.backends.ensemble.vector_math.values import Flag, Real, Whole

# Denser at the ends, and right beside them, which shows where levels head.
NODES = (0.0, 1e-4, *(0.5 - 0.5 * np.cos(np.pi * np.arange(1, 8) / 8)).tolist(), 1 - 1e-4, 1.0)
LAST = len(NODES) - 1


def make_room(frame: Frame) -> None:
    """Room for levels, and for what a search keeps for each lane."""
    body, rules = frame.body, frame.rules
    assert rules is not None
    for name in ("level", "left", "right", "middle"):
        body.room(name, body.reals, rules.levels + 1)
    body.room("nodes", body.reals, len(NODES) * rules.levels + 1)
    body.room("near", body.reals, frame.shape.states)
    for name in ("after", "from", "to", "width", "pair", "low", "mid", "high", "height", "side", "place"):
        body.room(name, body.reals)
    for name in ("cut", "looking"):
        body.room(name, body.flags)
    body.room("tries", "i64")


@dataclass(frozen=True)
class Probe:
    """The step that is looked at: where it begins, how long it is, where it ends, and the path along it."""

    frame: Frame
    t: Real
    h: Real
    after: Real
    path: Path

    @property
    def body(self) -> Body:
        return self.frame.body

    @property
    def rules(self) -> Rules:
        assert self.frame.rules is not None
        return self.frame.rules

    @property
    def count(self) -> int:
        """How many levels there are."""
        return self.rules.levels

    def time(self, part: Real) -> Real:
        return (part >= 1.0).choose(self.after, self.h.fma(part, self.t))

    def state(self, part: Real) -> Callable[[Place], Real]:
        """The state at a part of the step; at the end, that which the step came to."""
        along, at_end = self.path.at(part), part >= 1.0
        return lambda c: at_end.choose(self.body.load("%u", c), along(c))

    def levels(self, part: Real, out: str) -> None:
        """The levels at a part of the step."""
        state = self.state(part)
        for c in self.rules.reads:
            self.body.store(self.frame.within("u", c, state(c)), "%near", c)
        self.frame.levels(self.time(part), "near", out)

    def read_nodes(self) -> None:
        """The levels at all nodes."""
        body = self.body
        for c in range(self.count):
            body.store(body.load("%level", c), "%nodes", c)
        for k, part in enumerate(NODES[1:-1], start=1):
            along = self.path.at(body.number(part))
            for c in self.rules.reads:
                body.store(self.frame.within("y", c, along(c)), "%near", c)
            self.frame.levels(self.h.fma(part, self.t), "near", "nodes", k * self.count)
        for c in self.rules.reads:
            body.store(self.frame.within("u", c), "%near", c)
        self.frame.levels(self.after, "near", "nodes", LAST * self.count)

    def node(self, k: int, c: Place) -> Real:
        """A level at a node."""
        shift = k * self.count
        return self.body.load("%nodes", c + shift if isinstance(c, int) else self.body.put(f"add i64 {c}, {shift}"))

    def part(self, number: Real) -> Real:
        """Where the node of a number is."""
        found = self.body.number(NODES[0])
        for k, part in enumerate(NODES[1:], start=1):
            found = (number >= float(k)).choose(part, found)
        return found

    def own(self, table: str, number: Real, where: Flag) -> Real:
        """In each lane the number at a place of its own, in a table of vectors."""
        body, width = self.body, self.body.width
        whole = body.whole(f"fptosi {body.reals} {where.choose(number, 0.0).name} to {body.wholes}")
        lanes = Whole(body, f"<{', '.join(f'i64 {lane}' for lane in range(width))}>")
        return body.gather(f"%{table}", body.times(whole, width) + lanes, where)

    def differ(self, one: str, other: str) -> Flag:
        """Whether some level has other signs in two tables."""
        body = self.body

        def differs(c: Place, sums: Sequence[Real]) -> Sequence[Real]:
            a, b = (body.load(f"%{name}", c) > 0.0 for name in (one, other))
            return [(sums[0].differs(0.0) | (a ^ b)).choose(1.0, 0.0)]

        return body.added(self.count, [body.number(0.0)], differs)[0].differs(0.0)

    def counted(self) -> str:
        """One more try."""
        tries = self.body.put(f"add i64 {self.body.put('load i64, ptr %tries')}, 1")
        self.body.act(f"store i64 {tries}, ptr %tries")
        return tries
