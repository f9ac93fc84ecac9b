"""Values of parameters: given, declared as numbers or expressions, or derived by equations; each computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Idx

from neurodyn.calculus.letters import free_letters, names_in, quantity
from neurodyn.errors import InputError
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.program.lower import Output, lower
from neurodyn.program.numpy_printer import numpy_function
from neurodyn.system.generators import GENERATORS, Generator, stream
from neurodyn.system.sizes import MOST_ELEMENTS
from neurodyn.system.structure import Structure

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Call:
    """One generator call in a value: it fills the hidden quantity `name` with draws."""

    name: str
    generator: Generator
    arguments: tuple[Expr, ...]
    source: Source


@dataclass(frozen=True, eq=False)
class Values:
    """Computes the value of every parameter on demand and remembers it.

    Args:
        structure, sizes, seed: what is built.
        given: values given at build, by name: numbers, arrays or expressions.
        known: filled on the way.
    """

    structure: Structure
    sizes: Mapping[str, int]
    given: Mapping[str, Any]
    seed: int
    known: dict[str, Array] = field(default_factory=dict)

    def all(self) -> dict[str, Array]:
        """Every parameter, declared and derived."""
        for name in (*self.structure.model.parameters, *self.structure.derived):
            self.of(name)
        return self.known

    def of(self, name: str, asking: tuple[str, ...] = ()) -> Array:
        """The value of a parameter, shaped by its letters."""
        if name not in self.known:
            if name in asking:
                ring = " -> ".join([*asking[asking.index(name) :], name])
                source = self.structure.model.source_of(name)
                raise InputError(f"The values go round in a circle: {ring}.", code="cycle", place=source.place(0))
            value = self._compute(name, (*asking, name))
            value.setflags(write=False)
            self.known[name] = value
        return self.known[name]

    def _compute(self, name: str, asking: tuple[str, ...]) -> Array:
        model = self.structure.model
        declared = model.parameters.get(name)
        letters = self.structure.letters(name)
        if declared is None:
            expr = self.structure.definitions[name].expr
            return self.evaluate(expr, letters, asking, model.source_of(name))
        if name in self.given:
            value, source = self.given[name], Source(f"{name} = {_shown(self.given[name])}")
        else:
            value, source = declared.value, declared.source
        if value is None:
            raise InputError(
                f"The parameter {name} has no value.",
                code="missing-value",
                remedy=f"Give it: --set {name}=..., or build(model, {name}=...).",
                place=source.place(0),
            )
        return self.value(name, value, letters, source, asking)

    def value(
        self, name: str, value: Any, letters: tuple[Idx, ...], source: Source, asking: tuple[str, ...] = ()
    ) -> Array:
        """A number, an array, or an expression, as an array of the shape of the letters."""
        if isinstance(value, str):
            placed = value_source(source, value)
            expr, calls = self.read(name, placed, letters)
            draws = {c.name: self.draw(c, letters, k, asking) for k, c in enumerate(calls)}
            return self.evaluate(expr, letters, asking, placed, draws)
        return filled(name, value, self.shape(letters, source), source)

    def read(self, name: str, source: Source, letters: tuple[Idx, ...]) -> tuple[Expr, list[Call]]:
        """An expression that may draw; each draw becomes a hidden quantity `name~k`."""
        calls: list[Call] = []

        def generate(word: str) -> Any:
            def callback(reader: Reader, node: Any) -> Expr:
                hidden = f"{name}~{len(calls)}"
                arguments = _arguments(reader, node, word)
                calls.append(Call(hidden, GENERATORS[word], arguments, source))
                return quantity(hidden, letters)

            return callback

        scope = {str(x.label): x for x in letters}
        names = self.structure.model.names
        reader = Reader(names, source, scope=scope, generators={w: generate(w) for w in GENERATORS})
        return reader.read(), calls

    def draw(
        self,
        call: Call,
        letters: tuple[Idx, ...],
        ordinal: int,
        asking: tuple[str, ...] = (),
        trial: int | None = None,
        seed: int | None = None,
    ) -> Array:
        """The draws of one call, shaped by the letters."""
        arguments = [self.evaluate(a, letters if free_letters(a) else (), asking, call.source) for a in call.arguments]
        owner = call.name.rpartition("~")[0]
        rng = stream(self.seed if seed is None else seed, owner, ordinal, trial if call.generator.random else None)
        try:
            return call.generator.draw(rng, self.shape(letters, call.source), arguments)
        except ValueError as error:
            raise InputError(f"This cannot be drawn: {error}.", code="generator", place=call.source.place(0)) from None

    def evaluate(
        self,
        expr: Expr,
        letters: tuple[Idx, ...],
        asking: tuple[str, ...],
        source: Source,
        draws: Mapping[str, Array] | None = None,
    ) -> Array:
        """An expression of parameters, as an array of the shape of the letters."""
        values: dict[str, Array] = dict(draws or {})
        self.check_constant(expr, source, values)
        for name in sorted(names_in(expr) - values.keys()):
            values[name] = self.of(name, asking)
        self.shape(letters, source)
        program = lower(
            [Output("value", letters, expr)], definitions={}, sizes=self.sizes, constant=list(values), states=()
        )
        result = numpy_function(program).bind(values)(0.0, {})["value"]
        return filled(asking[-1] if asking else source.text, result, self.shape(letters, source), source)

    def check_constant(self, expr: Expr, source: Source, known: Sequence[str] | Mapping[str, Any] = ()) -> None:
        """Refuse an expression that speaks of what varies in a run."""
        for name in sorted(names_in(expr) - set(known)):
            if name in self.structure.dynamic:
                raise InputError(
                    f"A value may speak of parameters only, but {name} varies in a run.",
                    code="value-varies",
                    place=source.place(max(0, source.text.find(name))),
                )

    def shape(self, letters: Sequence[Idx], source: Source) -> tuple[int, ...]:
        """The shape of the letters; refuses arrays that no memory holds."""
        model = self.structure.model
        sets = [model.names.letters[str(x.label)] for x in letters]
        shape = tuple(self.sizes[s] for s in sets)
        elements = int(np.prod(shape, dtype=object)) if shape else 1
        if elements > MOST_ELEMENTS:
            sizes = " x ".join(f"{s} = {n:,}" for s, n in zip(sets, shape, strict=True))
            raise InputError(
                f"An array over {sizes} would need {elements * 8 / 2**30:,.0f} GiB.",
                code="memory",
                remedy="Choose smaller sizes.",
                place=source.place(0),
            )
        return shape


def filled(name: str, value: Any, shape: tuple[int, ...], source: Source) -> Array:
    """A number or array as a finite float array of the shape; a number fills any shape."""
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"The value of {name} is not an array of numbers.", code="value", place=source.place(0)
        ) from None
    if array.ndim and array.shape != shape:
        wanted = f"shape {shape}" if shape else "one number"
        raise InputError(
            f"The value of {name} has shape {array.shape}; {wanted} is needed.",
            code="shape",
            remedy="Give an array of that shape, or one number for all.",
            place=source.place(0),
        )
    if not np.isfinite(array).all():
        where = np.argwhere(~np.isfinite(array))[0]
        position = f"[{','.join(str(int(k)) for k in where)}]" if array.ndim else ""
        raise InputError(
            f"{name}{position} is {array[tuple(where)]}, not a finite number.", code="not-finite", place=source.place(0)
        )
    return array if array.shape == shape else np.full(shape, array)


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


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else "..." if np.ndim(value) else str(value)
