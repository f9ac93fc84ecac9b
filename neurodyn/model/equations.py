"""The block of equations: heads first, so that every name is known, then the expressions."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import Expr, Idx, S

from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.supports import living_on
from neurodyn.calculus.times import Ddt
from neurodyn.calculus.vocabulary import RESERVED
from neurodyn.errors import InputError
from neurodyn.language.free import free_letters
from neurodyn.language.guard import parse
from neurodyn.language.heads import Head, read_head
from neurodyn.language.names import Name, Names, UserFunction
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.language.statements import split_equation
from neurodyn.model.index_sets import IndexSet
from neurodyn.model.supports import declared_supports


@dataclass(frozen=True)
class Equation:
    """One equation: as written (`source`) and as symbols.

    A flow reads `factor * d name[letters]/dt = expr`; a map `name[letters](t+1) = expr`; a definition, and what an
    event sets, `name[letters] = expr`; a constraint `0 = expr`, for each position of its letters, under a name that
    counts them (`0:1`); a function has no symbols of its own (it is expanded where it is used).
    """

    kind: str
    name: str
    letters: tuple[Idx, ...]
    factor: Expr
    expr: Expr
    source: Source = field(compare=False)
    equals: int = field(default=0, compare=False)  # column at which the right side starts

    @property
    def text(self) -> str:
        """The equation as its author wrote it."""
        return self.source.text

    @property
    def comment(self) -> str:
        """The remark behind it."""
        return self.source.comment


def read_equations(
    statements: Iterable[Source],
    sets: Mapping[str, IndexSet],
    declared: Mapping[str, Mapping[str, Any]],
) -> tuple[Names, tuple[Equation, ...]]:
    """The namespace of a model and its equations."""
    heads = []
    for source in statements:
        left, _, start = split_equation(source)
        heads.append((source, read_head(source, len(left)), start))
    _refuse_mixed(heads)
    names = _namespace(sets, declared, heads)
    count = itertools.count(1)
    numbered = [replace(h, name=f"0:{next(count)}") if h.kind == "constraint" else h for _, h, _ in heads]
    items = [(source, head, at) for (source, _, at), head in zip(heads, numbered, strict=True)]
    equations = tuple(_equation(names, *item) for item in items)
    while names.on:
        # What a mean over edges is depends on which definitions live on them, and the other way round.
        on = living_on(names.on, {e.name: Definition(e.letters, e.expr) for e in equations if e.kind == "definition"})
        if on == names.on:
            break
        names = replace(names, on=on)
        equations = tuple(_equation(names, *item) for item in items)
    return names, equations


def _namespace(
    sets: Mapping[str, IndexSet],
    declared: Mapping[str, Mapping[str, Any]],
    heads: list[tuple[Source, Head, int]],
) -> Names:
    letters = {x: s.name for s in sets.values() for x in s.letters}
    taken: dict[str, str] = {**dict.fromkeys(sets, "an index set"), **dict.fromkeys(letters, "a letter")}
    for reserved in RESERVED:
        taken[reserved] = "a word of the language"
    quantities: dict[str, Name] = {}
    for section, entries in declared.items():
        if section == "observables":
            continue
        for entry in entries.values():
            kind = "noise" if section == "noise" else section[:-1]
            article = "an" if kind in ("unknown", "event") else "a"
            _take(taken, entry.name, f"{article} {kind}", entry.source, 0)
            quantities[entry.name] = Name(kind, tuple(letters[x] for x in entry.letters), entry.letters)
    functions: dict[str, UserFunction] = {}
    for source, head, start in heads:
        if head.kind == "function":
            _take(taken, head.name, "a function", source, 0)
            functions[head.name] = UserFunction(head.letters, source, start)
        elif head.kind == "definition":
            _check_letters(letters, head, source)
            _take(taken, head.name, "defined by an equation", source, 0)
            quantities[head.name] = Name("definition", tuple(letters[x] for x in head.letters), head.letters)
    discrete = any(head.kind == "map" for _, head, _ in heads)
    ends = {s.name: s.ends for s in sets.values() if s.ends}
    on = declared_supports(declared, letters)
    names = Names(letters, frozenset(sets), quantities, functions, discrete, ends, on)
    _refuse_shadowed_differentials(names, heads, declared)
    return names


def _refuse_mixed(heads: list[tuple[Source, Head, int]]) -> None:
    """A file has flows or maps, never both."""
    kinds = {head.kind: source for source, head, _ in reversed(heads) if head.kind in ("flow", "map")}
    if len(kinds) == 2:
        raise InputError(
            "This model has a flow and a map; its time either flows or goes in steps.",
            code="mixed",
            remedy="Write all states as flows, dx/dt = ..., or all as maps, x(t+1) = ...",
            place=kinds["map"].place(0),
        )


def _take(taken: dict[str, str], name: str, what: str, source: Source, column: int) -> None:
    if name in taken:
        raise InputError(
            f"{name} is {taken[name]} already.",
            code="name-taken",
            remedy="Choose another name." if "word" in taken[name] else "Keep one of the two, or rename one.",
            place=source.place(column),
        )
    taken[name] = what


def _check_letters(letters: Mapping[str, str], head: Head, source: Source) -> None:
    for x in head.letters:
        if x not in letters:
            raise InputError(
                f"{x} is no letter of an index set.",
                code="unknown-letter",
                remedy="Declare it in [indices].",
                place=source.place(source.text.find(x)),
            )


def _refuse_shadowed_differentials(
    names: Names, heads: list[tuple[Source, Head, int]], declared: Mapping[str, Mapping[str, Any]]
) -> None:
    sources = {head.name: source for source, head, _ in heads}
    sources.update({e.name: e.source for entries in declared.values() for e in entries.values()})
    for name in names.quantities:
        if f"d{name}" in names.quantities:
            raise InputError(
                f"Both {name} and d{name} are names here, so d{name}/dt could mean two things.",
                code="differential",
                remedy=f"Rename d{name}.",
                place=sources[f"d{name}"].place(0),
            )


def _equation(names: Names, source: Source, head: Head, start: int) -> Equation:
    if head.kind == "function":
        # Read once with its arguments as unknowns, so that a broken function is refused even where it is not used.
        local = {a: S.Zero for a in head.letters}
        Reader(names, source, local=local, start=start, calling=(head.name,)).tree()
        return Equation("function", head.name, (), S.One, S.Zero, source, start)
    if head.kind in ("flow", "map"):
        head = _state_head(names, source, head)
    if head.kind == "constraint":
        head = replace(head, letters=tuple(free_letters(parse(source, start), names.letters)))
    letters = tuple(names.letter(x) for x in head.letters)
    scope = dict(zip(head.letters, letters, strict=True))
    expr = Reader(names, source, scope=scope, start=start).read()
    if head.kind in ("flow", "map") and expr.has(Ddt):
        raise InputError(
            f"ddt stands in laws and constraints, and this is the {head.kind} of {head.name}.",
            code="ddt",
            remedy="Write its argument's rate as a constraint: 0 = ddt(...) - r, with r in [unknowns].",
            place=source.place(source.text.find("ddt")),
        )
    factor: Expr = S.One
    if head.factor is not None:
        factor = Reader(names, source, scope=scope, start=head.factor[0], stop=head.factor[1]).read()
    return Equation(head.kind, head.name, letters, factor, expr, source, start)


def _state_head(names: Names, source: Source, head: Head) -> Head:
    """The head of a flow or map, checked against the declared state."""
    known, what = names.quantities.get(head.name), head.kind
    at = max(0, source.text.find(f"d{head.name}" if what == "flow" else head.name))
    if known is None:
        raise InputError(
            f"{head.name} has a {what} but is not declared.",
            code="unknown-state",
            remedy=names.near(head.name) or f"Declare it in [states]: {head.name} = 0.",
            place=source.place(at),
        )
    if known.kind != "state":
        raise InputError(
            f"{head.name} has a {what} but is a {known.kind}.",
            code="not-a-state",
            remedy=f"Only states have {what}s: declare it in [states].",
            place=source.place(at),
        )
    for x in head.letters:
        if x not in names.letters:
            _check_letters(names.letters, head, source)
    sets = tuple(names.letters[x] for x in head.letters)
    if sets != known.sets:
        shape = f"{head.name}[{','.join(known.letters)}]" if known.letters else head.name
        raise InputError(
            f"The {what} of {head.name} does not have the shape of the state.",
            code="flow-shape",
            remedy=f"It is declared as {shape}.",
            place=source.place(at),
        )
    return head
