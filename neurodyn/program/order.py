"""The order of steps: what makes little of a large array comes as soon as it can, so that the array ends early."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

from neurodyn.program.builder import GUESSED_TRIALS
from neurodyn.program.program import BODY, Step

LARGE = 4096  # elements of an array that is worth the trouble
LESS = 16  # how many times smaller the result is


def in_order(steps: Mapping[int, Step]) -> dict[int, Step]:
    """The same steps; each value still comes before its use."""
    early: dict[int, list[int]] = defaultdict(list)
    for value, step in steps.items():
        if _makes_little(steps, step):
            for operand in step.operands:
                early[operand.value].append(value)
    placed: dict[int, Step] = {}
    waiting = list(steps)[::-1]
    while waiting:
        value = waiting.pop()
        if value in placed or any(o.value not in placed for o in steps[value].operands):
            continue  # it is there, or comes when its last operand does
        placed[value] = steps[value]
        waiting.extend(early[value][::-1])
    return placed


def _makes_little(steps: Mapping[int, Step], step: Step) -> bool:
    read = [_volume(steps[o.value]) for o in step.operands if steps[o.value].level == BODY]
    return step.level == BODY and max(read, default=0) > max(LARGE, LESS * _volume(step))


def _volume(step: Step) -> int:
    return math.prod(n or GUESSED_TRIALS for n in step.shape)
