"""The steps to squared distances that are one call in NumPy source: sums with the squares of points, and what refines
them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from neurodyn.program.numpy_memory import Memory
from neurodyn.program.program import Program


@dataclass(frozen=True)
class Squares:
    """The values of its steps: the product of points, whose array the distances take, and the sums with squares."""

    product: int
    sums: frozenset[int]


def squares(program: Program, memory: Memory) -> dict[int, Squares]:
    """Those of a program, by the value of the distances: |a|**2 is added first, then |b|**2."""
    uses = Counter(o.value for step in program.steps.values() for o in step.operands)
    uses.update(result.value for result in program.results)
    found = {}
    for value, step in program.steps.items():
        if step.op != "refined_squares" or memory.target(value, step) != 0:
            continue
        outer, _, _, a_square, b_square = step.operands
        inner = _other(program, memory, uses, outer.value, b_square.value)
        product = None if inner is None else _other(program, memory, uses, inner, a_square.value)
        if inner is not None and product is not None:
            found[value] = Squares(product, frozenset({outer.value, inner}))
    return found


def _other(program: Program, memory: Memory, uses: Counter[int], value: int, square: int) -> int | None:
    """What a square is added to in place, if nothing else reads the sum."""
    step = program.steps[value]
    values = [o.value for o in step.operands]
    if step.op != "add" or uses[value] != 1 or square not in values:
        return None
    other = 1 - values.index(square)
    return values[other] if memory.target(value, step) == other else None
