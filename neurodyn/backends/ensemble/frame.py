"""What a stepping loop keeps for each of its lanes, and the names of what it is given."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neurodyn.backends.ensemble.body import Body, Place
from neurodyn.backends.ensemble.methods import Rosenbrock, Tableau
from neurodyn.backends.ensemble.vector_math.values import Flag, Real
from neurodyn.system.reductions import FirstCrossing, Max, Mean, Min

if TYPE_CHECKING:
    from neurodyn.backends.ensemble.hybrid.rules import Rules

# How a run came to its end.
DONE, TOO_SMALL, BAD_RATE, STALLED, STOPPED, ENDLESS, PILED, SETTLED = 1, 2, 3, 4, 5, 6, 7, 8
# `span` holds these, then the absolute tolerance of each state, then two numbers for each reduction: the time from
# which on it counts, and a limit; then what `goal_text` says.
BEGIN, RTOL, ADVANCE, ATOL = 0, 1, 2, 3
# What is told of each run: how it ended, steps that counted, steps that were tried, times that were saved.
TOLD = 4
HEAD = (
    "void @run(i64 %first, i64 %last, i64 %trials, i64 %saves, i64 %pieces, ptr noalias readonly %start, "
    "ptr noalias readonly %values, ptr noalias readonly %varied, ptr noalias readonly %span, "
    "ptr noalias readonly %times, ptr noalias readonly %edges, ptr noalias readonly %segments, ptr noalias %saved, "
    "ptr noalias %final, ptr noalias %ended, ptr noalias %told, ptr noalias %kept, ptr noalias %goals, ptr %stop"
)
MORE = ", ptr %more)"  # the tables of events


@dataclass(frozen=True)
class Kept:
    """A reduction of the path.

    Attributes:
        word, direction: what it is.
        first, count: which numbers it reads, of the states or of what is observed.
        observed: whether the second.
        late: whether it begins at a time of its own.
        slot: the first of the numbers that a lane keeps for it.
        limit: where its numbers stand in `span`.
    """

    word: str
    direction: str
    first: int
    count: int
    observed: bool
    late: bool
    slot: int
    limit: int

    @property
    def slots(self) -> int:
        """How many numbers a lane keeps for it."""
        return self.count + {Mean.word: 1, FirstCrossing.word: self.count}.get(self.word, 0)

    @property
    def beginning(self) -> float:
        """What these are where a run begins."""
        return {Mean.word: 0.0, Max.word: -math.inf, Min.word: -math.inf}.get(self.word, math.nan)


@dataclass(frozen=True)
class Shape:
    """What a loop is written for.

    Attributes:
        states: how many numbers a state has.
        varied: how many numbers beside the start differ between trials.
        inputs: how many numbers the inputs have.
        saved: whether states on the way are saved, beside the last ones.
        forward: whether time runs forward; inside the loop it does in any case.
        rules: of what happens at instants, if anything does.
        kept: the reductions of the path.
        observed: how many numbers are observed for them.
        goals: how many attractors are known.
    """

    states: int
    varied: int = 0
    inputs: int = 0
    saved: bool = False
    forward: bool = True
    rules: Rules | None = None
    kept: tuple[Kept, ...] = ()
    observed: int = 0
    goals: int = 0

    @property
    def slots(self) -> int:
        """How many numbers a lane keeps of its path."""
        return sum(own.slots for own in self.kept)


@dataclass(frozen=True)
class Frame:
    """The loop that is written: its text so far, method and shape."""

    body: Body
    method: Tableau | Rosenbrock
    shape: Shape

    @property
    def lanes(self) -> int:
        return self.body.width

    @property
    def rules(self) -> Rules | None:
        return self.shape.rules

    def make_room(self) -> None:
        """Room on the stack: vectors of states and rates, then what each lane keeps."""
        body, n = self.body, self.shape.states
        for name in ("y", "u", "v", *(f"k{j}" for j in range(self.method.stages + len(self.method.more_c)))):
            body.room(name, body.reals, n)
        body.room("lane", body.reals, self.shape.varied + 1)
        body.room("input", body.reals, 2 * self.shape.inputs + 1)
        for name in ("t", "h", "end", "next", "mark"):
            body.room(name, body.reals)
        for name in ("id", "piece", "accepted", "tried", "look", "count", "code"):
            body.room(name, body.wholes)
        for name in ("active", "moved"):
            body.room(name, body.flags)
        body.room("queue", "i64")

    def make_more_room(self, sizes: Mapping[str, int]) -> None:
        """Room for further vectors, made where the function begins."""
        for name, size in sizes.items():
            self.body.lines.insert(1, f"  %{name} = alloca [{size} x {self.body.reals}], align 64")

    def flow(self, t: Real, states: str, out: str) -> None:
        """Read the rates of a state."""
        body, boxed = self.body, bool(self.rules and self.rules.boxed)
        if boxed:
            self.each(lambda c: body.store(self.within(states, c), "%within", c))
        self.call("flow", t, "within" if boxed else states, out)
        if not self.shape.forward:
            self.each(lambda c: body.store(-body.load(f"%{out}", c), f"%{out}", c))
        for k, c in enumerate(self.rules.held if self.rules else ()):
            still = body.load("%still", k).differs(0.0)
            body.store(still.choose(0.0, body.load(f"%{out}", c)), f"%{out}", c)
        if boxed:
            self.each(lambda c: body.store(self._kept_in(states, out, c), f"%{out}", c))

    def bounds(self, c: Place) -> tuple[Real, Real]:
        """The least and the largest value of an element of the state."""
        assert self.rules is not None
        first, shift = self.rules.tick + 1, self.rules.boxed
        places = [first + k * shift for k in (0, 1)]
        at = [c + k if isinstance(c, int) else self.body.put(f"add i64 {c}, {k}") for k in places]
        return self.body.load("%memo", at[0]), self.body.load("%memo", at[1])

    def within(self, states: str, c: Place, value: Real | None = None) -> Real:
        """An element of a state, or a value of it, within its bounds if there are any."""
        value = self.body.load(f"%{states}", c) if value is None else value
        if not (self.rules and self.rules.boxed):
            return value
        low, high = self.bounds(c)
        value = (value < low).choose(low, value)
        return (value > high).choose(high, value)

    def _kept_in(self, states: str, out: str, c: Place) -> Real:
        """The rate of an element, which stands still at a bound rather than leave."""
        (low, high), value, rate = self.bounds(c), self.body.load(f"%{states}", c), self.body.load(f"%{out}", c)
        return (((value <= low) & (rate < 0.0)) | ((value >= high) & (rate > 0.0))).choose(0.0, rate)

    def call(self, function: str, t: Real, states: str, out: str, first: int = 0) -> None:
        """Read a function of a state; it writes from a place on."""
        body = self.body
        time = t if self.shape.forward else -t
        pointers = ", ".join(f"ptr %{name}" for name in (states, "values", "lane", "input"))
        body.act(f"call void @{function}({body.reals} {time.name}, {pointers}, ptr {body.slot(f'%{out}', first)})")

    def levels(self, t: Real, states: str, out: str, first: int = 0) -> None:
        """Read the numbers that change sign where a comparison changes."""
        self.call("levels", t, states, out, first)

    def is_instant(self, after: Real, last: Flag) -> Flag:
        """Whether something happens at the end of a step, unless an input has an edge there."""
        body = self.body
        inner = body.is_whole("slt", body.load_whole("%piece") + 1, body.given_whole("%pieces"))
        return last & ~(inner & after.equals(body.load("%end")))

    def jacobian(self, t: Real, states: str, out: str) -> None:
        """Read the derivatives of the rates by the state; of those that time itself gives them."""
        self.call("jacobian", t, states, out)

    def each(self, action: Callable[[Place], None]) -> None:
        """Do something for each element of the state."""
        self.body.each(self.shape.states, action)

    def allowed(self, c: Place, size: Real) -> Real:
        """The error that is allowed in an element of the state of this size."""
        return self.body.read("%span", RTOL).fma(size, self.body.read("%span", c, ATOL))

    def weight(self, c: Place) -> Real:
        """One over the error that is allowed in an element, at the larger of its values at both ends of a step."""
        before, after = self.body.load("%y", c).size(), self.body.load("%u", c).size()
        return 1.0 / self.allowed(c, (before > after).choose(before, after))

    def lead(self, h: Real, weights: Sequence[float], out: str) -> None:
        """The state that rates with these weights lead to in a step."""
        body = self.body

        def one(c: Place) -> None:
            slope: Real | None = None
            for j, weight in enumerate(weights):
                if weight:
                    rate = body.load(f"%k{j}", c)
                    slope = rate * weight if slope is None else rate.fma(weight, slope)
            value = body.load("%y", c)
            body.store(value if slope is None else h.fma(slope, value), f"%{out}", c)

        self.each(one)
