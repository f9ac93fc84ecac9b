"""a - b*floor(a/b), exactly, however large the quotient is.

With whole q next to a/b, a - q*b is a double, and `fma` gives it. Quotients of 2**50 and more are taken off in steps,
each with a multiple b*2**k of the divisor.
"""

from __future__ import annotations

import math

from neurodyn.backends.ensemble.vector_math.values import FRACTION_BITS, Flag, Real

LARGE = 2.0**50
FAR = "far_remainder"  # the function that takes large multiples off
DIGITS = 51  # of the quotient that are taken off in one step: so the multiples are at most 2**2046
SMALL, RAISE = 2.0**-900, 120  # a divisor below SMALL is multiplied by 2**RAISE to read its exponent
EXPONENT = 0x7FF


def modulo(a: Real, b: Real) -> Real:
    """The remainder with the sign of the divisor; no number for a divisor 0 and an infinite a."""
    size, by = a.size(), b.size()
    quotient = size / by
    far = (quotient >= LARGE) & (size < math.inf) & (by > 0.0)
    [rest] = a.w.rarely(far, FAR, [(size, 0.0), (by, 1.0)], [_taken(size, by, quotient.whole_part())])
    assert isinstance(rest, Real)
    rest = (by.equals(math.inf) & (size < math.inf)).choose(size, rest)
    apart = a.is_negative().whole() ^ b.is_negative().whole()
    turned = apart.equals(1).choose(by - rest, rest)
    return rest.equals(0.0).choose(rest, turned).with_sign_of(b)


def _taken(size: Real, by: Real, times: Real) -> Real:
    """size - times*by, once more `by` where `times` was one too large."""
    rest = (-times).fma(by, size)
    return (rest < 0.0).choose(rest + by, rest)


def far_remainder(size: Real, by: Real) -> Real:
    """The remainder of positive finite numbers."""
    small = by < SMALL
    raised = small.choose(by * 2.0**RAISE, by).bits() >> FRACTION_BITS
    exponent = raised - small.choose_whole(RAISE, 0)

    def step(rest: Real) -> tuple[Real, Flag]:
        k = ((rest.bits() >> FRACTION_BITS) & EXPONENT) - exponent - DIGITS
        k = k.below_zero().choose_whole(0, k)
        first = k >> 1
        multiple = by * first.power_of_two() * (k - first).power_of_two()
        then = _taken(rest, multiple, (rest / multiple).whole_part())
        return then, then >= by

    return size.w.repeated(size, step)
