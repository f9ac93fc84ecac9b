"""The steps of a softmax that are one call in NumPy source: from exponents to exponentials and their sums."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from neurodyn.program.numpy_memory import Memory
from neurodyn.program.program import BODY, Program, Step
from neurodyn.program.spellings import WEIGHT


@dataclass(frozen=True)
class Softmax:
    """The values of its steps.

    Attributes:
        base: what the exponentials take the place of: the exponents, but for a factor.
        factor: that operand of the step `scaled`, if there is one.
    """

    base: int
    largest: int
    finite: int
    relative: int
    sums: int
    scaled: int | None = None
    factor: int = 0

    @property
    def within(self) -> frozenset[int]:
        """The values that no line of their own computes."""
        return frozenset({self.largest, self.finite, self.relative} | ({self.scaled} if self.scaled else set()))


def softmaxes(program: Program, memory: Memory) -> dict[int, Softmax]:
    """Those of a program, by the value of the exponentials."""
    found = {}
    uses = Counter(o.value for step in program.steps.values() for o in step.operands)
    uses.update(result.value for result in program.results)
    for value, step in program.at_level(BODY):
        if step.op == "exp" and step.data == WEIGHT:
            one = _softmax(program.steps, memory, uses, value)
            if one is not None:
                found[value] = one
    return found


def _softmax(steps: dict[int, Step], memory: Memory, uses: Counter[int], value: int) -> Softmax | None:
    """The steps around some exponentials, if nothing else reads their values and they run along the last axis."""
    relative = steps[value].operands[0].value
    if steps[relative].op != "subtract":
        return None
    exponents, finite = (o.value for o in steps[relative].operands)
    if steps[finite].op != "finite_or_zero":
        return None
    largest = steps[finite].operands[0].value
    sums = [k for k, s in steps.items() if s.op == "sum" and [o.value for o in s.operands] == [value] and _last(s)]
    of = steps[largest]
    if of.op != "largest" or [o.value for o in of.operands] != [exponents] or not _last(of) or len(sums) != 1:
        return None
    alone = all(uses[k] == 1 for k in (relative, finite, largest))
    if not alone or memory.target(relative, steps[relative]) != 0:
        return None
    factor = _factor(steps, memory, uses, exponents)
    if factor is None:
        return Softmax(exponents, largest, finite, relative, sums[0])
    base = steps[exponents].operands[1 - factor].value
    return Softmax(base, largest, finite, relative, sums[0], exponents, factor)


def _factor(steps: dict[int, Step], memory: Memory, uses: Counter[int], value: int) -> int | None:
    """Which operand is a factor that is the same along the last axis, if the exponents are a product with one."""
    step = steps[value]
    if step.op != "multiply" or uses[value] != 2:
        return None
    other = memory.target(value, step)
    if other is None or len(step.operands) != 2:
        return None
    factor = step.operands[1 - other]
    still = steps[factor.value].level != BODY or uses[factor.value] == 1
    return 1 - other if still and step.axes[-1] not in factor.letters else None


def _last(step: Step) -> bool:
    """Whether a reduction is along the last axis alone, and leaves the others in their order."""
    (operand,) = step.operands
    return (*step.axes, *step.over) == operand.letters and len(step.over) == 1
