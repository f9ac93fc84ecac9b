"""Positions that are whole-number mixes of letters, numbers and sizes: `x[i + 1]`, with what happens beyond the ends.

A position carries the size of its index set and its rule, so that nothing has to be looked up. A cyclic or clamped
position is valid wherever it stands. The other two are promised to be inside where they matter: `x[i + 1]` on an
index with ends of zero is `Where(Inside(i + 1, N), x[Padded(i + 1, N)], 0)`, and an open one stands under a binder
whose mask holds `Inside`. What calculus derives (`i = k - 1`, from a delta) is promised in the same way.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

import sympy as sp
from sympy import Add, Dummy, Expr, Function, Idx, Mul, S, Symbol
from sympy.logic.boolalg import BooleanFunction

from neurodyn.calculus.letters import free_letters, size_of


class Position(Function):  # type: ignore[misc]  # SymPy carries no types
    """`cls(raw, size)`: the position `raw` of an index set of that size; as a number, the position that is meant."""

    nargs = 2
    is_integer = True
    rule: ClassVar[str]

    @property
    def raw(self) -> Expr:
        """The position as it was written."""
        return self.args[0]

    @property
    def size(self) -> Expr:
        """The size of the index set."""
        return self.args[1]

    @classmethod
    def eval(cls, raw: Expr, size: Expr) -> Expr | None:
        new = cls._reduced(raw, size)
        if is_inside(new, size):
            return new
        return None if new == raw else cls(new, size)

    @classmethod
    def _reduced(cls, raw: Expr, size: Expr) -> Expr:
        return _flat(raw)


class Cyclic(Position):
    """After the last comes the first."""

    rule = "cyclic"

    @classmethod
    def _reduced(cls, raw: Expr, size: Expr) -> Expr:
        """Without whole turns, also those that a cyclic position inside takes."""
        terms = []
        for term in Add.make_args(_flat(raw)):
            number, rest = term.as_coeff_Mul()
            inner = isinstance(rest, Cyclic) and rest.size == size
            terms.append(number * rest.raw if inner else term)
        return Add(*(t for t in Add.make_args(Add(*terms)) if size not in Mul.make_args(t)))


class Clamped(Position):
    """Beyond an end stands the end element again."""

    rule = "clamp"


class Padded(Position):
    """Beyond an end stands nothing, which counts as 0."""

    rule = "zero"


class Open(Position):
    """Beyond an end there is no term."""

    rule = "open"


BY_RULE: dict[str, type[Position]] = {c.rule: c for c in (Cyclic, Clamped, Padded, Open)}


class Inside(BooleanFunction):  # type: ignore[misc]
    """Whether a position lies in its index set: `0 <= raw < size`."""

    nargs = 2

    @classmethod
    def eval(cls, raw: Expr, size: Expr) -> Any:
        new = _flat(raw)
        if is_inside(new, size):
            return S.true
        if is_outside(new, size):
            return S.false
        return None if new == raw else cls(new, size)


def promised(position: Expr) -> Expr:
    """The position itself, without the node of one that is promised to be inside."""
    return position.raw if isinstance(position, (Padded, Open)) else position


def is_valid(position: Expr) -> bool:
    """Whether a position is one wherever it stands: a promised one is so only where its promise holds."""
    return not isinstance(position, (Padded, Open))


def _flat(raw: Expr) -> Expr:
    """The terms of a mix, with promised positions as what they are."""
    terms = []
    for term in Add.make_args(sp.expand_mul(raw)):
        number, rest = term.as_coeff_Mul()
        terms.append(number * promised(rest))
    return Add(*terms)


@lru_cache(maxsize=1 << 12)
def bounds(raw: Expr) -> tuple[Expr, Expr] | None:
    """The least and the largest value of a mix of letters, numbers and sizes; None for what is no such mix."""
    low = high = S.Zero
    for term in Add.make_args(raw):
        moving = [f for f in Mul.make_args(term) if isinstance(f, (Idx, Cyclic, Clamped))]
        factor = Mul(*(f for f in Mul.make_args(term) if f not in moving))
        if len(moving) > 1 or not _is_whole(factor):
            return None
        top = factor * (_top(moving[0]) if moving else S.One)
        ends = (S.Zero, top) if moving else (top, top)
        if not (is_at_least_zero(factor) or is_at_least_zero(-factor)):
            return None
        first, last = ends if is_at_least_zero(factor) else reversed(ends)
        low, high = low + first, high + last
    return low, high


def _is_whole(factor: Expr) -> bool:
    """Whether a factor is made of whole numbers and sizes."""
    return all(f.is_Integer or (isinstance(f, Symbol) and f.is_integer) for f in Mul.make_args(factor))


def _top(moving: Expr) -> Expr:
    return (size_of(moving) if isinstance(moving, Idx) else moving.size) - 1


@lru_cache(maxsize=1 << 12)
def is_at_least_zero(expr: Expr) -> bool:
    """Whether an expression of sizes is 0 or more for all sizes; False where that is not plain to see."""
    return all(c >= 0 for c in _coefficients(expr))


def is_below_zero(expr: Expr) -> bool:
    """Whether an expression of sizes is below 0 for all sizes."""
    return is_at_least_zero(-expr - 1)


def _coefficients(expr: Expr) -> list[Expr]:
    """The coefficients of a polynomial in the sizes less 1, which are 0 or more."""
    put = {s: 1 + Dummy(s.name) for s in expr.free_symbols}
    terms = Add.make_args(sp.expand(expr.xreplace(put)))
    return [t.as_coeff_Mul()[0] for t in terms]


def is_inside(raw: Expr, size: Expr) -> bool:
    """Whether a position is sure to be inside."""
    ends = bounds(raw)
    return ends is not None and is_at_least_zero(ends[0]) and is_at_least_zero(size - 1 - ends[1])


def is_outside(raw: Expr, size: Expr) -> bool:
    """Whether a position is sure to be outside."""
    ends = bounds(raw)
    return ends is not None and (is_below_zero(ends[1]) or is_at_least_zero(ends[0] - size))


def solved(difference: Expr, letter: Idx) -> Expr | None:
    """The value of a letter at which a difference is 0, where the letter stands in it once, with the factor 1 or -1."""
    own = [t for t in Add.make_args(difference) if letter in free_letters(t)]
    if len(own) != 1 or own[0] not in (letter, -letter):
        return None
    rest = Add(*(t for t in Add.make_args(difference) if t is not own[0]))
    return -rest if own[0] == letter else rest


def compared(a: Expr, b: Expr) -> bool | tuple[Expr, Expr]:
    """Whether two valid positions are equal: always, never, or where the two that are returned are equal.

    All ways to move terms from one side to the other give the same two.
    """
    if a == b:
        return True
    if isinstance(b, Cyclic) and not isinstance(a, Cyclic):
        a, b = b, a
    if isinstance(a, Cyclic):
        return _compared_cyclic(a, b)
    ends = bounds(sp.expand(a - b))
    if ends is None:
        return False if (a - b).is_Integer else (a, b)
    if is_below_zero(ends[1]) or is_below_zero(-ends[0]):
        return False
    if all(isinstance(x, Idx) or x.is_Integer for x in (a, b)):
        return a, b
    return _sides(sp.expand(a - b))


def _compared_cyclic(a: Cyclic, b: Expr) -> bool | tuple[Expr, Expr]:
    if isinstance(b, Cyclic) and b.size == a.size:
        b = b.raw
    elif b != 0 and not (isinstance(b, Idx) and size_of(b) == a.size):
        return a, b
    difference = Cyclic(a.raw - b, a.size)
    if not isinstance(difference, Cyclic):
        return True if difference == 0 else (difference, S.Zero)
    left, right = _sides(difference.raw)
    if all(isinstance(x, Idx) and size_of(x) == a.size for x in (left, right)):
        return left, right
    signs = [sorted(int(t.as_coeff_Mul()[0]) * s for t in Add.make_args(difference.raw)) for s in (1, -1)]
    return Cyclic(difference.raw if signs[0] >= signs[1] else -difference.raw, a.size), S.Zero


def _sides(difference: Expr) -> tuple[Expr, Expr]:
    """The two sides of `difference == 0`, each without a minus."""
    terms = Add.make_args(difference)
    plus = [t for t in terms if t.as_coeff_Mul()[0] > 0]
    return Add(*plus), -Add(*(t for t in terms if t not in plus))
