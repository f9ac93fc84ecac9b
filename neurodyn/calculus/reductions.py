"""Reductions: operations that bind letters, such as a sum over j.

A reduction holds a body, a mask (the terms that take part) and the letters it binds. Its constructor
gives the letters their canonical reserved names (by height, then by range, then by use and least form), so
equality is equality up to bound letters and the order of summation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, NoReturn

import sympy as sp
from sympy import Expr, Idx, S
from sympy.logic.boolalg import Boolean

from neurodyn.calculus.conditions import ordered
from neurodyn.calculus.letters import bound_height, free_letters, fresh
from neurodyn.calculus.naming import canonical


@lru_cache(maxsize=1 << 14)
def height(expr: sp.Basic) -> int:
    """The largest number of binders stacked in the expression."""
    if isinstance(expr, Reduction):
        return expr.height
    return max((height(a) for a in expr.args), default=0)


class Reduction(Expr):  # type: ignore[misc]  # SymPy carries no types
    """Base of all binders: `cls(body, mask, letters)`, with `mask` a SymPy Boolean."""

    __slots__ = ("free", "height")
    is_commutative = True
    is_real = True
    keeps_order: ClassVar[bool] = False  # whether the order of the letters means something
    height: int
    free: frozenset[Idx]

    def __new__(cls, body: Any, mask: Any, letters: Iterable[Idx], at: Iterable[Expr] = ()) -> Any:
        body, mask, letters, at = sp.sympify(body), sp.sympify(mask), tuple(letters), tuple(map(sp.sympify, at))
        if not letters or len(set(letters)) < len(letters) or not all(isinstance(x, Idx) for x in letters):
            raise ValueError(f"a reduction binds one or more different letters, not {letters}")
        level = 1 + max(height(body), height(mask))
        free = (free_letters(body) | free_letters(mask)).difference(letters)
        if any(bound_height(x) == level for x in free):
            raise ValueError("a binder was put under another one that was not opened: a letter would be captured")
        new = canonical(body, mask, letters, at, level, cls.keeps_order)
        self = Expr.__new__(cls, new.body, new.mask, sp.Tuple(*new.letters), *([sp.Tuple(*new.at)] if at else []))
        self.height = max(level, *(height(a) for a in at)) if at else level
        self.free = free.union(*(free_letters(a) for a in at))
        return self

    @property
    def body(self) -> Expr:
        """What is reduced, in terms of the reserved letters: open before looking inside."""
        return self.args[0]

    @property
    def mask(self) -> sp.Basic:
        """The condition for a term to take part."""
        return self.args[1]

    @property
    def letters(self) -> tuple[Idx, ...]:
        """The bound letters."""
        return tuple(self.args[2])

    @property
    def bound(self) -> frozenset[Idx]:
        """The bound letters as a set."""
        return frozenset(self.args[2])

    @property
    def at(self) -> tuple[Expr, ...]:
        """The positions at which a reduction that has one value for each is taken; most have none."""
        return tuple(self.args[3]) if len(self.args) > 3 else ()

    @property
    def free_symbols(self) -> set[sp.Basic]:
        inside = set().union(*(a.free_symbols for a in self.args))
        own = {x.label for x in self.letters} | set(self.letters)
        return {s for s in inside if s not in own and not own & s.free_symbols}

    def _sympystr(self, printer: Any) -> str:
        parts = [printer._print(self.body), *(printer._print(x) for x in self.letters)]
        if self.mask is not S.true:
            parts.append(printer._print(self.mask))
        parts.extend(f"at {printer._print(a)}" for a in self.at)
        return f"{type(self).__name__}({', '.join(parts)})"

    def open(self) -> tuple[Expr, sp.Basic, tuple[Idx, ...]]:
        """Body, mask and letters, with fresh letters in place of the bound ones."""
        new = tuple(fresh(x) for x in self.letters)
        mapping = dict(zip(self.letters, new, strict=True))
        return self.body.xreplace(mapping), self.mask.xreplace(mapping), new

    def rebuild(self, body: Expr, mask: sp.Basic, letters: Sequence[Idx], at: Sequence[Expr] | None = None) -> Expr:
        """The same reduction of another body (and at other positions, if it is taken at some)."""
        return self.func(body, mask, letters, self.at if at is None else at)

    # SymPy's own walkers rebuild from the inside out. A binder that comes in by them could take a name that one
    # further outside still has, so the way there is opened first.

    def _xreplace(self, rule: Mapping[sp.Basic, sp.Basic]) -> tuple[sp.Basic, bool]:
        if all(isinstance(old, Idx) for old in rule):
            if self.free.isdisjoint(rule):
                return self, False
            if self._keeps_names(rule):
                return self._renamed(rule), True
        if self in rule or all(height(new) == 0 for new in rule.values()):
            return super()._xreplace(rule)  # type: ignore[no-any-return]
        body, mask, letters = self.open()
        parts = [x._xreplace(rule) for x in (body, mask, *self.at)]
        if not any(changed for _, changed in parts):
            return self, False
        new = [x for x, _ in parts]
        return self.rebuild(new[0], new[1], letters, new[2:]), True

    def _keeps_names(self, rule: Mapping[sp.Basic, sp.Basic]) -> bool:
        """Whether other letters for free ones leave the names of the bound ones: nothing merges, and one bound letter
        of a range has no other to be told from."""
        put = [rule[x] for x in self.free if x in rule]
        ranges = {(x.lower, x.upper) for x in self.letters}
        apart = len(ranges) == len(self.letters) and self.bound.isdisjoint(rule)
        return apart and all(isinstance(x, Idx) for x in put) and len({*put} - self.free) == len(put)

    def _renamed(self, rule: Mapping[sp.Basic, sp.Basic]) -> Reduction:
        """The same reduction with other free letters, its bound letters kept."""
        body, mask, letters, *at = (a.xreplace(rule) for a in self.args)
        body = ordered(body) if isinstance(body, Boolean) else body
        same = Expr.__new__(type(self), body, ordered(mask), letters, *at)
        same.height, same.free = self.height, frozenset(rule.get(x, x) for x in self.free)
        assert isinstance(same, Reduction)
        return same

    def _eval_subs(self, old: sp.Basic, new: sp.Basic) -> sp.Basic | None:
        if height(new) == 0:
            return None
        body, mask, letters = self.open()
        at = [a._subs(old, new) for a in self.at]
        return self.rebuild(body._subs(old, new), mask._subs(old, new), letters, at)

    def _eval_derivative(self, by: sp.Basic) -> NoReturn:
        raise TypeError("SymPy's diff does not know bound letters: use neurodyn.calculus.derivative")


class Sum(Reduction):
    """Sum of the terms."""


class Product(Reduction):
    """Product of the terms."""


class LogSumExp(Reduction):
    """log of the sum of exponentials; -infinity when no term takes part."""


class Largest(Reduction):
    """The largest term."""


class Smallest(Reduction):
    """The smallest term."""


class ArgLargest(Reduction):
    """Position of the largest term (the first of equals); binds one letter."""


class ArgSmallest(Reduction):
    """Position of the smallest term (the first of equals); binds one letter."""


class KthLargest(Reduction):
    """`KthLargest(body, mask, letters, (k,))`: the k-th of the terms from the largest down; binds one letter."""

    @property
    def rank(self) -> Expr:
        """Which of the terms: 1 is the largest."""
        return self.at[0]


class Norm(Reduction):
    """Square root of the sum of squares."""


class Count(Reduction):
    """How many terms fulfil the condition; the body is a condition."""


class Softmax(Reduction):
    """`Softmax(body, mask, letters, at)`: exp of the body at positions `at`, over the sum of exponentials."""

    is_nonnegative = True

    def __new__(cls, body: Any, mask: Any, letters: Iterable[Idx], at: Iterable[Expr]) -> Any:
        letters, at = tuple(letters), tuple(at)
        if len(at) != len(letters):
            raise ValueError("a softmax has one position for each bound letter")
        return super().__new__(cls, body, mask, letters, at)
