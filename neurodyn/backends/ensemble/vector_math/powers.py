"""x**y for any real y.

log2(x) is computed as a sum of two doubles, with some 66 digits, since an error in it is multiplied by up to 1000.
"""

from __future__ import annotations

import math

from neurodyn.backends.ensemble.vector_math.coefficients import LN2, LOG2_CUBE, LOG2_LINE, LOG2_REST
from neurodyn.backends.ensemble.vector_math.exponentials import fraction
from neurodyn.backends.ensemble.vector_math.logarithms import SMALLEST_NORMAL, parted, unbiased
from neurodyn.backends.ensemble.vector_math.values import MAGIC, Real

Pair = tuple[Real, Real]


def _sum(large: Real, small: Real) -> Pair:
    """The sum of two, and what rounding took; the first is the larger, or 0."""
    total = large + small
    return total, small - (total - large)


def _product(a: Pair, b: Pair) -> Pair:
    """The product of two sums."""
    high = a[0] * b[0]
    return high, a[0].fma(b[0], -high) + a[0].fma(b[1], a[1] * b[0])


def _log2(x: Real) -> Pair:
    """log2(x) of a positive finite x: k + s*(c1 + s**2*(c3 + s**2*...)), s = f/(2 + f)."""
    small = x < SMALLEST_NORMAL
    biased, m = parted(small.choose(x * 2.0**54, x))
    k = unbiased(biased) - small.choose(54.0, 0.0)
    s = _ratio(m)
    z = _product(s, s)
    cube = _sum(x.w.number(LOG2_CUBE[0]), z[0].fma(z[0].polynomial(LOG2_REST), LOG2_CUBE[1]))
    line = _product(z, cube)
    high, low = _sum(x.w.number(LOG2_LINE[0]), line[0])
    part = _product(s, (high, low + (line[1] + LOG2_LINE[1])))
    high, low = _sum(k, part[0])
    return _sum(high, low + part[1])


def _ratio(m: Real) -> Pair:
    """(m - 1)/(m + 1)."""
    f, d = m - 1.0, m + 1.0
    inverse = 1.0 / d
    s = f * inverse
    lost = (m - (d - 1.0)) * s
    return s, ((-s).fma(d, f) - lost) * inverse


def _exp2(p: Pair) -> Real:
    """2**p."""
    within = p[0].size() < 1100.0
    high, low = p[0].at_most(1100.0).at_least(-1100.0), within.choose(p[1], 0.0)
    moved, halved = high + MAGIC, high.fma(0.5, MAGIC)
    left = high - (moved - MAGIC)
    r = left * LN2[0]
    m = fraction(*_sum(r, left.fma(LN2[0], -r) + left.fma(LN2[1], low * LN2[0])))
    first = halved.bits().power_of_two()
    return first.fma(m, first) * (moved.bits() - halved.bits()).power_of_two()


def power(x: Real, y: Real) -> Real:
    """x**y; no number for x < 0 unless y is whole, 1 for y = 0 or x = 1, and C's values at zeros and infinities."""
    size = x.size()
    usual = (size > 0.0) & (size < math.inf)
    log = _log2(usual.choose(size, 1.0))
    high = y * log[0]
    found = _exp2((high, y.fma(log[0], -high) + y * log[1]))
    # At 0 and infinity what the logarithm's sign and that of y make of it.
    extreme = (size.equals(0.0).choose(-1.0, 1.0) * y > 0.0).choose(math.inf, 0.0)
    found = usual.choose(found, extreme)
    found = (size.equals(1.0) & y.equals(y)).choose(1.0, found)
    found = (x.differs(x) | y.differs(y)).choose(math.nan, found)
    whole, half = y.whole_part().equals(y), y * 0.5
    odd = whole & half.whole_part().differs(half)
    found = x.is_negative().choose(odd.choose(-found, (whole | ~usual).choose(found, math.nan)), found)
    return (x.equals(1.0) | y.equals(0.0)).choose(1.0, found)
