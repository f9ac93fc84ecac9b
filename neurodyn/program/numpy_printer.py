"""Prints a program as NumPy source: a function of the constants that returns a function of the state.

One step is one line. An elementwise step overwrites an operand that nobody reads later, so that a chain of them
makes one array; the results of matrix products and reductions are the only other arrays made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurodyn.program import runtime, wiring
from neurodyn.program.loops import Runner
from neurodyn.program.numpy_contract import TRIAL_COUNT, aligned, transposed
from neurodyn.program.numpy_edges import ON_EDGES
from neurodyn.program.numpy_memory import VIEWS, Memory
from neurodyn.program.numpy_names import Names, mangled
from neurodyn.program.numpy_ops import SPELL, shape_source
from neurodyn.program.numpy_softmax import softmaxes
from neurodyn.program.numpy_squares import squares
from neurodyn.program.products import IN_NUMPY, Products
from neurodyn.program.program import BODY, SETUP, Program, Result, Step
from neurodyn.program.wiring import Wiring

Array = Any
Bound = Callable[[float, Mapping[str, Array]], dict[str, Array]]


@dataclass(frozen=True, eq=False)
class Compiled:
    """A program as a Python function of the constants, compiled once."""

    program: Program
    source: str
    _make: Callable[..., Bound] = field(repr=False)

    def bind(self, values: Mapping[str, Array], products: Products = IN_NUMPY) -> Bound:
        """Run the setup for the values of the constants.

        Args:
            products: what multiplies large constant matrices, and more; results are those of NumPy to rounding.

        Returns:
            A function of the time and of the values of states and inputs by name: arrays of the shape of their
            letters, with a leading axis of trials for states if the program has trials; an input without letters
            may be a number. It gives a new array for each output (a NumPy scalar for one without axes).
        """
        return self._make(*(_constant(values[n]) for n in self.program.constants), products)


_SPELL = {**SPELL, **ON_EDGES}


def _constant(value: Any) -> Any:
    return value if isinstance(value, Wiring) else np.asarray(value, dtype=float)[()]


def numpy_function(program: Program) -> Compiled:
    """Print and compile a program. Names of users reach the source only as parts of longer names."""
    printer = _Printer(program)
    source = printer.source()
    scope = {"np": np, "runtime": runtime, "wiring": wiring, **printer.keys}
    if "special." in source:
        from scipy import special  # it takes longer to load than most models take to build

        scope["special"] = special
    exec(compile(source, "<lowered>", "exec"), scope)
    return Compiled(program, source, scope["bind"])


class _Printer:
    """Writes the lines."""

    def __init__(self, program: Program) -> None:
        self.program, self.names, self.memory = program, Names(program), Memory(program)
        self.softmaxes = softmaxes(program, self.memory)
        self._squares = squares(program, self.memory)
        self._within = {k for one in self.softmaxes.values() for k in one.within}
        self._within |= {k for one in self._squares.values() for k in one.sums}
        self._sums = {one.sums for one in self.softmaxes.values()}
        self.keys: dict[str, Any] = {}  # what the source looks up: the user's names, loops

    def source(self) -> str:
        """The whole text."""
        constants = {name: mangled("c", k, name) for k, name in enumerate(self.program.constants)}
        body = [line for value, step in self.program.steps.items() for line in self._step(value, step, constants)]
        body.append(f"return {{{', '.join(self._returned())}}}")
        if any(TRIAL_COUNT in line for line in body):
            self.keys["trial_names"] = self.program.states
            body.insert(0, f"{TRIAL_COUNT} = runtime.trial_count(variables, trial_names)")
        lines = ["@runtime.guarded", f"def bind({', '.join([*constants.values(), 'products'])}):"]
        lines.extend("    " + line for line in self.names.setup)
        lines.extend(["    @runtime.guarded", "    def body(t, variables):", *("        " + line for line in body)])
        return "\n".join([*lines, "    return body", ""])

    def _step(self, value: int, step: Step, constants: Mapping[str, str]) -> list[str]:
        """The lines of a step in the body; those of the setup go to the setup."""
        if step.op == "literal" or value in self._within:
            return []
        if step.op in ("load", "wiring") and step.level == SETUP:
            self.names.give(value, constants[str(step.data)])
            return []
        if step.op in ("load", "wiring", "time"):
            return [self._load(value, step)]
        if step.op == "loop":
            self._add_loop(step.data)
        lines = self._lines(value, step)
        if step.level == BODY:
            return lines
        self.names.setup.extend(lines)
        return []

    def _add_loop(self, loop: Any) -> None:
        compiled = numpy_function(loop.program)
        self.keys[self.names.loop(loop)] = Runner(loop, compiled.bind)

    def _load(self, value: int, step: Step) -> str:
        name = "t" if step.op == "time" else mangled("x", value, str(step.data))
        self.names.give(value, name)
        if step.op == "time":
            return "t = np.float64(t)"
        self.keys[f"n{name}"] = step.data
        source = f"variables[n{name}]"
        if step.axes or step.op == "wiring":
            return f"{name} = {source}"
        # A state is a view of the whole state; an input can be a number, which would raise where NumPy's do not.
        return f"{name} = {source}[()]" if step.data in self.program.states else f"{name} = np.float64({source})"

    def _lines(self, value: int, step: Step) -> list[str]:
        """The line that computes a value, and lines that drop what nobody reads any more."""
        if value in self.softmaxes:
            return [self._softmax(value)]
        if value in self._sums:
            return self._dropped(value, step)
        if value in self._squares:  # the sums with squares take the array of the product
            product = self._squares[value].product
            self.names.give(step.operands[0].value, self.names.view(product))
        target = self.memory.target(value, step)
        code = _SPELL[step.op](self.names, step, target)
        if value in self._squares:
            code = code.replace("runtime.refined_squares", "products.squares", 1)
        if target is None:
            self.names.give(value, f"{'s' if step.level == SETUP else 'v'}{value}")
            lines = [f"{self.names.view(value)} = {code}"]
        else:
            self.names.give(value, self.names.view(step.operands[target].value))
            lines = [code]
        kept = None if target is None else step.operands[target].value
        return [*lines, *self._dropped(value, step, kept)]

    def _dropped(self, value: int, step: Step, kept: int | None = None) -> list[str]:
        return [f"del {self.names.view(o)}" for o in self.memory.dropped(value, step) if o != kept]

    def _softmax(self, value: int) -> str:
        """All steps of a softmax up to the sums, which are computed with the exponentials."""
        one = self.softmaxes[value]
        self.names.give(value, self.names.view(one.base))
        self.names.give(one.sums, f"v{one.sums}")
        factor = "1.0"
        if one.scaled is not None:
            scaled = self.program.steps[one.scaled]
            operand = scaled.operands[one.factor]
            factor = self.names.view(operand.value, aligned(operand.letters, scaled.axes))
        return f"v{one.sums} = products.weights({self.names.view(value)}, {factor})"

    def _returned(self) -> list[str]:
        seen: set[int] = set()
        sources = []
        for number, result in enumerate(self.program.results):
            key = mangled("o", number, result.name)
            self.keys[key] = result.name
            sources.append(f"{key}: {self._result(result, result.value in seen)}")
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
