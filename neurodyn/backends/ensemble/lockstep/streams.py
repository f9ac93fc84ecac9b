"""What a run draws, as compiled code reads it: the streams, and the texts of their keys."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.ensemble.random_streams.keys import room
from neurodyn.backends.plan import Plan
from neurodyn.program.scalars import Leaf
from neurodyn.system.noise import kind_of, noise_shape, steps_together, stream_parts

if TYPE_CHECKING:
    from neurodyn.system.system import System

Bytes = NDArray[np.uint8]
HEAD = 8  # bytes that hold the length of a text
LONGEST_NUMBER = 24  # letters of a number of a trial, and of a time in hexadecimal


@dataclass(frozen=True)
class Stream:
    """The numbers of one noise.

    Attributes:
        kind: as `random_streams` has them.
        shape: of the numbers in a step.
    """

    name: str
    kind: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many numbers there are in a step."""
        return math.prod(self.shape)

    @property
    def together(self) -> int:
        """How many steps make a block."""
        return steps_together(self.size)


def streams_of(system: System, names: Sequence[str]) -> tuple[Stream, ...]:
    """The streams of these noises."""
    noise, sizes = system.model.noise, system.all_sizes
    return tuple(Stream(n, kind_of(noise[n].value), noise_shape(system.structure, sizes, n)) for n in names)


def places(streams: Sequence[Stream], first: int) -> dict[str, Leaf]:
    """Where the numbers of a step are read, behind what else differs between trials."""
    found = {}
    for stream in streams:
        found[stream.name] = Leaf("lane", first, stream.shape)
        first += stream.size
    return found


def row_bytes(texts: Sequence[str]) -> Bytes:
    """A row for each text: its length, and its letters."""
    letters = [text.encode() for text in texts]
    width = -(-(HEAD + max((len(word) for word in letters), default=0)) // 8) * 8
    rows = b"".join(len(word).to_bytes(HEAD, "little") + word.ljust(width - HEAD, b"\0") for word in letters)
    return np.frombuffer(rows, np.uint8).reshape(len(letters), width)


def beginnings(plan: Plan, streams: Sequence[Stream]) -> Bytes:
    """What is the same in all keys of a stream."""
    return row_bytes([stream_parts(plan.seed, stream.name, None, 0)[0] for stream in streams])


def middles(plan: Plan, first: int, last: int) -> Bytes:
    """What tells the trials from `first` to before `last` apart."""
    numbers = [plan.trial] if plan.trials is None else range(first, last)
    return row_bytes([stream_parts(plan.seed, "", number, 0)[1] for number in numbers])


def ending(plan: Plan, number: int | str) -> str:
    """What tells a block of steps, or a step between two, from the others."""
    return stream_parts(plan.seed, "", None, number)[2]


def room_for(heads: Bytes) -> int:
    """Bytes for the longest text of which a key is made."""
    return room(heads.shape[1] + 2 * LONGEST_NUMBER)
