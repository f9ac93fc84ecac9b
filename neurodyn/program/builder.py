"""Builds the steps of a program: equal steps are one, whatever letters they were asked for with."""

from __future__ import annotations

import itertools
import string
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sympy import Expr, Idx, Integer

from neurodyn.calculus.letters import size_symbol
from neurodyn.errors import InputError
from neurodyn.program.program import SETUP, TRIAL, Operand, Step, literal_data, literal_value

Letter: TypeAlias = "Idx | str"  # an index, the trials, or the slot of a named array
GUESSED_TRIALS = 64  # for costs alone
LETTERS = string.ascii_lowercase + string.ascii_uppercase.replace(TRIAL, "")  # of one step


@dataclass(frozen=True)
class Ref:
    """A value, with the letters that its axes have where it is used."""

    value: int
    axes: tuple[Letter, ...] = ()

    def renamed(self, mapping: Mapping[Letter, Letter]) -> Ref:
        """The same value with other letters."""
        return Ref(self.value, tuple(mapping.get(a, a) for a in self.axes))


class Builder:
    """The steps so far. `emit` gives the number of an equal step where there is one."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.steps: dict[int, Step] = {}
        self._known: dict[Step, int] = {}
        self._symbols = {size_symbol(name): Integer(value) for name, value in sizes.items()}
        self._sizes: dict[Expr, int] = {}

    def number_of(self, size: Expr) -> int:
        """The whole number that an expression of sizes stands for."""
        if size not in self._sizes:
            value = size.xreplace(self._symbols)
            if not value.is_Integer:
                missing = ", ".join(sorted(map(str, value.free_symbols)))
                raise InputError(f"The size {missing} is not known.", code="not-lowered", remedy="Give it in sizes.")
            self._sizes[size] = int(value)
        return self._sizes[size]

    def size(self, letter: Letter) -> int | None:
        """How many values a letter takes; None for the trials (and for slots, which no step keeps)."""
        return self.number_of(letter.upper) + 1 if isinstance(letter, Idx) else None

    def volume(self, letters: Iterable[Letter]) -> int:
        """How many elements an array over the letters has (trials by a guess)."""
        result = 1
        for letter in letters:
            result *= self.size(letter) or GUESSED_TRIALS
        return result

    def emit(
        self,
        op: str,
        refs: Sequence[Ref],
        axes: Sequence[Letter],
        *,
        over: Sequence[Letter] = (),
        data: Hashable = None,
        level: int = SETUP,
    ) -> Ref:
        """Add a step, or find the one that is equal to it up to letters."""
        names: dict[Letter, str] = {TRIAL: TRIAL}
        fresh = iter(LETTERS)
        for letter in itertools.chain(*(r.axes for r in refs), axes, over):
            if letter not in names:
                names[letter] = next(fresh)
        step = Step(
            op=op,
            operands=tuple(Operand(r.value, tuple(names[a] for a in r.axes)) for r in refs),
            axes=tuple(names[a] for a in axes),
            over=tuple(names[a] for a in over),
            data=data,
            sizes=tuple((name, self.size(letter)) for letter, name in names.items()),
            # The number of trials is known in the body alone.
            level=max([level, int(TRIAL in axes), *(self.steps[r.value].level for r in refs)]),
        )
        value = self._known.setdefault(step, len(self.steps))
        if value == len(self.steps):
            self.steps[value] = step
        return Ref(value, tuple(axes))

    def literal(self, value: float | bool) -> Ref:
        """A number."""
        return self.emit("literal", (), (), data=literal_data(value))

    def number(self, ref: Ref) -> float | None:
        """The number that a value is, if it is a literal."""
        step = self.steps[ref.value]
        return literal_value(step) if step.op == "literal" else None

    def operands(self, ref: Ref) -> tuple[str, list[Ref]]:
        """The operation that made a value, and its operands with the letters of this use."""
        step = self.steps[ref.value]
        names: dict[str, Letter] = dict(zip(step.axes, ref.axes, strict=True))
        inner = [Ref(o.value, tuple(names.get(x, f"inner {x}") for x in o.letters)) for o in step.operands]
        return step.op, inner

    def is_constant(self, ref: Ref) -> bool:
        """Whether the value follows from constants alone."""
        return self.steps[ref.value].level == SETUP

    def elementwise(self, op: str, refs: Sequence[Ref], data: Hashable = None) -> Ref:
        """A step that works element by element."""
        return self.emit(op, refs, self.joint_axes(refs), data=data)

    def joint_axes(self, refs: Sequence[Ref]) -> tuple[Letter, ...]:
        """All letters of the values, in the order of the largest value; the missing ones follow, trials lead."""
        ordered = sorted(refs, key=lambda r: -self.volume(r.axes))
        axes = tuple(dict.fromkeys(itertools.chain(*(r.axes for r in ordered))))
        if TRIAL in axes and TRIAL not in ordered[0].axes:
            axes = (TRIAL, *(a for a in axes if a != TRIAL))
        return axes
