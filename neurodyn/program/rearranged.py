"""What only moves the elements of an array: the same for numbers, for ends of intervals and for nodes of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from neurodyn.program import runtime
from neurodyn.program.program import Step
from neurodyn.program.sliding import Pieces

Array = Any
MOVED = frozenset({"at", "slide", "windows", "diagonal"})


def aligned(x: Array, letters: Sequence[str], axes: Sequence[str]) -> Array:
    """An array with these axes, of length 1 where it lacks one."""
    order = [letters.index(a) for a in axes if a in letters]
    return x.transpose(order)[tuple(slice(None) if a in letters else None for a in axes)]


def moved(step: Step, x: Array) -> Array:
    """The value of a step of `MOVED`. Where it takes elements from beyond the ends they are 0."""
    if step.op == "at":
        return x[tuple(slice(None) if p is None else p for p in cast("tuple[int | None, ...]", step.data))]
    if step.op == "slide":
        return _slid(x, *cast("tuple[int, Pieces, bool]", step.data))
    if step.op == "windows":
        axis, counts, flips = cast("tuple[int, tuple[int, int], tuple[bool, bool]]", step.data)
        marks = [slice(None)] * len(step.axes)
        marks[axis], marks[-1] = (slice(None, None, -1 if f else 1) for f in flips)
        return runtime.windows(np.ascontiguousarray(x), axis, *counts)[tuple(marks)]
    (operand,) = step.operands
    return np.einsum("".join(operand.letters) + "->" + "".join(step.axes), x)


def _slid(x: Array, axis: int, pieces: Pieces, flipped: bool) -> Array:
    before = (slice(None),) * axis
    cuts = [x[(*before, slice(a, b))] for a, b in pieces.slices]
    if len(cuts) == 1 and not pieces.before and not pieces.after:
        found = cuts[0]
    elif cuts and not pieces.before and not pieces.after:
        found = np.concatenate(cuts, axis=axis)
    else:
        a, b = pieces.slices[0] if pieces.slices else (0, 0)
        found = runtime.extended(x, axis, a, b, pieces.before, pieces.after, pieces.repeats)
    return found[(*before, slice(None, None, -1))] if flipped else found
