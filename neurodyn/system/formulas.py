"""Expressions of parameters: read and compiled once, then evaluated for any values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Idx

from neurodyn.calculus.letters import names_in, quantity
from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.supports import edges_size
from neurodyn.calculus.times import Lag, Next
from neurodyn.errors import InputError
from neurodyn.language.names import Names
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.program.lower import Output, lower
from neurodyn.program.numpy_printer import Bound, numpy_function
from neurodyn.program.program import wiring_name
from neurodyn.program.wiring import Wiring
from neurodyn.system.connecting import Connection, read_rule
from neurodyn.system.files import WORD, FileCall, read_file_call
from neurodyn.system.generators import GENERATORS, Generator
from neurodyn.system.wirings import RULES

Array = NDArray[np.float64]
Made = TypeVar("Made")
MOST = 1024  # entries; a model has far fewer, but a loop may give ever new texts


@dataclass(frozen=True, eq=False)
class Formulas:
    """What was made of the texts of a model for certain sizes, by key; the oldest entries make room for new ones.

    `wirings` holds the edges of each support, which stay as long as the sizes do.
    """

    made: dict[Hashable, Any] = field(default_factory=dict)
    wirings: dict[str, Wiring] = field(default_factory=dict)

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The entry of a key, made at its first use."""
        if key not in self.made:
            entry = make()
            while len(self.made) >= MOST:
                del self.made[next(iter(self.made))]
            self.made[key] = entry
        found: Made = self.made[key]
        return found

    @property
    def edges(self) -> dict[str, Wiring]:
        """The edges of supports, by the names under which programs read them."""
        return {wiring_name(support): wiring for support, wiring in self.wirings.items()}

    def sizes(self, sizes: Mapping[str, int]) -> dict[str, int]:
        """The sizes of index sets with the numbers of edges."""
        return {**sizes, **{edges_size(support): len(wiring) for support, wiring in self.wirings.items()}}


@dataclass(frozen=True, eq=False)
class Formula:
    """Expressions over the same letters, compiled.

    Attributes:
        needs: the names whose values they read, wirings of supports among them.
        shape: of each result.
    """

    needs: tuple[str, ...]
    shape: tuple[int, ...]
    compute: Bound

    @classmethod
    def of(
        cls,
        exprs: tuple[Expr, ...],
        letters: tuple[Idx, ...],
        shape: tuple[int, ...],
        sizes: Mapping[str, int],
        definitions: Mapping[str, Definition] | None = None,
        on: Mapping[str, str] | None = None,
    ) -> Formula:
        """Lower and compile expressions, which may speak of the definitions."""
        definitions = definitions or {}
        parts = (*exprs, *(d.expr for d in definitions.values()))
        needs = tuple(sorted(frozenset[str]().union(*map(names_in, parts)) - definitions.keys()))
        outputs = [Output(str(k), letters, expr) for k, expr in enumerate(exprs)]
        # All names are variables to it: a setup for constants would be one more call for each new value.
        program = lower(outputs, definitions=definitions, sizes=sizes, constant=(), states=(), on=on)
        wirings = tuple(n for n in program.variables if n in {wiring_name(support) for support in (on or {}).values()})
        return cls((*needs, *wirings), shape, numpy_function(program).bind({}))

    def __call__(self, values: Mapping[str, Any], t: float = 0.0) -> list[Any]:
        """The results for these values, at a time if the expressions speak of it."""
        return list(self.compute(t, values).values())


@dataclass(frozen=True)
class Call:
    """One generator call in a value: it fills the hidden quantity `name` with draws."""

    name: str
    generator: Generator
    arguments: tuple[Expr, ...]
    source: Source

    @property
    def random(self) -> bool:
        """Whether each trial has draws of its own."""
        return self.generator.random


Drawn = Call | Connection | FileCall


def read_drawing(names: Names, name: str, source: Source, letters: tuple[Idx, ...]) -> tuple[Expr, tuple[Drawn, ...]]:
    """The expression of the value of `name`, in which each draw is a hidden quantity `name~k`."""
    calls: list[Drawn] = []

    def generate(word: str) -> Any:
        def callback(reader: Reader, node: Any) -> Expr:
            hidden = f"{name}~{len(calls)}"
            arguments = _arguments(reader, node, word)
            calls.append(Call(hidden, GENERATORS[word], arguments, source))
            return quantity(hidden, letters)

        return callback

    def connect(reader: Reader, node: ast.Call) -> Expr:
        hidden = f"{name}~{len(calls)}"
        calls.append(read_rule(reader, node, hidden, letters))
        return quantity(hidden, letters)

    def read(reader: Reader, node: ast.Call) -> Expr:
        hidden = f"{name}~{len(calls)}"
        calls.append(read_file_call(reader, node, hidden))
        return quantity(hidden, letters)

    scope = {str(x.label): x for x in letters}
    generators = {WORD: read, **{w: generate(w) for w in GENERATORS}, **dict.fromkeys(RULES, connect)}
    reader = Reader(names, source, scope=scope, generators=generators)
    found = reader.read()
    if found.has(Lag, Next):
        raise InputError(
            f"The value of {name} asks for another time, and has none of its own.",
            code="value-time",
            remedy="Leave the time out, or write it in an equation.",
            place=source.place(0),
        )
    return found, tuple(calls)


def _arguments(reader: Reader, node: Any, word: str) -> tuple[Expr, ...]:
    defaults = GENERATORS[word].arguments
    given = dict(zip(defaults, node.args, strict=False))
    unknown = [k.arg for k in node.keywords if k.arg not in defaults or k.arg in given]
    if len(node.args) > len(defaults) or unknown:
        takes = f"It takes: {', '.join(defaults)}." if defaults else "It takes no arguments."
        reader.fail(node, "arguments", f"{word} is given arguments that it does not take.", takes)
    given.update({k.arg: k.value for k in node.keywords})
    inner = Reader(reader.names, reader.source, scope=reader.scope)
    return tuple(inner.value(given[a]) if a in given else _number(d) for a, d in defaults.items())


def _number(value: float) -> Expr:
    from sympy import Rational

    return Rational(str(value))
