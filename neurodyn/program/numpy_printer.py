"""Prints a program as NumPy source: a function of the constants that returns a function of the state.

One step is one line. An elementwise step overwrites an operand that nobody reads later, so that a chain of them
makes one array; the results of matrix products and reductions are the only other arrays made.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import special

from neurodyn.program import runtime
from neurodyn.program.builder import GUESSED_TRIALS
from neurodyn.program.numpy_contract import TRIAL_COUNT, aligned, transposed
from neurodyn.program.numpy_names import Names, mangled
from neurodyn.program.numpy_ops import SPELL, shape_source
from neurodyn.program.program import BODY, SETUP, Program, Result, Step
from neurodyn.program.spellings import BY_OP, CONDITIONS

Array = Any
Bound = Callable[[float, Mapping[str, Array]], dict[str, Array]]

VIEWS = frozenset(
    {"load", "literal", "time", "at", "diagonal", "finite_or_zero"}
)  # may share memory with another value
WHOLE = frozenset({"add_diagonal", "refined_squares"})  # overwrite their first operand alone
WORTH_FREEING = 4096  # elements of an array that is dropped as soon as nobody reads it


@dataclass(frozen=True, eq=False)
class Compiled:
    """A program as a Python function of the constants, compiled once."""

    program: Program
    source: str
    _make: Callable[..., Callable[..., tuple[Array, ...]]] = field(repr=False)
    _counted: frozenset[str] = field(repr=False)  # names that tell the number of trials, where the source needs it

    def bind(self, values: Mapping[str, Array]) -> Bound:
        """Run the setup for the values of the constants.

        Returns:
            A function of the time and of the values of states and inputs by name. It gives a new array for each
            output (a NumPy scalar for one without axes).
        """
        with np.errstate(all="ignore"):
            body = self._make(*(np.asarray(values[n], dtype=float)[()] for n in self.program.constants))
        needed, trial_names = self.program.variables, self._counted
        outputs = tuple(r.name for r in self.program.results)

        def run(t: float, variables: Mapping[str, Array]) -> dict[str, Array]:
            trials = runtime.trial_count(variables, trial_names) if trial_names else 0
            with np.errstate(all="ignore"):
                results = body(np.float64(t), trials, *[variables[n] for n in needed])
            return dict(zip(outputs, results, strict=True))

        return run


def numpy_function(program: Program) -> Compiled:
    """Print and compile a program. Names of users reach the source only as parts of longer names."""
    source = _Printer(program).source()
    scope: dict[str, Any] = {"np": np, "special": special, "runtime": runtime}
    exec(compile(source, "<lowered>", "exec"), scope)
    body = source.partition("def body")[2].partition("\n")[2]
    counted = program.trial_names if re.search(rf"\b{TRIAL_COUNT}\b", body) else frozenset[str]()
    return Compiled(program, source, scope["bind"], counted)


class _Printer:
    """Writes the lines; knows which arrays are its own and when they are read last."""

    def __init__(self, program: Program) -> None:
        self.program, self.names = program, Names(program)
        self.last_use: dict[int, int] = {}
        self.shared: set[int] = set()  # values that another value may be a view of
        never = 1 + max(program.steps, default=0)
        for value, step in program.steps.items():
            for operand in step.operands:
                # The setup comes before the body, whatever the order of the steps.
                outlives = program.steps[operand.value].level != step.level
                self.last_use[operand.value] = never if outlives else max(value, self.last_use.get(operand.value, 0))
                if step.op in VIEWS:
                    self.shared.add(operand.value)
        self.returned = {r.value for r in program.results}

    def source(self) -> str:
        """The whole text."""
        names, body = self.names, []
        arguments = []
        for number, name in enumerate(self.program.needed):
            kind = "c" if name in self.program.constants else "x"
            arguments.append(mangled(kind, number, name))
        split = len(self.program.constants)
        by_name = dict(zip(self.program.needed, arguments, strict=True))
        for value, step in self.program.steps.items():
            if step.op == "load":
                names.give(value, by_name[str(step.data)])
                if not step.axes and step.level == BODY:
                    body.append(f"{by_name[str(step.data)]} = np.float64({by_name[str(step.data)]})")
            elif step.op == "time":
                names.give(value, "t")
            elif step.op != "literal":
                (names.setup if step.level == SETUP else body).extend(self._lines(value, step))
        returned = self._returned()
        body.append(f"return ({', '.join(returned)}{',' if len(returned) == 1 else ''})")
        lines = [f"def bind({', '.join(arguments[:split])}):", *("    " + x for x in names.setup)]
        lines.append(f"    def body({', '.join(['t', TRIAL_COUNT, *arguments[split:]])}):")
        lines.extend("        " + x for x in body)
        return "\n".join([*lines, "    return body", ""])

    def _lines(self, value: int, step: Step) -> list[str]:
        target = self._target(value, step)
        code = SPELL[step.op](self.names, step, target)
        lines = []
        if target is None:
            self.names.give(value, f"{'s' if step.level == SETUP else 'v'}{value}")
            lines.append(f"{self.names.view(value)} = {code}")
        else:
            self.names.give(value, self.names.view(step.operands[target].value))
            lines.append(code)
        kept = None if target is None else step.operands[target].value
        for operand in dict.fromkeys(o.value for o in step.operands):
            if operand != kept and self._is_spare(operand, value, step) and self._is_large(operand):
                lines.append(f"del {self.names.view(operand)}")
        return lines

    def _is_spare(self, operand: int, value: int, step: Step) -> bool:
        """Whether an operand is an array of our own that nobody reads after the step `value`."""
        made = self.program.steps[operand]
        return (
            made.op not in VIEWS
            and made.level == step.level
            and bool(made.axes)
            and self.last_use[operand] == value
            and operand not in self.shared
            and operand not in self.returned
        )

    def _is_large(self, operand: int) -> bool:
        return math.prod(n or GUESSED_TRIALS for n in self.program.steps[operand].shape) > WORTH_FREEING

    def _target(self, value: int, step: Step) -> int | None:
        """The operand that the step may overwrite."""
        for k in self._overwritable(step):
            operand = step.operands[k]
            fits = operand.letters == step.axes and self.program.steps[operand.value].op not in CONDITIONS
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

    def _returned(self) -> list[str]:
        seen: set[int] = set()
        sources = []
        for result in self.program.results:
            sources.append(self._result(result, result.value in seen))
            seen.add(result.value)
        return sources

    def _result(self, result: Result, again: bool) -> str:
        """An output as an array that shares no memory with inputs, constants or other outputs."""
        step = self.program.steps[result.value]
        wanted = [f"new {n}" if k is None else step.axes[k] for n, k in enumerate(result.axes)]
        if None in result.axes:
            source = self.names.view(result.value, aligned(step.axes, wanted))
            return f"runtime.full({source}, {shape_source(result.shape)})"
        source = self.names.view(result.value, transposed(step.axes, wanted))
        if step.op == "literal":
            return f"np.float64({source})"
        is_shared = again or step.op in VIEWS or step.level == SETUP
        return f"np.array({source})" if is_shared and step.axes else source
