"""Which arrays of a NumPy program are its own, and when nobody reads them any more."""

from __future__ import annotations

import math

from neurodyn.program.builder import GUESSED_TRIALS
from neurodyn.program.program import Program, Step
from neurodyn.program.spellings import BY_OP, CONDITIONS

# Operations whose result may share memory with an operand, an input or a constant.
VIEWS = frozenset({"load", "literal", "time", "at", "diagonal", "finite_or_zero", "slide", "windows"})
WHOLE = frozenset({"add_diagonal", "refined_squares"})  # overwrite their first operand alone
WORTH_FREEING = 4096  # elements of an array that is dropped as soon as nobody reads it


class Memory:
    """Tells which operand a step may overwrite, and which arrays end with it."""

    def __init__(self, program: Program) -> None:
        self._steps = program.steps
        self._returned = {r.value for r in program.results}
        self._last_use: dict[int, int] = {}
        self._shared: set[int] = set()  # values that another value may be a view of
        never = 1 + max(program.steps, default=0)
        for value, step in program.steps.items():
            for operand in step.operands:
                # The setup comes before the body, whatever the order of the steps.
                outlives = program.steps[operand.value].level != step.level
                if self._last_use.get(operand.value) != never:
                    self._last_use[operand.value] = never if outlives else value
                if step.op in VIEWS:
                    self._shared.add(operand.value)

    def dropped(self, value: int, step: Step) -> list[int]:
        """Large operands that nobody reads after the step."""
        operands = dict.fromkeys(o.value for o in step.operands)
        return [o for o in operands if self._is_spare(o, value, step) and self._is_large(o)]

    def _is_spare(self, operand: int, value: int, step: Step) -> bool:
        """Whether an operand is an array of the program's own that nobody reads after the step `value`."""
        made = self._steps[operand]
        return (
            made.op not in VIEWS
            and made.level == step.level
            and bool(made.axes)
            and self._last_use[operand] == value
            and operand not in self._shared
            and operand not in self._returned
        )

    def _is_large(self, operand: int) -> bool:
        return math.prod(n or GUESSED_TRIALS for n in self._steps[operand].shape) > WORTH_FREEING

    def target(self, value: int, step: Step) -> int | None:
        """The operand that the step may overwrite."""
        for k in self._overwritable(step):
            operand = step.operands[k]
            fits = operand.letters == step.axes and self._steps[operand.value].op not in CONDITIONS
            alone = all(o.letters == operand.letters for o in step.operands if o.value == operand.value)
            if fits and alone and self._is_spare(operand.value, value, step):
                return k
        return None

    @staticmethod
    def _overwritable(step: Step) -> range:
        """The operands whose place the result may take."""
        if step.op in WHOLE or (step.op == "whole_power" and step.data == 2):
            return range(1)
        if step.op == "select":
            return range(1, 3)
        spelled = BY_OP.get(step.op)
        buffered = spelled is not None and spelled.buffered and step.op not in CONDITIONS
        return range(len(step.operands)) if buffered else range(0)
