"""asin, acos, atan and atan2."""

from __future__ import annotations

import math

from neurodyn.backends.ensemble.vector_math.coefficients import ASIN, ATAN, HALF_PI
from neurodyn.backends.ensemble.vector_math.values import Real

TINY = 2.0**-500
TAN_PI_8 = math.sqrt(2.0) - 1.0
QUARTER_PI = (HALF_PI[0] / 2, HALF_PI[1] / 2)


def _near_atan(t: Real) -> Real:
    """atan(t) - t for |t| <= tan(pi/8)."""
    square = t * t
    return square * t * square.polynomial(ATAN)


def _first_octants(y: Real, x: Real) -> Real:
    """The angle of (x, y) for y, x >= 0, not both 0 and both finite."""
    flat, steep = y <= x * TAN_PI_8, x <= y * TAN_PI_8
    t = flat.choose(y, steep.choose(-x, y - x)) / flat.choose(x, steep.choose(y, y + x))
    high = flat.choose(0.0, steep.choose(HALF_PI[0], QUARTER_PI[0]))
    low = flat.choose(0.0, steep.choose(HALF_PI[1], QUARTER_PI[1]))
    return high + (t + (_near_atan(t) + low))


def atan(x: Real) -> Real:
    """atan(x)."""
    size = x.size()
    bounded = size.at_most(2.0**1000)  # nothing overflows, and the angle is that of infinity
    return _first_octants(bounded, x.w.number(1.0)).with_sign_of(x)


def atan2(y: Real, x: Real) -> Real:
    """The angle of the point (x, y), from -pi to pi, with the signs of zeros as IEEE has them."""
    a, b = y.size(), x.size()
    no_number = a.differs(a) | b.differs(b)
    up, along = a.equals(math.inf), b.equals(math.inf)
    a, b = up.choose(1.0, along.choose(0.0, a)), along.choose(1.0, up.choose(0.0, b))
    # Their sum shall not overflow, nor shall products of them have few digits.
    large, small = (a > 2.0**1000) | (b > 2.0**1000), (a < 2.0**-900) & (b < 2.0**-900)
    scale = large.choose(0.25, small.choose(2.0**100, 1.0))
    angle = a.equals(0.0).choose(0.0, _first_octants(a * scale, b * scale))
    turned = x.is_negative().choose((2.0 * HALF_PI[0] - angle) + 2.0 * HALF_PI[1], angle)
    return no_number.choose(math.nan, turned.with_sign_of(y))


def asin(x: Real) -> Real:
    """asin(x): of a = |x| > 1/2 as pi/2 - 2*asin(sqrt((1 - a)/2)); no number beyond 1."""
    a = x.size()
    root, rest = _half_angle(a)
    high = HALF_PI[0] - root
    far = high + ((HALF_PI[0] - high) - root + (HALF_PI[1] - rest))
    return (a > 0.5).choose(far, a + _rest(a)).with_sign_of(x)


def acos(x: Real) -> Real:
    """acos(x) as pi/2 - asin(x), 2*asin(sqrt((1 - x)/2)), or pi less that of -x; no number beyond 1."""
    a = x.size()
    root, rest = _half_angle(a)
    high = 2.0 * HALF_PI[0] - root
    obtuse = high + ((2.0 * HALF_PI[0] - high) - root + (2.0 * HALF_PI[1] - rest))
    near = HALF_PI[0] - (x - (HALF_PI[1] - _rest(a).with_sign_of(x)))
    return (a > 0.5).choose(x.is_negative().choose(obtuse, root + rest), near)


def _rest(a: Real) -> Real:
    """asin(a) - a for 0 <= a <= 1/2."""
    square = a * a
    return a * square * square.polynomial(ASIN)


def _half_angle(a: Real) -> tuple[Real, Real]:
    """2*asin(sqrt((1 - a)/2)) as a root and what is to be added."""
    z = (1.0 - a) * 0.5
    root = z.root()
    lost = (-root).fma(root, z) / (root + root).at_least(TINY)
    return root + root, 2.0 * (lost + root * z * z.polynomial(ASIN))
