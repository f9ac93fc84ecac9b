"""Positions that run through an index set with one or two letters: slices, joined at the ends, and windows of them.

No position is looked up in the run: `x[i + 1]` is a slice, on a cyclic index two of them, and `x[r + p]` is a view
in which each row starts one element later than the row above.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Add, Expr, Idx, Mul, Symbol

from neurodyn.calculus.positions import Clamped, Cyclic, Position
from neurodyn.program.builder import Letter, Ref
from neurodyn.program.context import Context

MOST_TURNS = 8  # times as many positions as elements; beyond, these are taken one by one


def mix(ctx: Context, raw: Expr) -> tuple[int, dict[Idx, int]] | None:
    """A mix of letters, numbers and sizes as a number and the factor of each letter; None for what is no such mix."""
    shift, factors = 0, dict[Idx, int]()
    for term in Add.make_args(raw):
        letters = [f for f in Mul.make_args(term) if isinstance(f, Idx)]
        rest = [f for f in Mul.make_args(term) if not isinstance(f, Idx)]
        if len(letters) > 1 or not all(f.is_Integer or (isinstance(f, Symbol) and f.is_integer) for f in rest):
            return None
        factor = 1
        for f in rest:
            factor *= ctx.builder.number_of(f)
        if letters:
            factors[letters[0]] = factors.get(letters[0], 0) + factor
        else:
            shift += factor
    return shift, {x: c for x, c in factors.items() if c}


@dataclass(frozen=True)
class Pieces:
    """How an axis is put together: `before` elements, then slices, then `after` elements.

    Those before and after are the end element again, or zeros.
    """

    before: int
    slices: tuple[tuple[int, int], ...]
    after: int
    repeats: bool


def slid(ctx: Context, ref: Ref, slot: Letter, position: Position) -> Ref:
    """The value with one of its letters at a sliding position."""
    found = mix(ctx, position.raw)
    assert found is not None
    shift, factors = found
    counts = {x: ctx.builder.size(x) or 1 for x in factors}
    first = shift + sum(c * (counts[x] - 1) for x, c in factors.items() if c < 0)
    length = 1 + sum(n - 1 for n in counts.values())
    pieces = _pieces(position, first, length, ctx.builder.number_of(position.size))
    place = ref.axes.index(slot)
    private: Letter = f"along {slot}"
    base = Ref(ref.value, tuple(f"from {a}" if a == slot else a for a in ref.axes))
    (row, *column), flips = list(factors), tuple(c < 0 for c in factors.values())
    if not column:
        axes = (*base.axes[:place], row, *base.axes[place + 1 :])
        return ctx.builder.emit("slide", (base,), axes, data=(place, pieces, flips[0]))
    axes = (*base.axes[:place], private, *base.axes[place + 1 :])
    joined = ctx.builder.emit("slide", (base,), axes, data=(place, pieces, False))
    axes = (*base.axes[:place], row, *base.axes[place + 1 :], column[0])
    return ctx.builder.emit("windows", (joined,), axes, data=(place, tuple(counts.values()), flips))


def _pieces(position: Position, first: int, length: int, size: int) -> Pieces:
    """The elements at `length` positions from `first` on."""
    if isinstance(position, Cyclic):
        slices = []
        at, left = first % size, length
        while left:
            count = min(size - at, left)
            slices.append((at, at + count))
            at, left = 0, left - count
        return Pieces(0, tuple(slices), 0, False)
    before = min(max(-first, 0), length)
    after = min(max(first + length - size, 0), length)
    middle = (max(first, 0), min(first + length, size))
    return Pieces(before, (middle,) if middle[0] < middle[1] else (), after, isinstance(position, Clamped))
