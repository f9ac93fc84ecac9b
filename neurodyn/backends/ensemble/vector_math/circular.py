"""sin, cos and tan.

x = k*pi/2 + r with |r| <= pi/4 (a hair more for large x): pi/2 is taken off in three parts, each with one rounding.
That leaves r with an error of at most one unit in its last place up to `LARGE`, next to multiples of pi/2 as well.
Beyond, x is multiplied by the binary digits of 2/pi that matter.
"""

from __future__ import annotations

from neurodyn.backends.ensemble.vector_math.coefficients import COS, HALF_PI, SIN, TWO_OVER_PI
from neurodyn.backends.ensemble.vector_math.values import MAGIC, Real, Whole

LARGE = 2.0**30
HUGE = "huge_angle"  # the function that takes multiples of pi/2 off larger angles


def reduced(x: Real) -> tuple[Real, Whole]:
    """r, and k in the low bits."""
    moved = x.fma(TWO_OVER_PI, MAGIC)
    turns = moved - MAGIC
    near = turns.fma(-HALF_PI[2], turns.fma(-HALF_PI[1], turns.fma(-HALF_PI[0], x)))
    r, k = x.w.rarely(x.size() >= LARGE, HUGE, [(x, LARGE)], (near, moved.bits()))
    assert isinstance(r, Real) and isinstance(k, Whole)
    return r, k


def near_sin(r: Real) -> Real:
    """sin(r) for |r| <= pi/4."""
    square = r * r
    return (square * r).fma(square.polynomial(SIN), r)


def near_cos(r: Real) -> Real:
    """cos(r) for |r| <= pi/4: 1 - r**2/2 as rounded, what rounding took, and the rest."""
    square = r * r
    half = square * 0.5
    first = 1.0 - half
    return first + (square * square).fma(square.polynomial(COS), (1.0 - first) - half)


def _turned(r: Real, quarter: Whole) -> Real:
    """sin(r + quarter*pi/2)."""
    odd = (quarter & 1).equals(1)
    value = odd.choose(near_cos(r), near_sin(r))
    return (value.bits() ^ ((quarter & 2) << 62)).real()


def sin(x: Real) -> Real:
    """sin(x); no number at an infinity."""
    r, k = reduced(x)
    return x.equals(0.0).choose(x, _turned(r, k))


def cos(x: Real) -> Real:
    """cos(x)."""
    r, k = reduced(x)
    return _turned(r, k + 1)


def tan(x: Real) -> Real:
    """tan(x) as a quotient of sin(r) and cos(r)."""
    r, k = reduced(x)
    odd = (k & 1).equals(1)
    s, c = near_sin(r), near_cos(r)
    found = odd.choose(-c, s) / odd.choose(s, c)
    return x.equals(0.0).choose(x, found)
