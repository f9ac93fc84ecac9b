"""Ranges of numbers, and what arithmetic and functions make of them.

Ends are exact rational numbers, or rounded outwards, so a range always holds the values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, nextafter
from typing import Any

import mpmath
import sympy as sp
from sympy import Expr
from sympy.core.evalf import PrecisionExhausted

from neurodyn.calculus import nodes

# Functions are computed to more bits than a float has, and moved by so many units of the last place of a float.
BITS, ULPS = 120, 2
# Beyond this an argument of a function counts as no larger.
FAR = 700

# An end of a range: infinite ends are floats.
End = Fraction | float


@dataclass(frozen=True)
class Range:
    """All numbers from `low` to `high`; without 0 if `nonzero`.

    Attributes:
        nonzero: whether 0, though between the ends or one of them, is never taken.
    """

    low: End = -inf
    high: End = inf
    nonzero: bool = False

    @property
    def is_nonnegative(self) -> bool:
        return self.low >= 0

    @property
    def is_nonpositive(self) -> bool:
        return self.high <= 0

    @property
    def is_positive(self) -> bool:
        return self.low > 0 or (self.low == 0 and self.nonzero)

    @property
    def has_no_zero(self) -> bool:
        return self.nonzero or self.low > 0 or self.high < 0

    def __neg__(self) -> Range:
        return Range(-self.high, -self.low, self.nonzero)

    def __add__(self, other: Range) -> Range:
        same = (self.is_nonnegative and other.is_nonnegative) or (self.is_nonpositive and other.is_nonpositive)
        nonzero = same and (self.has_no_zero or other.has_no_zero)
        return Range(self.low + other.low, self.high + other.high, nonzero)

    def __mul__(self, other: Range) -> Range:
        ends = [_times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Range(min(ends), max(ends), self.has_no_zero and other.has_no_zero)

    def hull(self, other: Range) -> Range:
        """The smallest range that holds both."""
        none = self.has_no_zero and other.has_no_zero
        return Range(min(self.low, other.low), max(self.high, other.high), none)


ANY, FLAG, UNIT = Range(), Range(Fraction(0), Fraction(1)), Range(Fraction(-1), Fraction(1))
NONNEGATIVE, POSITIVE = Range(Fraction(0)), Range(Fraction(0), inf, nonzero=True)


def of_number(expr: sp.Basic) -> Range:
    """The range of a number: exact, if it is rational."""
    if expr.is_Rational:
        exact = Fraction(int(expr.p), int(expr.q))
        return Range(exact, exact)
    if not expr.is_finite or not expr.is_real:
        return ANY
    try:
        value = float(sp.N(expr, 25, strict=True))
    except (PrecisionExhausted, TypeError):
        return ANY  # it may be 0
    return Range(_beside(value, -inf), _beside(value, inf))


def _beside(value: float, towards: float) -> End:
    """A number that is surely beyond one that was computed."""
    for _ in range(ULPS):
        value = nextafter(value, towards)
    return Fraction(value) if isfinite(value) else value


def _times(a: End, b: End) -> End:
    return Fraction(0) if a == 0 or b == 0 else a * b


def power_end(value: End, exponent: Expr, up: bool) -> End:
    """A power of an end, rounded up or down; exact where it can be."""
    if not isinstance(value, Fraction):
        return value if value > 0 or exponent % 2 == 1 else inf
    if exponent.is_Integer:
        return value ** int(exponent)
    if value in (0, 1):
        return value
    with mpmath.workprec(BITS):
        power = _wide(value) ** (mpmath.mpf(int(exponent.p)) / int(exponent.q))
        return max(_beside(float(power), inf if up else -inf), Fraction(0))


def _wide(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def size(base: Range) -> Range:
    """The range of the absolute value."""
    if base.is_nonnegative:
        return base
    if base.is_nonpositive:
        return -base
    return Range(Fraction(0), max(-base.low, base.high), base.nonzero)


def inverse(of: Range) -> Range:
    """The range of 1 over what is never 0."""
    if of.low < 0 < of.high:
        return Range(nonzero=True)
    low, high = (Fraction(0) if not isinstance(e, Fraction) else 1 / e if e else None for e in (of.high, of.low))
    return Range(-inf if low is None else low, inf if high is None else high, nonzero=True)


def of_sign(base: Range, exponent: Expr) -> Range:
    """The sign of a power or product, where no more is known."""
    if base.is_nonnegative or (exponent.is_Integer and exponent % 2 == 0):
        return NONNEGATIVE
    return ANY


def total(inner: Range, whole: bool) -> Range:
    """The range of a sum of any number of terms (one or more if all take part)."""
    nonzero, none = whole and inner.has_no_zero, Fraction(0)
    if inner.is_nonnegative:
        return Range(inner.low if whole else none, inf if inner.high > 0 else none, nonzero)
    if inner.is_nonpositive:
        return Range(-inf, inner.high if whole else none, nonzero)
    return ANY


def _increasing(row: Callable[[Any], Any], low: float, high: float, nonzero: bool = False) -> Callable[..., Range]:
    """The rule of an increasing function between two limits, which is 0 at 0 or nowhere."""

    def end(at: End, limit: float, towards: float) -> End:
        outwards = at if towards > 0 else -at
        if outwards > FAR:
            return _end(limit)
        if at == 0 and not nonzero:
            return Fraction(0)
        near = at if outwards > -FAR else Fraction(-FAR if towards > 0 else FAR)  # not as far out, so a bound too
        with mpmath.workprec(BITS):
            return _beside(float(row(_wide(Fraction(near)))), towards)

    def rule(of: Range) -> Range:
        return Range(max(end(of.low, low, -inf), _end(low)), min(end(of.high, high, inf), _end(high)),
                     nonzero or of.has_no_zero)  # fmt: skip

    return rule


def _end(value: float) -> End:
    return Fraction(value) if isfinite(value) else value


def _log(of: Range) -> Range:
    if of.low >= 1:
        return NONNEGATIVE
    return -NONNEGATIVE if of.low >= 0 and of.high <= 1 else ANY


def _sign(of: Range) -> Range:
    return Range(Fraction(-1 if of.low < 0 else 0), Fraction(1 if of.high > 0 else 0))


def _with_sign(of: Range) -> Range:
    """What has the sign of its argument."""
    return NONNEGATIVE if of.is_nonnegative else -NONNEGATIVE if of.is_nonpositive else ANY


def _sign_or(of: Range, tie: Range | None = None) -> Range:
    """The sign, and what it is at 0."""
    sign = _sign(of)
    return sign if of.has_no_zero or tie is None else sign.hull(tie)


def _relu(of: Range) -> Range:
    return Range(max(of.low, Fraction(0)), max(of.high, Fraction(0)), of.is_positive)


def _flag(*of: Range) -> Range:
    return FLAG


def _unit(of: Range) -> Range:
    return UNIT


def _positive(of: Range) -> Range:
    return POSITIVE


FUNCTIONS: Mapping[type, Callable[..., Range]] = {
    nodes.Delta: _flag, nodes.Heaviside: _flag, nodes.Sign: _sign_or,
    sp.sin: _unit, sp.cos: _unit, sp.exp: _increasing(mpmath.exp, 0.0, inf, nonzero=True),
    sp.tanh: _increasing(mpmath.tanh, -1.0, 1.0), sp.erf: _increasing(mpmath.erf, -1.0, 1.0),
    sp.atan: _increasing(mpmath.atan, -2.0, 2.0),
    sp.sinh: _with_sign, sp.cosh: lambda of: Range(Fraction(1)), sp.log: _log,
    nodes.Sigmoid: lambda of: Range(Fraction(0), Fraction(1), nonzero=True), nodes.Softplus: _positive,
    nodes.LogCosh: lambda of: NONNEGATIVE, nodes.Absolute: size, sp.Abs: size, nodes.Exprel: _positive,
    nodes.ExprelSlope: _positive, nodes.Expm1: _with_sign, nodes.I0e: _positive, nodes.Relu: _relu,
    nodes.Stop: lambda of: of,
    nodes.Larger: lambda a, b: Range(max(a.low, b.low), max(a.high, b.high)),
    nodes.Smaller: lambda a, b: Range(min(a.low, b.low), min(a.high, b.high)),
}  # fmt: skip
