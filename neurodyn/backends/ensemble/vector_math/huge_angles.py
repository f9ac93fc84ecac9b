"""Multiples of pi/2 taken off angles of 2**30 and more, after Payne and Hanek.

x = M*2**E with a whole M below 2**53, so in x*(2/pi) the digits of 2/pi whose weight is 4 or more in the product do not
matter; of those that follow, 192 are multiplied by M, which leaves an error of 2**-137. Any double leaves a fraction of
more than 2**-62 of a quarter turn, so that it is known to 75 digits.
"""

from __future__ import annotations

from neurodyn.backends.ensemble.vector_math.coefficients import HALF_PI, TWO_OVER_PI_WORDS
from neurodyn.backends.ensemble.vector_math.values import EXPONENT_BIAS, FRACTION_BITS, Real, Whole
from neurodyn.backends.ensemble.vector_math.writer import Writer

TABLE = "@nd_two_over_pi"
HIDDEN = 1 << FRACTION_BITS
EXPONENT_MASK = 0x7FF
LOWEST = 0x7FF  # the bits of a word that do not fit into a double beside the others


def constants() -> str:
    """The digits of 2/pi."""
    words = ", ".join(f"i64 {word}" for word in TWO_OVER_PI_WORDS)
    return f"{TABLE} = private unnamed_addr constant [{len(TWO_OVER_PI_WORDS)} x i64] [{words}]"


def huge_angle(x: Real) -> tuple[Real, Whole]:
    """r and k as in `circular.reduced`, of |x| >= 2**30; r is no number at an infinity."""
    bits = x.bits()
    exponent = (bits >> FRACTION_BITS) & EXPONENT_MASK
    # The first digit that matters has the weight 2 in the product; there are 64 zeros before the point.
    place = exponent - (EXPONENT_BIAS + FRACTION_BITS - 62)
    low, middle, high = _window(x.w, place)
    (fraction, rest), quarter = _fraction((bits & (HIDDEN - 1)) | HIDDEN, low, middle, high)
    r = fraction.fma(HALF_PI[0], fraction.fma(HALF_PI[1], rest * HALF_PI[0])) + (x - x)
    negative = x.is_negative()
    return negative.choose(-r, r), negative.choose_whole(0 - quarter, quarter)


def _window(w: Writer, place: Whole) -> tuple[Whole, Whole, Whole]:
    """192 digits of 2/pi from a place on, the last 64 first."""
    word, inside = place >> 6, place & 63
    words = [w.gathered(TABLE, word + k) for k in range(4)]
    first, second, third = (words[k].funnel(words[k + 1], inside) for k in range(3))
    return third, second, first


def _fraction(m: Whole, low: Whole, middle: Whole, high: Whole) -> tuple[tuple[Real, Real], Whole]:
    """The product as quarter turns: the fraction between -1/2 and 1/2, as a sum of two, and the whole number."""
    p0, carried = m.high_product(low), m.high_product(middle)
    p1 = p0 + m * middle
    p2 = carried + m * high + p1.below(p0).whole()
    last = m * low
    quarter = (p2 >> 62) + ((p2 >> 61) & 1)
    top, bottom = p2.funnel(p1, 2), p1.funnel(last, 2)
    negative = (top >> 63).equals(1)
    # The size of the fraction; the complement is off by one unit of 2**-128.
    top, bottom = negative.choose_whole(~top, top), negative.choose_whole(~bottom, bottom)
    zeros = top.leading_zeros()
    leading = top.funnel(bottom, zeros)
    unit = negative.choose(-(2.0**-64), 2.0**-64) * (EXPONENT_BIAS - zeros << FRACTION_BITS).real()
    return ((leading & ~LOWEST).converted() * unit, (leading & LOWEST).converted() * unit), quarter
