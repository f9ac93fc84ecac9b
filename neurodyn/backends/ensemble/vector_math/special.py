"""The error function, and modified Bessel functions times exp(-|x|)."""

from __future__ import annotations

from collections.abc import Sequence

from neurodyn.backends.ensemble.vector_math.coefficients import ERF, ERFC, I0_FAR, I0_NEAR, I1_FAR, I1_NEAR
from neurodyn.backends.ensemble.vector_math.exponentials import TINY, exp, split
from neurodyn.backends.ensemble.vector_math.values import Real

FULL = 6.0  # beyond it erf is 1
TURN = 2.75  # where the variable of the outer polynomial of erf is 0
I0_GROWTH, I1_GROWTH = (1.0, -0.175, 0.01), (0.5, -0.055, 0.0023)
SERIES_ENDS = 8.0  # of the Bessel functions: beyond it an expansion in 1/x


def erf(x: Real) -> Real:
    """erf(x); from 1 on as 1 - exp(-x**2)*(a polynomial in a quotient)."""
    a = x.size().at_most(FULL)
    square = a * a
    near = a + a * square.at_most(1.0).polynomial(ERF)
    outer = a.at_least(1.0)
    far = 1.0 - exp(-square) * ((outer - TURN) / (outer + TURN)).polynomial(ERFC)
    return (a < 1.0).choose(near, far).with_sign_of(x)


def i0e(x: Real) -> Real:
    """exp(-|x|)*I0(x): the power series, of which all terms are positive, or an expansion in 1/x."""
    a = x.size()
    near = a.at_most(SERIES_ENDS) * 0.5
    return (a < SERIES_ENDS).choose(_series(near, I0_NEAR, I0_GROWTH), _far(a, I0_FAR))


def i1e(x: Real) -> Real:
    """exp(-|x|)*I1(x)."""
    a = x.size()
    near = a.at_most(SERIES_ENDS) * 0.5
    found = (a < SERIES_ENDS).choose(near * _series(near, I1_NEAR, I1_GROWTH), _far(a, I1_FAR)).with_sign_of(x)
    return (a < TINY).choose(x * 0.5, found)


def _series(half: Real, coefficients: Sequence[float], growth: Sequence[float]) -> Real:
    """exp(-2*half)*(a polynomial in half**2).

    The polynomial grows by `growth` (as a polynomial in 2*half, to a few per cent) for a unit of half**2, relative to
    itself: what rounding takes from the square is put into the exponential.
    """
    square, a = half * half, half + half
    lost = half.fma(half, -square)
    s, series = split(-a), square.led(coefficients)
    return series.fma(lost.fma(a.polynomial(growth), s.m), series) * s.scaled(0)


def _far(a: Real, coefficients: Sequence[float]) -> Real:
    """A polynomial in what 16/a - 1 is from infinity to 8, over the root of a."""
    outer = a.at_least(SERIES_ENDS)
    return (16.0 / outer - 1.0).led(coefficients) / outer.root()
