"""What a program computes once from its constants, as numbers for a scalar graph to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.program.numpy_printer import numpy_function
from neurodyn.program.program import BODY, SETUP, Program, Result

# What the body reads through to the operands of: these are no arrays of numbers.
THROUGH = frozenset({"edge_matrix", "loop", "wiring"})


@dataclass(frozen=True, eq=False)
class Setup:
    """The setup of a program, ready for any values of its constants.

    Attributes:
        read: the numbers of the values that the body reads.
    """

    program: Program
    read: tuple[int, ...]
    compute: Any

    @classmethod
    def of(cls, program: Program) -> Setup:
        """The part of a program that follows from constants alone."""
        steps = {k: s for k, s in program.steps.items() if s.level == SETUP}
        read = tuple(sorted(_read(program)))
        results = tuple(Result(str(k), k, tuple(range(len(steps[k].axes))), steps[k].shape) for k in read)
        part = Program(steps, results, program.constants, (), frozenset())
        return cls(program, read, numpy_function(part).bind)

    def __call__(self, constants: Mapping[str, Any]) -> dict[int, NDArray[Any]]:
        """The values that the body reads, by their numbers."""
        found = self.compute(constants)(0.0, {})
        return {k: np.asarray(found[str(k)]) for k in self.read}


def _read(program: Program) -> set[int]:
    """The values of the setup that the body, or the results, read; numbers of the text are no such values."""
    waiting = [o.value for _, step in program.at_level(BODY) for o in step.operands]
    waiting += [r.value for r in program.results]
    found = set[int]()
    while waiting:
        value = waiting.pop()
        step = program.steps[value]
        if step.level == BODY or step.op == "literal":
            continue
        if step.op in THROUGH:
            waiting += [o.value for o in step.operands]
        else:
            found.add(value)
    return found
