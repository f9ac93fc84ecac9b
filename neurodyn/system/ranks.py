"""Sizes that are the rank of a matrix: known only when values are."""

from __future__ import annotations

import ast

from neurodyn.language.matrices import rank_of
from neurodyn.language.reader import Reader
from neurodyn.model.declarations import value_source
from neurodyn.model.index_sets import IndexSet
from neurodyn.system.matrices import rank
from neurodyn.system.sizes import checked_size, declared_size, is_rank
from neurodyn.system.values import Values


def bind_ranks(values: Values, sizes: dict[str, int]) -> None:
    """Find the sizes that had to wait for values; `sizes` are those that the values have."""
    model = values.structure.model
    for index_set in model.indices.values():
        if index_set.name not in sizes and is_rank(index_set):
            sizes[index_set.name] = _rank(values, index_set)
    for index_set in model.indices.values():
        if index_set.name not in sizes:
            sizes[index_set.name] = declared_size(model, index_set, sizes, ())


def _rank(values: Values, index_set: IndexSet) -> int:
    source = value_source(index_set.source, str(index_set.size))
    reader = Reader(values.structure.model.names, source)
    tree = reader.tree()
    assert isinstance(tree, ast.Call)
    body, letters = rank_of(reader, tree)
    known = rank(values.evaluate(body, letters, (), source))
    values.notes[index_set.name] = (f"rank of a {known}",)
    return checked_size(index_set.name, known.rank, index_set)
