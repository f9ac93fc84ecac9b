"""The steps of a run that all trials take together, cut where something happens between two of them.

Steps are counted from t = 0 and end at edges of inputs, as in all backends of fixed steps; see `clock` and `noisy`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.clock import NEAR, Clock
from neurodyn.backends.ensemble.lockstep.streams import Bytes, Stream, ending, row_bytes
from neurodyn.backends.plan import Floats, Plan

Wholes = NDArray[np.int64]
# So many steps are taken between two looks at the keyboard.
MOST_STEPS = 4096
# The columns of the tables; behind those of whole numbers three for each stream.
COUNT, PIECE, SAVES, WHOLES = 0, 1, 2, 3
TEXT, FILLED, PLACE, BY_STREAM = 0, 1, 2, 3
NUMBER, BEGIN, STOP, LENGTH, ROOT, REALS = 0, 1, 2, 3, 4, 5


@dataclass(frozen=True, eq=False)
class Schedule:
    """Stretches of steps, one after the other.

    Attributes:
        wholes: of each stretch how many steps it has, the piece of the inputs, how often the state is saved behind it;
            then for each stream the text of the block that is drawn before it, or -1; how many steps of it are; and
            the place of the first step in it.
        reals: the number of the first step, when it begins, when the last one stops, how long each is, and the root
            of that.
        texts: the ends of the texts of keys.
        steps: how many there are.
    """

    wholes: Wholes
    reals: Floats
    texts: Bytes
    steps: int


def schedule(plan: Plan, dt: float, streams: Sequence[Stream], each: bool = False) -> Schedule:
    """The steps of a plan.

    Args:
        each: whether each step has inputs of its own, as in a map.
    """
    made = _Maker(plan, Clock(dt), streams, each)
    made.write(0, None, plan.t0, plan.t0, np.zeros(1, np.int64))
    for number, (begin, end) in enumerate(pairwise([plan.t0, *plan.edges().tolist(), plan.until])):
        made.piece(number, begin, end)
    wholes, reals = np.concatenate(made.wholes), np.concatenate(made.reals)
    return Schedule(wholes, reals, row_bytes(list(made.texts)), int(wholes[:, COUNT].sum()))


@dataclass(eq=False)
class _Maker:
    """Stretches so far; `at` is the block that each stream has drawn last, `each` as for `schedule`."""

    plan: Plan
    clock: Clock
    streams: Sequence[Stream]
    each: bool
    wholes: list[Wholes] = field(default_factory=list)
    reals: list[Floats] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)
    at: dict[str, int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        saved = [] if self.plan.save_at is None else self.plan.save_at.tolist()
        self.saves = Counter(self._place(t) for t in saved)
        self.sign = 1 if self.plan.forward else -1
        self.last = self.clock.following(self.plan.until, self.clock.number(self.plan.until), True)

    def _place(self, t: float) -> float | tuple[int]:
        """What tells a time apart: the number of the step that begins there, or the time itself between two steps."""
        number = self.clock.number(t)
        return t if number is None else (number,)

    def piece(self, number: int, begin: float, end: float) -> None:
        """The steps on a piece on which the inputs are smooth."""
        for first, count, start, stop in _runs(self.clock, begin, end, self.sign):
            if self.each:
                self.write(np.arange(count), first, start, stop, np.arange(count + 1))
                continue
            bounds = np.array([0, count]) if first is None or count == 1 else self._bounds(first, count)
            self.write(number, first, start, stop, bounds)

    def _bounds(self, first: int, count: int) -> Wholes:
        """After how many steps something happens, of so many regular ones."""
        cuts = [np.arange(0, count, MOST_STEPS), np.array([count])]
        saved = [self.sign * (place[0] - first) for place in self.saves if isinstance(place, tuple)]
        cuts.append(np.array([k for k in saved if 0 < k < count], dtype=np.int64))
        for stream in self.streams:
            together = stream.together
            ahead = -first % together if self.sign > 0 else (first % together) + 1
            cuts.append(np.arange(ahead, count, together))
        return np.unique(np.concatenate(cuts))

    def write(self, piece: int | Wholes, first: int | None, start: float, stop: float, bounds: Wholes) -> None:
        """Stretches of steps that begin and end after so many of them; one bound alone is a place to save."""
        dt, sign = self.clock.dt, self.sign
        rows = max(1, len(bounds) - 1)
        wholes, reals = np.zeros((rows, WHOLES + BY_STREAM * len(self.streams)), np.int64), np.zeros((rows, REALS))
        wholes[:, COUNT], wholes[:, PIECE] = np.diff(bounds) if len(bounds) > 1 else 0, piece
        numbers = (0 if first is None else first) + sign * bounds
        reals[:, NUMBER] = numbers[:rows]
        reals[:, BEGIN], reals[:, STOP] = numbers[:rows] * dt, numbers[-rows:] * dt
        regular = first is not None and self.clock.number(stop) is not None
        reals[0, BEGIN], reals[-1, STOP] = (start if first is None else reals[0, BEGIN]), stop
        reals[:, LENGTH] = dt if regular else abs(stop - reals[0, BEGIN])
        reals[:, ROOT] = np.sqrt(reals[:, LENGTH])
        wholes[-1, SAVES] = self.saves.pop(self._place(stop), 0)
        if len(self.saves):
            wholes[:-1, SAVES] = [self.saves.pop((k,), 0) for k in numbers[1:rows].tolist()]
        if len(bounds) > 1:
            for place, stream in enumerate(self.streams):
                columns = wholes[:, WHOLES + BY_STREAM * place :][:, :BY_STREAM]
                self._draw(stream, columns, start if first is None else numbers[:rows])
        self.wholes.append(wholes)
        self.reals.append(reals)

    def _draw(self, stream: Stream, columns: Wholes, begins: float | Wholes) -> None:
        """What a stream draws before each stretch."""
        if isinstance(begins, float):
            columns[0] = self._text(begins.hex()), 1, 0
            self.at[stream.name] = None
            return
        blocks, places = np.divmod(begins, stream.together)
        columns[:, TEXT], columns[:, PLACE] = -1, places
        previous = self.at.get(stream.name)
        fresh = np.concatenate([[previous is None or previous != blocks[0]], np.diff(blocks) != 0])
        columns[fresh, TEXT] = [self._text(k) for k in blocks[fresh].tolist()]
        wanted = np.minimum(stream.together, self.last - blocks * stream.together) if self.sign > 0 else places + 1
        columns[:, FILLED] = np.maximum(wanted, 1)
        self.at[stream.name] = int(blocks[-1])

    def _text(self, number: int | str) -> int:
        return self.texts.setdefault(ending(self.plan, number), len(self.texts))


def _runs(clock: Clock, begin: float, end: float, sign: int) -> Iterator[tuple[int | None, int, float, float]]:
    """Steps of one length: the number of the first, how many, when they begin and stop."""
    up, dt = sign > 0, clock.dt
    first, last = clock.number(begin), clock.number(end)
    close = end if last is None else last * dt
    if first is None:
        first = clock.following(begin, None, up)
        if abs(end - begin) - abs(first * dt - begin) <= NEAR * dt:
            yield None, 1, begin, close
            return
        yield None, 1, begin, first * dt
    whole = clock.following(end, None, not up) if last is None else last
    if whole != first:
        yield first, abs(whole - first), first * dt, whole * dt
    if last is None:
        yield whole, 1, whole * dt, close
