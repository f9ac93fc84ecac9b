"""Squared distances between two families of points, without an array of all differences.

`sum((x[i] - y[m,i])**2, i)` is |x|**2 - 2*x.y + |y|**2. That form cancels: its error is a few rounding errors of
|x|**2 + |y|**2, not of the distance. Two measures keep it small. Both families are first moved by the mean of the
second, which costs one copy of it (in the setup, when it is constant). And each result below 1/64 of
|x|**2 + |y|**2 is computed again from the differences of the points as they were given, so that the relative error
of every squared distance stays below 64*(D + 8) rounding errors of 1.1e-16, for D summed terms, however close the
points are. Recomputing takes time where many pairs are that close, but no array of all differences.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, Expr, Idx

from neurodyn.program.arithmetic import addition, binary, product
from neurodyn.program.builder import Letter, Ref
from neurodyn.program.context import Context
from neurodyn.program.contraction import contract, summed
from neurodyn.program.program import TRIAL

# Without trials, arrays of so many differences are made: this is as fast as a matrix product, and exact to the last
# bits of each difference.
SMALL = 4096


def squared_distance(ctx: Context, difference: Expr, letters: Sequence[Idx]) -> Ref | None:
    """The sum over `letters` of the squared difference; None where it is no distance between two families."""
    sides = _sides(ctx, difference)
    if sides is None:
        return None
    (left, left_axes), (right, right_axes) = sides
    over, whole = frozenset[Letter](letters), left_axes | right_axes
    if not over <= left_axes & right_axes or not right_axes - left_axes:
        return None
    if TRIAL not in whole and ctx.builder.volume(whole) <= SMALL:
        return None
    return _distance(ctx, ctx.lower(left), ctx.lower(-right), over)


Side = tuple[Expr, frozenset[Letter]]


def _sides(ctx: Context, difference: Expr) -> tuple[Side, Side] | None:
    """The bracket as two sums of terms: those with the largest set of letters, and all others."""
    if not isinstance(difference, Add):
        return None
    axes = {term: ctx.axes_of(term) for term in difference.args}
    largest = max(axes.values(), key=lambda a: (ctx.builder.volume(a - {TRIAL}), len(a)))
    right = [t for t, a in axes.items() if a == largest]
    left = [t for t, a in axes.items() if a != largest]
    if not left:
        return None
    left_axes = frozenset[Letter]().union(*(axes[t] for t in left))
    return (Add(*left), left_axes), (Add(*right), largest)


def _distance(ctx: Context, left: Ref, right: Ref, over: frozenset[Letter]) -> Ref:
    build = ctx.builder
    family = frozenset(right.axes) - frozenset(left.axes)
    count = build.literal(float(build.volume(family)))
    centre = product(build, (summed(build, right, family),), (count,))
    a, b = (binary(build, "subtract", side, centre) for side in (left, right))
    squares = [contract(build, (side, side), over) for side in (a, b)]
    cross = contract(build, (binary(build, "multiply", build.literal(-2.0), a), b), over)
    raw = addition(build, [(False, cross), (False, squares[0]), (False, squares[1])])
    return build.emit("refined_squares", (raw, left, right, *squares), raw.axes, over=sorted(over, key=str))
