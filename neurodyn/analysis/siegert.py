"""What theory expects: the rate of a leaky integrate-and-fire neuron that white noise drives."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError

# Beyond this many deviations the exponential has no double, and the rate is 0 in any case.
FAR = 26.0


def siegert(
    mean: ArrayLike, deviation: ArrayLike, *, tau: float, threshold: float, reset: float, refractory: float = 0.0
) -> NDArray[np.float64]:
    """The stationary rate of tau*dv/dt = -v + mean + deviation*sqrt(tau)*eta, with eta white noise.

    1/rate = refractory + tau*sqrt(pi) * integral of exp(u**2)*(1 + erf(u)) du, u from (reset - mean)/deviation to
    (threshold - mean)/deviation. Where many small jumps arrive, the mean is tau times the sum of jump times rate, and
    the square of the deviation is tau times the sum of squared jump times rate.
    Source: Siegert 1951, doi:10.1103/PhysRev.81.617; Brunel 2000, doi:10.1023/A:1008925309027.

    Args:
        mean, deviation: of the potential, from its rest; arrays, or single numbers.
        tau: the membrane time constant.
        threshold, reset: from rest.
        refractory: how long a spike keeps the neuron.
    """
    if not (tau > 0 and threshold > reset and np.all(np.asarray(deviation) > 0) and refractory >= 0):
        raise InputError(
            "The rate is for tau > 0, threshold > reset, deviation > 0 and refractory >= 0.",
            code="bad-neuron",
            remedy="Give such numbers; without noise a neuron has a closed form of its own.",
        )
    low, high = (np.divide(np.subtract(level, mean), deviation) for level in (reset, threshold))
    climb = np.vectorize(_climb, otypes=[float])(low, high)
    with np.errstate(over="ignore"):
        return np.asarray(1 / (refractory + tau * math.sqrt(math.pi) * climb))


def _climb(low: float, high: float) -> float:
    from scipy.integrate import quad
    from scipy.special import erfcx

    if high > FAR:
        return math.inf
    cuts = [x for x in (-1.0, 0.0, high - 1.0) if low < x < high]
    ends = [low, *sorted(cuts), high]
    return sum(float(quad(lambda u: erfcx(-u), a, b, epsabs=0, epsrel=1e-10)[0]) for a, b in pairwise(ends))
