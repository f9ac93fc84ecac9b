"""log and log1p.

x = 2**k*(1 + f) with 1 + f from sqrt(1/2) to sqrt(2). With s = f/(2 + f), log(1 + f) = 2*atanh(s) = f - s*(f - R), and
R is a polynomial in s**2. s*f is f**2/2 - s*f**2/2, so that the largest terms have no error of s.
"""

from __future__ import annotations

import math

from neurodyn.backends.ensemble.vector_math.coefficients import LN2, LOG, LOG_UNIT
from neurodyn.backends.ensemble.vector_math.values import EXPONENT_BIAS, FRACTION_BITS, Real, Whole

SMALLEST_NORMAL = 2.0**-1022
ROOT_HALF_BITS = 0x3FE6A09E667F3BCD  # of sqrt(1/2)
ONE_BITS = EXPONENT_BIAS << FRACTION_BITS
FRACTION = (1 << FRACTION_BITS) - 1
TWO_52_BITS = (EXPONENT_BIAS + FRACTION_BITS) << FRACTION_BITS
TINY = 2.0**-54  # below it x is its own log(1 + x)


def parted(x: Real) -> tuple[Whole, Real]:
    """k with the bias of exponents, and 1 + f, of a positive normal x."""
    raised = x.bits() + (ONE_BITS - ROOT_HALF_BITS)
    return raised >> FRACTION_BITS, ((raised & FRACTION) + ROOT_HALF_BITS).real()


def unbiased(k: Whole) -> Real:
    """k as a double: written into the low bits of 2**52, which is then taken off."""
    return (k | TWO_52_BITS).real() - (2.0**FRACTION_BITS + EXPONENT_BIAS)


def _sum(k: Real, f: Real, correction: Real | None) -> Real:
    """k*log(2) + log(1 + f) + correction."""
    s = f / (f + 2.0)
    z = s * s
    half = f * f * 0.5
    small = s * z.fma(z.polynomial(LOG), half)
    low = small if correction is None else small + correction
    return k.fma(LN2[0], f - (half - k.fma(LN2[1], low)))


def log(x: Real) -> Real:
    """log(x); -inf at 0, and no number below."""
    small = x < SMALLEST_NORMAL
    k, m = parted(small.choose(x * 2.0**54, x))
    return special(x, _sum(unbiased(k) - small.choose(54.0, 0.0), m - 1.0, None))


def special(x: Real, value: Real) -> Real:
    """The logarithm of x where x is positive and finite, and what is right elsewhere."""
    right = (x < math.inf).choose(value, x)  # infinity, and no number
    return (x <= 0.0).choose(x.equals(0.0).choose(-math.inf, math.nan), right)


def log1p(x: Real) -> Real:
    """log(1 + x): the logarithm of u = 1 + x as rounded, and what rounding took from u."""
    u = x + 1.0
    biased, m = parted(u)
    near, far = biased.equals(EXPONENT_BIAS), x > 2.0**60
    lost = (x.size() < 1.0).choose(x - (u - 1.0), 1.0 - (u - x))
    f = near.choose(x, m - 1.0)
    # lost/u = (lost/2**k)/(1 + f), for which a few digits of 1/(1 + f) will do
    inverse = ((2 * EXPONENT_BIAS - biased) << FRACTION_BITS).real()
    correction = (near | far).choose(0.0, lost * inverse * f.fma(f - 1.0, 1.0))
    return (x.size() < TINY).choose(x, special(u, _sum(unbiased(biased), f, correction)))


def log1p_unit(z: Real) -> Real:
    """log(1 + z), 0 <= z <= 1."""
    s = z / (z + 2.0)
    square = s * s
    return z - s * (z - square * square.polynomial(LOG_UNIT))
