"""Letters (indices), references to named quantities, and capture-free renaming.

Every binder stores its letters under reserved names that count its height, so
(a) two expressions that differ only in bound letters are equal objects, and
(b) putting a free letter in place of another can never be captured.
A binder is looked into only by opening it with fresh letters (see `reductions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

import sympy as sp
from sympy import Dummy, Expr, Idx, Indexed, IndexedBase, Symbol

Reference: TypeAlias = Symbol | Indexed


def size_symbol(name: str) -> Symbol:
    """The size of an index set, a positive whole number."""
    return Symbol(name, integer=True, positive=True)


def letter(name: str, size: Expr) -> Idx:
    """A free letter that runs over 0 .. size - 1."""
    return Idx(Symbol(name, integer=True), (0, size - 1))


def fresh(model: Idx) -> Idx:
    """A letter over the range of `model` that occurs nowhere else."""
    return Idx(Dummy(str(model.label), integer=True), (model.lower, model.upper))


def size_of(index: Idx) -> Expr:
    """How many values the letter takes."""
    return index.upper - index.lower + 1


def same_range(a: Idx, b: Idx) -> bool:
    """Whether two letters run over the same index set."""
    return bool(a.upper == b.upper and a.lower == b.lower)


def bound_name(height: int, position: int) -> Symbol:
    """The reserved name of a bound letter; no text of the language can spell it."""
    return Symbol(f"{height}.{position}", integer=True)


def is_bound_name(index: Idx) -> bool:
    """Whether the letter has a reserved name."""
    return not isinstance(index.label, Dummy) and str(index.label)[0].isdigit()


def bound_height(index: Idx) -> int:
    """The height in a reserved name; 0 for a letter without one."""
    return int(str(index.label).partition(".")[0]) if is_bound_name(index) else 0


def quantity(name: str, indices: Iterable[Expr] = ()) -> Reference:
    """A reference `name` or `name[i, j]` to a real-valued quantity."""
    indices = tuple(indices)
    if not indices:
        return Symbol(name, real=True)
    return IndexedBase(Symbol(name, real=True))[indices]


def name_of(reference: Reference) -> str:
    """The name that a reference refers to."""
    return str(reference.base.label) if isinstance(reference, Indexed) else str(reference.name)


def indices_of(reference: Reference) -> tuple[Expr, ...]:
    """The index expressions of a reference, empty for a scalar."""
    return tuple(reference.indices) if isinstance(reference, Indexed) else ()


def references(expr: sp.Basic) -> Iterator[Reference]:
    """Every reference to a named quantity in the expression, index positions included."""
    if isinstance(expr, Indexed):
        yield expr
        for index in expr.indices:
            if not isinstance(index, Idx):
                yield from references(index)
    elif isinstance(expr, Idx):
        return
    elif isinstance(expr, Symbol):
        if not expr.is_integer:
            yield expr
    else:
        for argument in expr.args:
            yield from references(argument)


@lru_cache(maxsize=1 << 14)
def names_in(expr: sp.Basic) -> frozenset[str]:
    """The names of all quantities that the expression mentions."""
    if isinstance(expr, Indexed):
        return frozenset([name_of(expr)]).union(*(names_in(x) for x in expr.indices))
    if isinstance(expr, Idx):
        return frozenset()
    if isinstance(expr, Symbol):
        return frozenset() if expr.is_integer else frozenset([expr.name])
    return frozenset[str]().union(*(names_in(a) for a in expr.args))


@lru_cache(maxsize=1 << 14)
def free_letters(expr: sp.Basic) -> frozenset[Idx]:
    """The letters that no binder inside the expression binds."""
    if isinstance(expr, Idx):
        return frozenset([expr])
    known = getattr(expr, "free", None)  # of a binder
    if known is not None:
        return frozenset(known)
    return frozenset[Idx]().union(*(free_letters(a) for a in expr.args))


def reindex(expr: sp.Basic, mapping: Mapping[Idx, Expr]) -> sp.Basic:
    """Put other letters or positions in place of free letters, all at once.

    Never captures: bound letters have reserved names that `mapping` may not speak of.
    """
    for old, new in mapping.items():
        if is_bound_name(old) or any(is_bound_name(x) for x in free_letters(new)):
            raise ValueError(f"reindex({old} -> {new}) would reach a bound letter: open the binder first")
    mapping = {old: new for old, new in mapping.items() if old != new}
    return expr.xreplace(mapping) if mapping else expr
