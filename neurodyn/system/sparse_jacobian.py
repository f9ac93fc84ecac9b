"""Jacobians as sparse matrices: each term of a block has entries only where its deltas and its support allow.

`d(dx[i]/dt)/dx[m] = -delta(i, m) + k[i,m]*cos(x[m] - x[i])` has one term with an entry for each unit and one with an
entry for each edge. A delta that fixes one letter by the others, shifted ones (`x[i+1]`) included, takes that letter
away; a factor on a support leaves the edges; the letters that are left run through all their positions.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Add, And, Basic, Eq, Expr, Ge, Gt, Idx, Le, Lt, Mul, Ne

from neurodyn.calculus.contract import expose_deltas, keep, solve_delta
from neurodyn.calculus.letters import free_letters, names_in, size_of
from neurodyn.calculus.nodes import Delta, Where
from neurodyn.calculus.positions import Clamped, Cyclic, Inside, Position
from neurodyn.calculus.supports import Pair, Supports
from neurodyn.program.lower import Output
from neurodyn.program.wiring import Wiring
from neurodyn.system.layout import Layout

LEAST_SIZE, LARGEST_SHARE = 200, 0.05  # of states, and of entries among all pairs: where a sparse matrix pays

RELATIONS: dict[type, Any] = {
    Lt: operator.lt, Le: operator.le, Gt: operator.gt, Ge: operator.ge, Eq: operator.eq, Ne: operator.ne,
}  # fmt: skip

Array = NDArray[np.float64]
Positions = NDArray[np.intp]
Edges = tuple[Mapping[str, str], Mapping[str, Wiring]]  # the support of each name, and the edges of each support


@dataclass(frozen=True)
class Term:
    """One term of a block: its values over letters, and the positions of its entries in terms of these.

    Attributes:
        row, column: the states.
        output: the values.
        own, at: the position of each letter of the row and of the column.
    """

    row: str
    column: str
    output: Output
    own: tuple[Expr, ...]
    at: tuple[Expr, ...]


def terms_of(blocks: Mapping[tuple[str, str], Output], on: Mapping[str, str], counts: Mapping[str, int]) -> list[Term]:
    """The terms of all blocks.

    Args:
        blocks: by row and column, each over the letters of both.
        on: the support of each quantity that lives on one.
        counts: how many letters each state has.
    """
    found: list[Term] = []
    supports = Supports(on)
    for (row, column), block in blocks.items():
        own, at = block.letters[: counts[row]], block.letters[counts[row] :]
        for part in Add.make_args(expose_deltas(block.expr)):
            for term in supports.terms(part, at):
                name = f"{block.name}:{len(found)}"
                found.append(_term(name, term, (row, column), own, at, supports))
    return found


def _term(
    name: str, expr: Expr, states: tuple[str, str], own: tuple[Idx, ...], at: tuple[Idx, ...], supports: Supports
) -> Term:
    row, column = states
    keeps_column = column in supports.on and row not in supports.on
    rest, put = _without_deltas(expr, own if keeps_column else at, at if keeps_column else own)
    left = [x for x in (*own, *at) if x not in put]
    pair: Pair | None = None
    if row in supports.on:
        pair = Pair(own, supports.on[row])
    elif keeps_column:
        pair = Pair(at, supports.on[column])
    else:
        for support, a, b in sorted(supports.outside(rest), key=str):
            if {a, b} <= set(left) and (a in own) != (b in own):
                pair = Pair((a, b), support)
    letters: tuple[Idx, ...] = tuple(left)
    if pair is not None:
        letters = Pair((*pair, *(x for x in left if x not in pair)), pair.support)
    output = Output(name, letters, rest)
    return Term(row, column, output, tuple(put.get(x, x) for x in own), tuple(put.get(x, x) for x in at))


def _without_deltas(expr: Expr, fixed: Sequence[Idx], by: Sequence[Idx]) -> tuple[Expr, dict[Idx, Expr]]:
    """The term where its deltas hold: letters of `fixed` are put at positions in terms of those of `by`."""
    put: dict[Idx, Expr] = {}
    while True:
        factors = Mul.make_args(expr)
        for factor in factors:
            waiting = [x for x in fixed if x not in put]
            solution = solve_delta(factor, waiting) if isinstance(factor, Delta) else None
            if solution is None or names_in(solution.value) or not free_letters(solution.value) <= set(by):
                continue
            put[solution.letter] = solution.value
            rest = Mul(*(f for f in factors if f is not factor)).xreplace({solution.letter: solution.value})
            expr = keep(solution.condition, rest)
            break
        else:
            return expr, put


@dataclass(frozen=True, eq=False)
class Pattern:
    """Where the entries of a Jacobian are, and how the values of its terms are put there.

    Attributes:
        terms: what is computed, with the values of each that count.
        places: for each value of all terms, one after the other, its place among the entries.
        rows, pointers: of the entries, column by column.
    """

    terms: tuple[tuple[str, tuple[int, ...], Positions], ...]
    places: Positions
    rows: Positions
    pointers: Positions

    @classmethod
    def of(cls, terms: Sequence[Term], layout: Layout, sizes: Mapping[str, int], edges: Edges) -> Pattern:
        """The pattern of terms for certain sizes and edges."""
        where = _Where(layout, sizes, edges)
        told, keys = [], [np.empty(0, dtype=np.intp)]
        for term in terms:
            shape, rows, columns = where.entries(term)
            counted = np.flatnonzero((rows >= 0) & (columns >= 0))
            told.append((term.output.name, shape, counted))
            keys.append(columns[counted] * layout.size + rows[counted])
        entries, places = np.unique(np.concatenate(keys), return_inverse=True)
        pointers = np.searchsorted(entries, np.arange(layout.size + 1) * layout.size)
        return cls(tuple(told), places, entries % layout.size, pointers)

    def matrix(self, values: Mapping[str, Any]) -> Any:
        """The matrix with the values of the terms."""
        from scipy.sparse import csc_array

        parts = [np.broadcast_to(values[n], shape).ravel()[counted] for n, shape, counted in self.terms]
        data = np.bincount(self.places, np.concatenate([*parts, np.empty(0)]), minlength=len(self.rows))
        n = len(self.pointers) - 1
        return csc_array((data, self.rows, self.pointers), shape=(n, n))


class _Where:
    """Finds the rows and columns of terms."""

    def __init__(self, layout: Layout, sizes: Mapping[str, int], edges: Edges) -> None:
        self.layout, self.sizes, (self.on, self.wirings) = layout, sizes, edges

    def entries(self, term: Term) -> tuple[tuple[int, ...], Positions, Positions]:
        """The shape of a term's values, and row and column of each, -1 where it has none."""
        letters = term.output.letters
        pair = letters[:2] if isinstance(letters, Pair) else ()
        axes = [len(self.wirings[letters.support])] if isinstance(letters, Pair) else []
        extra = letters[len(pair) :]
        shape = (*axes, *(self.count(x) for x in extra))
        index = np.indices(shape, sparse=True)
        at: dict[Idx, Positions] = {}
        if isinstance(letters, Pair):
            at.update({x: end[index[0]] for x, end in zip(pair, self.wirings[letters.support].ends, strict=True)})
        at.update(zip(extra, index[len(axes) :], strict=True))
        rows, columns = (self.flat(n, p, at) for n, p in ((term.row, term.own), (term.column, term.at)))
        rows = np.where(self.counted(term.output.expr, at), rows, -1)
        return shape, np.broadcast_to(rows, shape).ravel(), np.broadcast_to(columns, shape).ravel()

    def counted(self, expr: Expr, at: Mapping[Idx, Positions]) -> Any:
        """Where a term is not 0 by a condition on positions alone, such as those at the ends of an index set."""
        found: Any = np.ones((), dtype=bool)
        for factor in Mul.make_args(expr):
            if isinstance(factor, Where) and factor.args[2] == 0 and not names_in(factor.args[0]):
                found = found & self.holds(factor.args[0], at) & self.counted(factor.args[1], at)
        return found

    def holds(self, condition: Basic, at: Mapping[Idx, Positions]) -> Any:
        """A condition on positions."""
        if isinstance(condition, Inside):
            raw, size = (self.value(a, at) for a in condition.args)
            return (raw >= 0) & (raw < size)
        if isinstance(condition, And):
            return functools.reduce(operator.and_, (self.holds(a, at) for a in condition.args))
        if type(condition) in RELATIONS:
            return RELATIONS[type(condition)](*(self.value(a, at) for a in condition.args))
        return np.ones((), dtype=bool)

    def count(self, letter: Idx) -> int:
        return self.sizes[str(size_of(letter))]

    def flat(self, name: str, positions: Sequence[Expr], at: Mapping[Idx, Positions]) -> Positions:
        """Where elements of a state are in the flat vector."""
        k = self.layout.names.index(name)
        shape, start = self.layout.shapes[k], self.layout.offsets[k]
        values = [self.value(p, at) for p in positions]
        if name in self.on:  # one axis, of edges, for two letters
            found = self.wirings[self.on[name]].places(*np.broadcast_arrays(*values))
            return np.where(found < 0, -1, found + start)
        inside = np.ones((), dtype=bool)
        flat = np.zeros((), dtype=np.intp)
        for value, size in zip(values, shape, strict=True):
            inside = inside & (value >= 0) & (value < size)
            flat = flat * size + value
        return np.where(inside, flat + start, -1)

    def value(self, position: Expr, at: Mapping[Idx, Positions]) -> Any:
        """A position in terms of letters, as numbers; it may lie beyond the ends."""
        if isinstance(position, Idx):
            return at[position]
        if isinstance(position, Position):
            raw, size = self.value(position.raw, at), self.value(position.size, at)
            if isinstance(position, Cyclic):
                return raw % size
            return np.clip(raw, 0, size - 1) if isinstance(position, Clamped) else raw
        if isinstance(position, (Add, Mul)):
            parts = [self.value(a, at) for a in position.args]
            return sum(parts) if isinstance(position, Add) else math.prod(parts)
        return self.sizes[str(position)] if position.is_Symbol else int(position)


def share_of(terms: Sequence[Term], layout: Layout, sizes: Mapping[str, int]) -> float:
    """The entries of terms among all pairs of states."""
    entries = sum(math.prod(sizes[str(size_of(x))] for x in term.output.letters) for term in terms)
    return entries / layout.size**2
