"""Hyperbolic functions and their inverses, log(cosh(x)) and log(1 + exp(x))."""

from __future__ import annotations

import math

from neurodyn.backends.ensemble.vector_math.coefficients import LN2, LOGCOSH
from neurodyn.backends.ensemble.vector_math.exponentials import TINY, exp, split
from neurodyn.backends.ensemble.vector_math.logarithms import log1p, log1p_unit
from neurodyn.backends.ensemble.vector_math.values import Real

MOST = 710.5  # beyond it sinh and cosh have overflowed
ONE_FROM = 20.0  # beyond it tanh is 1
SQUARES = 2.0**500  # beyond it squares are not computed


def tanh(x: Real) -> Real:
    """tanh(x) as e/(e + 2), e = exp(2*|x|) - 1."""
    size = x.size().at_most(ONE_FROM)
    s = split(size + size)
    power = s.scaled(0)
    e = power.fma(s.m, power - 1.0)
    return (e / (e + 2.0)).with_sign_of(x)


def sinh(x: Real) -> Real:
    """sinh(x) as e + e/(4*e + 1) twice, e = (exp(|x|) - 1)/4: so exp may be beyond what a double holds."""
    s = split(x.size().at_most(MOST))
    power = s.scaled(-2)
    e = power.fma(s.m, power - 0.25)
    half = e + e / e.fma(4.0, 1.0)
    return (x.size() < TINY).choose(x, (half + half).with_sign_of(x))


def cosh(x: Real) -> Real:
    """cosh(x) as e + 1/(16*e) twice, e = exp(|x|)/4."""
    s = split(x.size().at_most(MOST))
    power = s.scaled(-2)
    e = power.fma(s.m, power)
    half = e + 0.0625 / e
    return half + half


def asinh(x: Real) -> Real:
    """asinh(x) = log(1 + a + a**2/(1 + sqrt(1 + a**2))), a = |x|."""
    size = x.size()
    a = size.at_most(SQUARES)
    square = a * a
    found = _doubled(size, a + square / (1.0 + (square + 1.0).root())).with_sign_of(x)
    return (size < TINY).choose(x, found)


def acosh(x: Real) -> Real:
    """acosh(x) = log(1 + t + sqrt(2*t + t**2)), t = x - 1; no number below 1."""
    t = x.at_most(SQUARES) - 1.0
    return (x < 1.0).choose(math.nan, _doubled(x, t + t.fma(t, t + t).root()))


def _doubled(x: Real, less_one: Real) -> Real:
    """log(1 + less_one); log(2*x) where x has no square."""
    far = x >= SQUARES
    return log1p(far.choose(x, less_one)) + far.choose(LN2[0], 0.0)


def atanh(x: Real) -> Real:
    """atanh(x) = log(1 + 2*a/(1 - a))/2, a = |x|; no number beyond 1."""
    a = x.size()
    found = 0.5 * log1p((a + a) / (1.0 - a))
    return (a < TINY).choose(x, found.with_sign_of(x))


def softplus(x: Real) -> Real:
    """log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))."""
    return log1p_unit(exp(-x.size())) + (x < 0.0).choose(0.0, x)


def logcosh(x: Real) -> Real:
    """log(cosh(x)) = a - log(2) + log(1 + exp(-2*a)), a = |x|; where that cancels, a polynomial in a**2."""
    a = x.size()
    far = (a - LN2[0]) + (log1p_unit(exp(-(a + a))) - LN2[1])
    inner = a.at_most(0.8)
    square = inner * inner
    return (a < 0.8).choose((square * square).fma(square.polynomial(LOGCOSH), square * 0.5), far)
