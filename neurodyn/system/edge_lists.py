"""Edges and values of edges that are given as arrays: lists of pairs, sparse matrices, arrays over all pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from sympy import Basic, Idx

from neurodyn.calculus.letters import indices_of, name_of, references
from neurodyn.calculus.supports import Pair
from neurodyn.errors import InputError
from neurodyn.language.source import Source
from neurodyn.program.wiring import Wiring
from neurodyn.system.filling import filled

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EdgeList:
    """Edges as they were given: both ends and a value of each, in any order."""

    first: Array
    second: Array
    values: Array

    @classmethod
    def read(cls, value: Any, letters: tuple[str, ...]) -> EdgeList | None:
        """A SciPy sparse matrix, or the positions of both ends by letter, `{"i": [0, 1], "j": [1, 0]}`; else None."""
        if isinstance(value, EdgeList):
            return value
        if is_sparse(value):
            entries = value.tocoo()
            return cls(*(np.array(x, dtype=float) for x in (entries.row, entries.col, entries.data)))
        if isinstance(value, Mapping) and set(value) <= {*letters, "value"} and set(letters) <= set(value):
            first, second = (np.atleast_1d(np.asarray(value[x], dtype=float)) for x in letters)
            if first.ndim == second.ndim == 1 and len(first) == len(second):
                weights = np.asarray(value.get("value", 1.0), dtype=float)
                return cls(first, second, np.broadcast_to(weights, first.shape))
        return None

    def array(self) -> Array:
        """All of it as one array."""
        return np.stack([self.first, self.second, self.values])


def is_sparse(value: Any) -> bool:
    """Whether a value is a sparse matrix of SciPy, which is not imported for that."""
    return hasattr(value, "tocoo") and hasattr(value, "nnz")


LISTS = "Give equally many for each letter: {{ {0} = [0, 1], {1} = [1, 0] }}."


def from_list(name: str, listed: EdgeList, shape: tuple[int, int], source: Source | None) -> tuple[Wiring, Array]:
    """The edges of a list, sorted, and their values; those of value 0 are none."""
    for x, size in zip((listed.first, listed.second), shape, strict=True):
        if len(x) and ((x != np.floor(x)).any() or x.min() < 0 or x.max() >= size):
            wrong = x[(x != np.floor(x)) | (x < 0) | (x >= size)][0]
            refuse(name, source, f"An edge of {name} ends at {wrong:g}.", f"Positions go from 0 to {size - 1}.")
    values = filled(name, listed.values, listed.values.shape, source)
    kept = values != 0
    first, second = (x[kept].astype(np.intp) for x in (listed.first, listed.second))
    order = np.lexsort((second, first))
    wiring = Wiring(first[order], second[order], shape)
    twice = np.flatnonzero((np.diff(wiring.first) == 0) & (np.diff(wiring.second) == 0))
    if len(twice):
        at = int(twice[0])
        pair = f"{name}[{wiring.first[at]},{wiring.second[at]}]"
        refuse(name, source, f"The edge {pair} is given twice.", "Give each pair once; a weight can be a sum.")
    return wiring, values[kept][order]


def flat(name: str, value: Any, wiring: Wiring, source: Source | None) -> Any:
    """What was given for a quantity on a support: an array over all pairs, or a sparse one, is read at the edges."""
    if is_sparse(value):
        if value.shape != wiring.shape:
            refuse(name, source, f"The value of {name} has shape {value.shape}; {wiring.shape} is needed.", "")
        entries = np.asarray(value.tocsr()[wiring.first, wiring.second], dtype=float)
        return entries.ravel()
    if not isinstance(value, Mapping) and np.shape(value) == wiring.shape:
        return np.asarray(value, dtype=float)[wiring.first, wiring.second]
    return value


def drawn_on(exprs: Iterable[Basic], names: Iterable[str], letters: tuple[Idx, ...]) -> dict[str, str]:
    """The support of those of the hidden names that are read at an edge, if the letters are those of one."""
    if not isinstance(letters, Pair):
        return {}
    read = {name_of(r) for expr in exprs for r in references(expr) if indices_of(r) == tuple(letters)}
    return dict.fromkeys(read.intersection(names), letters.support)


def refuse(name: str, source: Source | None, sentence: str, remedy: str) -> NoReturn:
    """Refuse the value of a support, or of what lives on one."""
    place = (source or Source(f"{name} = ...")).place(0)
    raise InputError(sentence, code="wiring", remedy=remedy, place=place)
