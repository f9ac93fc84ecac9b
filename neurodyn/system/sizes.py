"""Sizes of index sets: given, taken from data, or declared."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import Idx, Integer

from neurodyn.calculus.letters import size_of, size_symbol
from neurodyn.errors import InputError
from neurodyn.language.guard import parse, show_keywords
from neurodyn.language.names import near
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.model.declarations import value_source
from neurodyn.model.index_sets import IndexSet
from neurodyn.model.model import Model
from neurodyn.system.files import shape_in

LARGEST = 2**31 - 1
MOST_ELEMENTS = 2**30


def bind_sizes(model: Model, given: Mapping[str, int], data: Mapping[str, Any]) -> dict[str, int]:
    """The size of every index set but those that are the rank of a matrix, or follow from one: these need values.

    A size given by name wins; then the shape of an array given at build; then what the file declares.
    """
    for name in given:
        if name not in model.indices:
            raise InputError(
                f"{model.name} has no index set {name}.",
                code="unknown-size",
                remedy=near(name, list(model.indices)) or f"It has: {', '.join(model.indices) or 'none'}.",
            )
    sizes = {name: checked_size(name, size, None) for name, size in given.items()}
    measured = _measure(model, data)
    pending = [s for s in model.indices.values() if s.name not in sizes]
    for index_set in pending:
        if index_set.name in measured:
            sizes[index_set.name] = checked_size(index_set.name, measured[index_set.name], index_set)
    for index_set in model.indices.values():
        if index_set.name not in sizes and not _waits(model, index_set, sizes):
            sizes[index_set.name] = declared_size(model, index_set, sizes, ())
    return sizes


def is_rank(index_set: IndexSet) -> bool:
    """Whether the size is the rank of a matrix."""
    if not isinstance(index_set.size, str):
        return False
    tree = parse(value_source(index_set.source, index_set.size))
    return isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "rank"


def _waits(model: Model, index_set: IndexSet, sizes: Mapping[str, int], asking: tuple[str, ...] = ()) -> bool:
    """Whether the size is a rank, or follows from one."""
    if index_set.name in sizes or index_set.name in asking or not isinstance(index_set.size, str):
        return False
    tree = parse(value_source(index_set.source, index_set.size))
    words = {show_keywords(n.id) for n in ast.walk(tree) if isinstance(n, ast.Name)}
    others = [model.indices[w] for w in sorted(words & model.indices.keys())]
    return is_rank(index_set) or any(_waits(model, o, sizes, (*asking, index_set.name)) for o in others)


def _measure(model: Model, data: Mapping[str, Any]) -> dict[str, int]:
    """Sizes that arrays give: those given at build, then lists written in the file where no size is declared."""
    found: dict[str, int] = {}
    literal = {d.name: d.value for d in (*model.parameters.values(), *model.inputs.values()) if d.name not in data}
    literal = {n: v for n, v in literal.items() if isinstance(v, list | str)}
    for values, only_missing in ((data, False), (literal, True)):
        for name, value in values.items():
            declared = model.declaration(name)
            source = declared.source if declared is not None and only_missing else Source("")
            shape = () if declared is None else _shape(value, source)
            if declared is None or len(shape) != len(declared.letters):
                continue
            for letter, size in zip(declared.letters, shape, strict=True):
                index_set = model.names.letters[letter]
                if not (only_missing and model.indices[index_set].size is not None):
                    found.setdefault(index_set, size)
    return found


def _shape(value: Any, source: Source) -> tuple[int, ...]:
    """The shape of an array, or of that in the file which a value reads."""
    return (shape_in(value, source) or ()) if isinstance(value, str) else np.shape(value)


def declared_size(model: Model, index_set: IndexSet, sizes: Mapping[str, int], asking: tuple[str, ...]) -> int:
    """The size that a file declares, from the sizes that are known and those that it needs."""
    name, size = index_set.name, index_set.size
    if name in sizes:
        return sizes[name]
    if name in asking:
        raise InputError(
            f"The sizes go round in a circle: {' -> '.join([*asking, name])}.",
            code="size-cycle",
            place=index_set.source.place(0),
        )
    if size is None:
        raise InputError(
            f"The size of {name} is not known.",
            code="missing-size",
            remedy=f"Give it (--size {name}=10, or sizes={{'{name}': 10}}), or give an array that runs over it.",
            place=index_set.source.place(0),
        )
    if isinstance(size, int):
        return checked_size(name, size, index_set)
    source = value_source(index_set.source, size)
    expr = Reader(model.names, source).read()
    needed = {s.name for s in expr.free_symbols}
    for other in needed - set(model.indices):
        raise InputError(
            f"The size of {name} speaks of {other}, which is no size.",
            code="size",
            place=source.place(0),
        )
    inner = {n: declared_size(model, model.indices[n], sizes, (*asking, name)) for n in sorted(needed)}
    value = expr.xreplace({size_symbol(n): Integer(v) for n, v in inner.items()})
    if not value.is_Integer:
        raise InputError(
            f"The size of {name} comes out as {value}.",
            code="size",
            remedy="It must be a whole number.",
            place=source.place(0),
        )
    return checked_size(name, int(value), index_set)


def checked_size(name: str, size: Any, index_set: IndexSet | None) -> int:
    """A size, refused where it is no whole number, below 1 or beyond all memory."""
    place = index_set.source.place(0) if index_set else None
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
        raise InputError(f"The size of {name} is not a whole number.", code="size", place=place)
    if size < 1:
        raise InputError(
            f"The size of {name} is {size}.", code="size", remedy="An index set has at least one member.", place=place
        )
    if size > LARGEST:
        raise InputError(
            f"The size of {name} is {size:,}, more than can be simulated.",
            code="size",
            remedy=f"At most {LARGEST:,}.",
            place=place,
        )
    return int(size)


def counts(letters: tuple[Idx, ...], known: Mapping[str, int], source: Source | None) -> tuple[int, ...]:
    """How many positions each letter takes."""
    sets = [str(size_of(x)) for x in letters]
    for unknown in (s for s in sets if s not in known):
        raise InputError(
            f"The size of {unknown} is needed before it is known.",
            code="size-cycle",
            remedy="A rank may speak only of what does not run over the index set itself.",
            place=source.place(0) if source else None,
        )
    return tuple(known[s] for s in sets)


def array_shape(letters: tuple[Idx, ...], known: Mapping[str, int], source: Source | None) -> tuple[int, ...]:
    """The shape of an array over letters; refuses what no memory holds."""
    shape = counts(letters, known, source)
    elements = int(np.prod(shape, dtype=object)) if shape else 1
    if elements > MOST_ELEMENTS:
        sizes = " x ".join(f"{size_of(x)} = {n:,}" for x, n in zip(letters, shape, strict=True))
        raise InputError(
            f"An array over {sizes} would need {elements * 8 / 2**30:,.0f} GiB.",
            code="memory",
            remedy="Choose smaller sizes.",
            place=source.place(0) if source else None,
        )
    return shape
