"""Products and sums of values, in the order that makes the fewest and smallest arrays.

Values with equal axes are joined first, constants before what changes, then small ones go into larger ones: scalar
factors never cost a pass of their own over a large array, and constant parts move to the setup.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sympy import Rational, S

from neurodyn.program.builder import Builder, Letter, Ref
from neurodyn.program.spellings import COMMUTATIVE

Part = TypeVar("Part")

FOLDED: dict[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b if b else math.nan,
}


def binary(build: Builder, op: str, a: Ref, b: Ref) -> Ref:
    """An operation on two values; numbers are folded."""
    x, y = build.number(a), build.number(b)
    if x is not None and y is not None and op in FOLDED:
        folded = FOLDED[op](x, y)
        if math.isfinite(folded):
            return build.literal(folded)
    if op == "multiply" and x == 1:
        return b
    if op in ("multiply", "divide") and y == 1:
        return a
    if op in COMMUTATIVE and a.value > b.value:
        a, b = b, a
    return build.elementwise(op, (a, b))


def negative(build: Builder, a: Ref) -> Ref:
    """The value with the other sign."""
    x = build.number(a)
    return build.elementwise("negative", (a,)) if x is None else build.literal(-x)


def unsigned(build: Builder, ref: Ref) -> tuple[bool, Ref]:
    """A value without its sign, so that a sum or product takes the sign where it costs nothing."""
    minus = False
    while build.steps[ref.value].op == "negative":
        minus, ref = not minus, build.operands(ref)[1][0]
    return minus, ref


@dataclass(frozen=True)
class _Group(Generic[Part]):
    axes: frozenset[Letter]
    part: Part


def _merge(build: Builder, groups: Iterable[_Group[Part]], join: Callable[[Part, Part], Part]) -> Part:
    """Join groups, the smallest first, each into the smallest that has all its axes (else into the next)."""
    left = sorted(groups, key=lambda g: build.volume(g.axes))
    while len(left) > 1:
        small = left.pop(0)
        at = next((k for k, g in enumerate(left) if g.axes >= small.axes), 0)
        large = left.pop(at)
        left.append(_Group(large.axes | small.axes, join(small.part, large.part)))
        left.sort(key=lambda g: build.volume(g.axes))
    return left[0].part


def _chain(build: Builder, op: str, refs: Sequence[Ref]) -> Ref | None:
    """`a op b op c`, constants first."""
    ordered = sorted(refs, key=lambda r: (not build.is_constant(r), r.value))
    result: Ref | None = None
    for ref in ordered:
        result = ref if result is None else binary(build, op, result, ref)
    return result


Fraction = tuple[Ref | None, Ref | None]


def product(build: Builder, over: Sequence[Ref], under: Sequence[Ref] = (), coefficient: Rational = S.One) -> Ref:
    """The product of `over`, divided by each of `under`, times a number."""
    signs = [unsigned(build, r) for r in (*over, *under)]
    if sum(minus for minus, _ in signs) % 2:
        coefficient = -coefficient
    over, under = [r for _, r in signs[: len(over)]], [r for _, r in signs[len(over) :]]
    if any(build.number(r) == 0 for r in over):
        return build.literal(0.0)
    over, under, minus = _with_coefficient(build, over, under, coefficient)
    groups = [
        _Group[Fraction](
            axes,
            (
                _chain(build, "multiply", [r for r in over if frozenset(r.axes) == axes]),
                _chain(build, "multiply", [r for r in under if frozenset(r.axes) == axes]),
            ),
        )
        for axes in dict.fromkeys(frozenset(r.axes) for r in (*over, *under))
    ]
    if not groups:
        return build.literal(-1.0 if minus else 1.0)
    groups = [_Group(g.axes, (_quotient(build, g.part), None) if g.part[0] else g.part) for g in groups]
    result = _quotient(build, _merge(build, groups, lambda a, b: _join_fractions(build, a, b)))
    return negative(build, result) if minus else result


def _with_coefficient(
    build: Builder, over: Sequence[Ref], under: Sequence[Ref], coefficient: Rational
) -> tuple[list[Ref], list[Ref], bool]:
    """The number goes to the scalars as a factor or, for 1/3, as a divisor; so does the sign, if there is a scalar."""
    minus = bool(coefficient < 0) != bool(sum(build.number(r) == -1 for r in (*over, *under)) % 2)
    over, under = ([r for r in refs if build.number(r) not in (1, -1)] for refs in (over, under))
    p, q = abs(int(coefficient.p)), int(coefficient.q)
    if p == 1 and q & (q - 1):
        under.append(build.literal(float(q)))
    elif (p, q) != (1, 1):
        over.append(build.literal(p / q))
    for refs in (over, under):
        for k, ref in enumerate(refs):
            if minus and not ref.axes:
                refs[k], minus = negative(build, ref), False
    return over, under, minus


def _join_fractions(build: Builder, a: Fraction, b: Fraction) -> Fraction:
    """The product of two fractions; at most one side of each is there, so one pass joins them."""
    over = [r for r in (a[0], b[0]) if r]
    under = [r for r in (a[1], b[1]) if r]
    if over and under:
        return binary(build, "divide", over[0], under[0]), None
    refs = over or under
    joined = binary(build, "multiply", refs[0], refs[1])
    return (joined, None) if over else (None, joined)


def _quotient(build: Builder, fraction: Fraction) -> Ref:
    over, under = fraction
    if under is None:
        assert over is not None
        return over
    return binary(build, "divide", over or build.literal(1.0), under)


Signed = tuple[bool, Ref]  # whether the value is taken away


def addition(build: Builder, terms: Sequence[Signed]) -> Ref:
    """The sum of signed values."""
    inner = [unsigned(build, r) for _, r in terms]
    terms = _remaining(build, [(minus != sign, r) for (minus, _), (sign, r) in zip(terms, inner, strict=True)])
    if not terms:
        return build.literal(0.0)
    groups = []
    for axes in dict.fromkeys(frozenset(r.axes) for _, r in terms):
        same = [t for t in terms if frozenset(t[1].axes) == axes]
        plus = _chain(build, "add", [r for taken, r in same if not taken])
        minus = _chain(build, "add", [r for taken, r in same if taken])
        groups.append(_Group[Signed](axes, _difference(build, plus, minus)))
    is_taken, result = _merge(build, groups, lambda a, b: _join_signed(build, a, b))
    return negative(build, result) if is_taken else result


def _remaining(build: Builder, terms: Sequence[Signed]) -> list[Signed]:
    """Without zeros, and without what is added and taken away again."""
    left: list[Signed] = []
    for minus, ref in terms:
        if (not minus, ref) in left:
            left.remove((not minus, ref))
        elif build.number(ref) != 0:
            left.append((minus, ref))
    return left


def _difference(build: Builder, plus: Ref | None, minus: Ref | None) -> Signed:
    if plus is None:
        assert minus is not None
        return True, minus
    return False, plus if minus is None else binary(build, "subtract", plus, minus)


def _join_signed(build: Builder, a: Signed, b: Signed) -> Signed:
    if a[0] == b[0]:
        return a[0], binary(build, "add", a[1], b[1])
    plus, minus = (b, a) if a[0] else (a, b)
    return False, binary(build, "subtract", plus[1], minus[1])


@dataclass(frozen=True)
class Peeled:
    """A value as `sign * core * over / under`."""

    core: Ref
    over: tuple[Ref, ...] = ()
    under: tuple[Ref, ...] = ()
    sign: int = 1


def peel(build: Builder, ref: Ref, bound: frozenset[Letter], made: int) -> Peeled:
    """Take from a factor of a sum over `bound` what can as well be multiplied or divided after the sum.

    A softmax weight gives up its division, a scaled value its scale, if the sum has fewer elements (`made`) than the
    factor. A constant factor, which costs nothing in the run, gives up no more than a scalar.
    """
    minus, ref = unsigned(build, ref)
    sign = -1 if minus else 1
    op, operands = build.operands(ref)
    if op not in ("multiply", "divide") or made > build.volume(ref.axes):
        return Peeled(ref, sign=sign)
    for k in (1, 0) if op == "multiply" else (1,):
        scale, rest = operands[k], operands[1 - k]
        if bound & frozenset(scale.axes) or frozenset(rest.axes) != frozenset(ref.axes):
            continue
        if scale.axes and build.is_constant(ref):
            continue
        inner = peel(build, rest, bound, made)
        if op == "divide":
            return Peeled(inner.core, inner.over, (*inner.under, scale), sign * inner.sign)
        return Peeled(inner.core, (*inner.over, scale), inner.under, sign * inner.sign)
    return Peeled(ref, sign=sign)


def handed(build: Builder, refs: Sequence[Ref]) -> list[Ref]:
    """The factors of a sum, a divisor of one handed to another that has its letters and is smaller.

    In the gradient of attention the weights are summed over their queries too: these are divided, not the weights.
    """
    found = list(refs)
    for k, ref in enumerate(refs):
        op, operands = build.operands(ref)
        if op != "divide" or build.is_constant(ref) or frozenset(operands[0].axes) != frozenset(ref.axes):
            continue
        rest, scale = operands
        for n, other in enumerate(found):
            smaller = n != k and build.volume(other.axes) < build.volume(ref.axes)
            if smaller and frozenset(scale.axes) <= frozenset(other.axes):
                found[k], found[n] = rest, binary(build, "divide", other, scale)
                break
    return found
