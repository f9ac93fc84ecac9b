"""Canonical names of bound letters: one order of the letters for all ways to write a reduction.

Letters of one range are told apart by how they are used (colour refinement, as for graphs); only letters that
this leaves alike are tried in each order, and the least form is taken.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cmp_to_key, lru_cache

import sympy as sp
from sympy import Add, Basic, Expr, Idx, Indexed, IndexedBase, Mul, Pow, S
from sympy.logic.boolalg import Boolean, BooleanFunction

from neurodyn.calculus.conditions import ordered
from neurodyn.calculus.letters import bound_name, is_bound_name

MOST_ORDERS = 48  # tried of letters whose use is alike; beyond, equal reductions may be different objects


@dataclass(frozen=True)
class Bound:
    """A body and mask in reserved letters, and the positions `at` in the order of these letters."""

    body: Basic
    mask: Basic
    letters: tuple[Idx, ...]
    at: tuple[Basic, ...]


def canonical(
    body: Basic, mask: Basic, letters: tuple[Idx, ...], at: tuple[Basic, ...], level: int, keeps_order: bool
) -> Bound:
    """Rename the letters to their reserved names; `at` is empty or holds one position for each letter."""
    body, mask = _ordered(body), ordered(mask)
    if keeps_order:
        return _renamed(body, mask, letters, at, range(len(letters)), level)
    ranges = [_range(x) for x in letters]
    if len(set(ranges)) == len(ranges):
        order = sorted(range(len(letters)), key=lambda k: ranges[k])
        return _renamed(body, mask, letters, at, order, level)
    orders = itertools.islice(_Orders(body, mask, letters, at), MOST_ORDERS)
    forms = [_renamed(body, mask, letters, at, order, level) for order in orders]
    return forms[0] if len(forms) == 1 else min(forms, key=cmp_to_key(_compare))


def _range(index: Idx) -> tuple[str, str]:
    return _range_key(index.lower, index.upper)


@lru_cache(maxsize=1024)
def _range_key(lower: Expr, upper: Expr) -> tuple[str, str]:
    return str(upper), str(lower)


def _renamed(
    body: Basic, mask: Basic, letters: Sequence[Idx], at: Sequence[Basic], order: Sequence[int], level: int
) -> Bound:
    new = tuple(Idx(bound_name(level, n), (letters[k].lower, letters[k].upper)) for n, k in enumerate(order))
    mapping = {letters[k]: x for k, x in zip(order, new, strict=True)}
    places = tuple(at[k] for k in order) if at else ()
    return Bound(_ordered(body.xreplace(mapping)), ordered(mask.xreplace(mapping)), new, places)


def _ordered(body: Basic) -> Basic:
    """A body that is a condition, in its standard form."""
    return ordered(body) if isinstance(body, Boolean) else body


def _compare(a: Bound, b: Bound) -> int:
    return int(_key(a).compare(_key(b)))


def _key(form: Bound) -> sp.Tuple:
    """What is compared; the number in front comes last: names decide on which side SymPy puts a sign."""
    number, rest = form.body.as_coeff_Mul() if isinstance(form.body, Expr) else (S.One, form.body)
    return sp.Tuple(rest, form.mask, *form.at, number)


@dataclass(frozen=True)
class _Use:
    """A node that letters stand in: what it is and what it stands in, and what its slots hold."""

    context: str
    slots: tuple[Basic, ...]
    unordered: bool


class _Orders:
    """The orders of the letters that are worth trying."""

    def __init__(self, body: Basic, mask: Basic, letters: tuple[Idx, ...], at: tuple[Basic, ...]) -> None:
        self.body, self.mask, self.letters = body, mask, letters
        self.place = {x: k for k, x in enumerate(letters)}
        self.at = at
        self.uses: list[_Use] = []
        _collect(body, frozenset(letters), "", self.uses)
        _collect(mask, frozenset(letters), "mask", self.uses)

    def __iter__(self) -> Iterator[list[int]]:
        ranges = sorted({_range(x) for x in self.letters})
        return self._branch({x: ranges.index(_range(x)) for x in self.letters})

    def _branch(self, colours: dict[Idx, int]) -> Iterator[list[int]]:
        colours = self._refined(colours)
        ranked = sorted(self.letters, key=lambda x: colours[x])
        groups = (list(g) for _, g in itertools.groupby(ranked, key=lambda x: colours[x]))
        tied = next((g for g in groups if len(g) > 1), None)
        if tied is None:
            yield [self.place[x] for x in ranked]
            return
        tried: list[Idx] = []
        for first in tied:
            if not any(self._alike(first, other) for other in tried):
                tried.append(first)
                yield from self._branch({x: 2 * c + (x != first) for x, c in colours.items()})

    def _alike(self, a: Idx, b: Idx) -> bool:
        """Whether exchanging the two letters changes nothing."""
        if self.at and self.at[self.place[a]] != self.at[self.place[b]]:
            return False
        swap = {a: b, b: a}
        return bool(self.body.xreplace(swap) == self.body and ordered(self.mask.xreplace(swap)) == ordered(self.mask))

    def _refined(self, colours: dict[Idx, int]) -> dict[Idx, int]:
        """Split letters of one colour by the colours of those that they stand with, until nothing changes."""
        while True:
            signs = {x: (colours[x], sorted(_view(u, x, colours) for u in self.uses if x in u.slots)) for x in colours}
            ranks = sorted(signs.values())
            new = {x: ranks.index(s) for x, s in signs.items()}
            if len(set(new.values())) == len(set(colours.values())):
                return new
            colours = new


def _view(use: _Use, own: Idx, colours: dict[Idx, int]) -> tuple[str, str]:
    """A use as one of its letters sees it."""
    slots = ["self" if x == own else f"letter {colours[x]}" if x in colours else _seen(x) for x in use.slots]
    return use.context, ", ".join(sorted(slots) if use.unordered else slots)


def _seen(slot: Basic) -> str:
    """Another slot; letters bound further inside have names that may still change with ours."""
    return str(slot) if isinstance(slot, Idx) and not is_bound_name(slot) else "other"


def _collect(expr: Basic, letters: frozenset[Idx], context: str, found: list[_Use]) -> None:
    """Gather the uses of the letters. Signs are looked through: names decide where they stand."""
    if not expr.args or isinstance(expr, (Idx, IndexedBase)):
        return
    unordered = isinstance(expr, (Add, Mul, BooleanFunction, sp.Eq, sp.Ne)) or getattr(expr, "unordered", False)
    label = _label(expr)
    context += f"/{label}" if label else ""
    if any(a in letters for a in expr.args):
        found.append(_Use(context, expr.args, unordered))
    for k, part in enumerate(expr.args):
        _collect(part, letters, context if unordered else f"{context}.{k}", found)


def _label(expr: Basic) -> str:
    if isinstance(expr, Indexed):
        return str(expr.base)
    if isinstance(expr, (Add, Mul)):
        sizes = (abs(a) if a.is_Number else a for a in expr.args if a.is_Number or a.is_Symbol)
        return " ".join(sorted(str(a) for a in sizes if a != 1))
    return f"power {expr.exp}" if isinstance(expr, Pow) and expr.exp.is_Number else type(expr).__name__
