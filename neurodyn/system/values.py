"""Values of parameters: given, declared as numbers or expressions, or derived by equations; each computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Basic, Expr, Idx

from neurodyn.calculus.letters import free_letters, names_in, quantity
from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.supports import Pair
from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.model.measures import si_value
from neurodyn.program.context import NotAtEdges
from neurodyn.program.wiring import Wiring
from neurodyn.system.connecting import Connection
from neurodyn.system.edge_lists import drawn_on, flat
from neurodyn.system.edges import joined, off_support, wire
from neurodyn.system.files import FileCall
from neurodyn.system.filling import filled
from neurodyn.system.formulas import Drawn, Formula, Formulas, read_drawing
from neurodyn.system.generators import stream
from neurodyn.system.matrices import Matrix, Refusal, computed, separated
from neurodyn.system.sizes import array_shape, counts
from neurodyn.system.structure import Structure

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Values:
    """Computes the value of every parameter on demand and remembers it.

    Args:
        structure, sizes, seed: what is built.
        given: values given at build, by name: numbers, arrays or expressions.
        known, notes: filled on the way: values, and what is to be told of them.
        formulas: what was read and compiled before, for these sizes.
    """

    structure: Structure
    sizes: Mapping[str, int]
    given: Mapping[str, Any]
    seed: int
    known: dict[str, Array] = field(default_factory=dict)
    formulas: Formulas = field(default_factory=Formulas)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def all(self) -> dict[str, Array]:
        """Every parameter, declared and derived."""
        return {name: self.of(name) for name in (*self.structure.model.parameters, *self.structure.derived)}

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
        letters = self.structure.letters(name)
        if name not in model.parameters:
            along = self.structure.along(name)
            expr = quantity(name, letters) if along else self.structure.definitions[name].expr
            return self.evaluate_all((expr,), letters, asking, model.source_of(name), definitions=along)[0]
        value, source = self.told(name)
        if value is None:
            source = source or model.source_of(name)
            raise InputError(
                f"The parameter {name} has no value.",
                code="missing-value",
                remedy=f"Give it: --set {name}=..., or build(model, {name}=...).",
                place=source.place(0),
            )
        if self.structure.on.get(name) == name:
            return wire(self, name, asking)
        return self.value(name, value, letters, source, asking)

    @property
    def all_sizes(self) -> dict[str, int]:
        """The sizes of index sets with the numbers of edges that are known."""
        return self.formulas.sizes(self.sizes)

    def wiring(self, support: str, asking: tuple[str, ...] = ()) -> Wiring:
        """The edges of a support."""
        if support not in self.formulas.wirings:
            self.of(support, asking)
        return self.formulas.wirings[support]

    def wire_all(self, exprs: Iterable[Basic], asking: tuple[str, ...]) -> None:
        """Find the edges that expressions speak of."""
        on = self.structure.on
        for support in sorted({on[n] for expr in exprs for n in names_in(expr) if n in on}):
            self.wiring(support, asking)

    def reads(self, name: str) -> frozenset[str]:
        """The names whose values the value of a parameter follows from."""
        model = self.structure.model
        declared = model.parameters.get(name)
        if declared is None:
            along = self.structure.along(name) or {name: self.structure.definitions[name]}
            return frozenset[str]().union(*(names_in(d.expr) for d in along.values())) - along.keys()
        value, source = self.told(name)
        if not isinstance(value, str) or source is None:
            return frozenset()
        expr, calls = self.read(name, value_source(source, value), self.structure.letters(name))
        drawn = {c.name for c in calls}
        return frozenset((names_in(expr) - drawn).union(*(names_in(a) for c in calls for a in c.arguments)))

    def told(self, name: str) -> tuple[Any, Source | None]:
        """What a declared parameter was given, or has in the file, and where it is written, if it is."""
        if name in self.given:
            value = self.given[name]
            return value, Source(f"{name} = {value}") if isinstance(value, str) else None
        declared = self.structure.model.parameters[name]
        return si_value(declared), declared.source

    def value(
        self, name: str, value: Any, letters: tuple[Idx, ...], source: Source | None, asking: tuple[str, ...] = ()
    ) -> Array:
        """A number, an array, or an expression (which needs its source), as an array of the shape of the letters."""
        if isinstance(value, str) and source is not None:
            placed = value_source(source, value)
            expr, calls = self.read(name, placed, letters)
            draws = {c.name: self.draw(c, letters, k, asking) for k, c in enumerate(calls)}
            return self.evaluate(expr, letters, asking, placed, draws)
        if isinstance(letters, Pair):
            value = flat(name, value, self.wiring(letters.support, asking), source)
        return filled(name, value, self.shape(letters, source, asking), source)

    def read(self, name: str, source: Source, letters: tuple[Idx, ...]) -> tuple[Expr, tuple[Drawn, ...]]:
        """An expression that may draw; each draw becomes a hidden quantity `name~k`."""
        names = self.structure.model.names
        return self.formulas.get(("read", name, source), lambda: read_drawing(names, name, source, letters))

    def draw(
        self,
        call: Drawn,
        letters: tuple[Idx, ...],
        ordinal: int,
        asking: tuple[str, ...] = (),
        trial: int | None = None,
        seed: int | None = None,
    ) -> Array:
        """The draws of one call, shaped by the letters; a connection rule is 1 at its edges."""
        if isinstance(call, Connection):
            return joined(self, call, letters, ordinal, asking, trial, self.seed if seed is None else seed)
        if isinstance(call, FileCall):
            return call.array(self.shape(letters, call.source, asking))
        arguments = [self.evaluate(a, letters if free_letters(a) else (), asking, call.source) for a in call.arguments]
        owner = call.name.rpartition("~")[0]
        rng = stream(self.seed if seed is None else seed, owner, ordinal, trial if call.generator.random else None)
        try:
            return call.generator.draw(rng, self.shape(letters, call.source, asking), arguments)
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
        return self.evaluate_all((expr,), letters, asking, source, draws)[0]

    def evaluate_all(
        self,
        exprs: tuple[Expr, ...],
        letters: tuple[Idx, ...],
        asking: tuple[str, ...],
        source: Source,
        draws: Mapping[str, Array] | None = None,
        definitions: Mapping[str, Definition] | None = None,
    ) -> list[Array]:
        """Several expressions over the same letters, which may speak of the definitions."""
        definitions = definitions or {}
        exprs, matrices = self.formulas.get(("matrices", exprs), lambda: separated(exprs))
        draws = dict(draws or {})
        self.wire_all((*exprs, *(d.expr for d in definitions.values())), asking)
        for matrix in matrices:
            draws[matrix.name] = self._function_of(matrix, asking, source, draws)

        def compiled() -> Formula:
            for expr in exprs:
                self.check_constant(expr, source, draws)
            on = {**self.structure.on, **drawn_on(exprs, draws, letters)}
            shape, sizes = self.shape(letters, source, asking), self.all_sizes
            try:
                return Formula.of(exprs, letters, shape, sizes, definitions, on)
            except NotAtEdges as error:
                raise off_support(error, source) from None

        formula = self.formulas.get(("formula", exprs, letters, *definitions), compiled)
        known: dict[str, Any] = {**draws, **self.formulas.edges}
        values = {n: known[n] if n in known else self.of(n, asking) for n in formula.needs}
        name = asking[-1] if asking else source.text
        return [filled(name, found, formula.shape, source) for found in formula(values)]

    def _function_of(
        self, matrix: Matrix, asking: tuple[str, ...], source: Source, draws: Mapping[str, Array]
    ) -> Array:
        """A function of a whole matrix; what is known of the matrix is noted."""
        entries = self.evaluate(matrix.body, matrix.letters, asking, source, draws)
        columns = None if matrix.columns is None else self.shape((matrix.columns,), source)[0]
        owner = asking[-1] if asking else source.text
        try:
            found, known = computed(matrix.call, entries, columns)
        except Refusal as error:
            raise InputError(f"{error}.", code=error.code, remedy=error.remedy, place=source.place(0)) from None
        self.notes[owner] = (*self.notes.get(owner, ()), f"{matrix.call.word} of a {known}")
        return found

    def check_constant(self, expr: Expr, source: Source, known: Sequence[str] | Mapping[str, Any] = ()) -> None:
        """Refuse an expression that speaks of what varies in a run."""
        for name in sorted(names_in(expr) - set(known)):
            if name in self.structure.dynamic:
                raise InputError(
                    f"A value may speak of parameters only, but {name} varies in a run.",
                    code="value-varies",
                    place=source.place(max(0, source.text.find(name))),
                )

    def shape(self, letters: tuple[Idx, ...], source: Source | None, asking: tuple[str, ...] = ()) -> tuple[int, ...]:
        """The shape of the letters, the number of edges for those of a support; refuses what no memory holds."""
        if isinstance(letters, Pair):
            return (len(self.wiring(letters.support, asking)),)
        return (
            self.formulas.get(("shape", letters), lambda: array_shape(letters, self.sizes, source)) if letters else ()
        )

    def counts(self, letters: tuple[Idx, ...], source: Source | None) -> tuple[int, ...]:
        """How many positions each letter takes."""
        return counts(letters, self.sizes, source)
