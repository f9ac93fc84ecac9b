"""A straight-line array program: typed steps in index notation, the same for every printer.

A step reads `%7[T,a] = contract(%3[T,b], %5[a,b])`: its letters are its own, and say how the axes of its operands
and of its result correspond. An axis is one letter; `T` is the axis of trials.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from sympy import Expr, Idx

TRIAL = "T"
SETUP, BODY = 0, 1


def wiring_name(support: str) -> str:
    """The name under which a program reads the edges of a support."""
    return f"wiring of {support}"


@dataclass(frozen=True)
class Output:
    """A wanted value: `name[letters] = expr`, with its axes in the order of the letters."""

    name: str
    letters: tuple[Idx, ...]
    expr: Expr


@dataclass(frozen=True)
class Operand:
    """A value and the step's letters of its axes; a letter that stands twice means the diagonal."""

    value: int
    letters: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One operation on whole arrays.

    Attributes:
        op: what is done (`spellings.py` lists the elementwise ones).
        operands: the values that are read.
        axes: the letters of the result.
        over: letters that the operation treats in its own way: those that are reduced, the pairs of a diagonal.
        data: what else the operation needs: a number, a name, a position for each axis.
        sizes: each letter with its size; None for the trials, and for the axes of a named array.
        level: `SETUP` where the value follows from constants alone, else `BODY`.
    """

    op: str
    operands: tuple[Operand, ...]
    axes: tuple[str, ...]
    over: tuple[str, ...] = ()
    data: Hashable = None
    sizes: tuple[tuple[str, int | None], ...] = ()
    level: int = SETUP

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The size of each axis of the result."""
        sizes = dict(self.sizes)
        return tuple(sizes[a] for a in self.axes)

    def __str__(self) -> str:
        if self.op == "literal":
            return str(literal_value(self))
        parts = [f"%{o.value}{_brackets(o.letters)}" for o in self.operands]
        if self.over:
            parts.append("over " + ",".join(self.over))
        if self.data is not None:
            parts.append(repr(self.data))
        return f"{self.op}({', '.join(parts)})"


def literal_data(value: float | bool) -> tuple[str, str]:
    """What a literal step holds; the type is told too, as True == 1.0 and 0.0 == -0.0."""
    return type(value).__name__, repr(value)


def literal_value(step: Step) -> float:
    """The number, or the truth value, of a literal step."""
    assert isinstance(step.data, tuple)
    kind, text = step.data
    return text == "True" if kind == "bool" else float(text)


@dataclass(frozen=True)
class Result:
    """An output of the program: the value, and for each axis wanted the axis of the value (None: it lacks it)."""

    name: str
    value: int
    axes: tuple[int | None, ...]
    shape: tuple[int | None, ...]


@dataclass(frozen=True, eq=False)
class Program:
    """Steps in an order in which each value comes before its use.

    Attributes:
        steps: by number; those at `SETUP` level are run once for each set of constants.
        results: the wanted values.
        constants: names of the constants that are read, wirings among them.
        variables: names of the states and inputs that are read.
        states: names that carry the trial axis, if the program has one.
    """

    steps: dict[int, Step]
    results: tuple[Result, ...]
    constants: tuple[str, ...]
    variables: tuple[str, ...]
    states: frozenset[str]

    @property
    def needed(self) -> tuple[str, ...]:
        """Every name whose value the program reads."""
        return self.constants + self.variables

    def at_level(self, level: int) -> Iterator[tuple[int, Step]]:
        """The steps of the setup or of the body."""
        return ((k, step) for k, step in self.steps.items() if step.level == level)

    def count(self, op: str, level: int = BODY) -> int:
        """How many steps of one kind the setup or the body has."""
        return sum(step.op == op for _, step in self.at_level(level))

    def __str__(self) -> str:
        lines = []
        for title, level in (("setup:", SETUP), ("body:", BODY)):
            lines.append(title)
            lines.extend(f"  %{k}{_brackets(step.axes)} = {step}" for k, step in self.at_level(level))
        lines.append("results:")
        lines.extend(f"  {r.name} = %{r.value} {r.axes}" for r in self.results)
        return "\n".join(lines)


def _brackets(letters: tuple[str, ...]) -> str:
    return f"[{','.join(letters)}]" if letters else ""
