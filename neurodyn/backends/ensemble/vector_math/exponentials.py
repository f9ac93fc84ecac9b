"""exp and what is made of it.

x = k*log(2) + r with |r| <= log(2)/2, and exp(x) = 2**k*(1 + m) with m = r + r**2*(a polynomial). 2**k is multiplied in
as two factors, so that neither overflows, and results below the normal range are rounded as they should be.
"""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.backends.ensemble.vector_math.coefficients import EXP, EXPREL_SLOPE, LN2, LOG2E
from neurodyn.backends.ensemble.vector_math.values import MAGIC, Real, Whole

MOST, LEAST = 710.0, -746.0  # beyond these exp has overflowed, and is 0
STILL_FINITE = 730.0  # beyond it exp(x)/x**2 has overflowed
FLAT = -40.0  # below it exp(x) - 1 is -1
TINY = 2.0**-54  # below it x is its own exp(x) - 1, sinh and so on


@dataclass(frozen=True)
class Split:
    """exp(x) as 2**k*(1 + m): k is the sum of the two whole numbers in the low bits of `first` and `rest`."""

    m: Real
    first: Whole
    rest: Whole

    def scaled(self, shift: int) -> Real:
        """2**(k + shift), where that is a normal number."""
        return (self.first + self.rest + shift).power_of_two() if shift else (self.first + self.rest).power_of_two()


def split(x: Real, exact: bool = True) -> Split:
    """exp(x), taken apart.

    Args:
        exact: whether m includes what rounding did to r; where 1 is added to m, that is worth little.
    """
    moved = x.fma(LOG2E, MAGIC)
    halved = x.fma(LOG2E / 2, MAGIC)
    k = moved - MAGIC
    near = k.fma(-LN2[0], x)
    r = k.fma(-LN2[1], near)
    tail = k.fma(-LN2[1], near - r) if exact else None
    return Split(fraction(r, tail), halved.bits(), moved.bits() - halved.bits())


def fraction(r: Real, tail: Real | None) -> Real:
    """exp(r + tail) - 1 of a small r."""
    square, rest = r * r, r.polynomial(EXP)
    return square.fma(rest, r) if tail is None else square.fma(rest, tail) + r


def exp(x: Real) -> Real:
    """exp(x)."""
    s = split(x.at_most(MOST).at_least(LEAST), exact=False)
    first = s.first.power_of_two()
    return first.fma(s.m, first) * s.rest.power_of_two()


def expm1(x: Real) -> Real:
    """exp(x) - 1, computed as half of it, so that 2**1024 need not be written."""
    s = split(x.at_most(MOST).at_least(FLAT))
    half = s.scaled(-1)
    twice = half.fma(s.m, half - 0.5)
    return (x.size() < TINY).choose(x, twice + twice)


def sigmoid(x: Real) -> Real:
    """1/(1 + exp(-x)), of which exp(-|x|) cannot overflow."""
    decay = exp(-x.size())
    return (x < 0.0).choose(decay, 1.0) / (decay + 1.0)


def exprel(x: Real) -> Real:
    """(exp(x) - 1)/x."""
    upper = x.at_most(STILL_FINITE)
    m, power, unit, back = _reduced(upper.at_least(FLAT))
    return (x.size() < TINY).choose(1.0, power.fma(m, power - unit) / upper * back)


def exprel_slope(x: Real) -> Real:
    """(exp(x)*(x - 1) + 1)/x**2; where that cancels, a polynomial."""
    upper = x.at_most(STILL_FINITE)
    held = upper.at_least(-60.0)  # below it the exponential does not matter
    m, power, unit, back = _reduced(held)
    grown, less = power.fma(m, power), held - 1.0
    # What rounding took from the exponential and from x - 1, which cancellation would show.
    lost = power.fma(m, power - grown) * less + grown * ((held - less) - 1.0)
    far = (grown.fma(less, unit) + lost) / upper / upper * back
    inner = x.at_most(1.0).at_least(-1.0)
    return inner.equals(x).choose(inner.led(EXPREL_SLOPE), far)


def _reduced(x: Real) -> tuple[Real, Real, Real, Real]:
    """m, 2**k and 1, these times 2**-64 where x > 0, as what they go into is finite longer than exp(x); and 2**64."""
    s = split(x)
    rises = x > 0.0
    power = (s.first + s.rest - rises.choose_whole(64, 0)).power_of_two()
    return s.m, power, rises.choose(2.0**-64, 1.0), rises.choose(2.0**64, 1.0)
