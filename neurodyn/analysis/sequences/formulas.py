"""Capacities of sequence memories as formulas for many units: natural logarithms, leading order.

Source: Chaudhry et al. 2023, arXiv:2306.04532. All hold as the number of units grows and the chance of an error falls
to 0; what is expected at a given size and chance is `gaussian_capacity`.
"""

from __future__ import annotations

import math

import numpy as np

from neurodyn.analysis.sequences.given import check_share, check_sizes
from neurodyn.errors import InputError

# By so much does each unit multiply the patterns of an exponential memory: e**2/cosh(2).
GROWTH = math.e**2 / math.cosh(2)


def transition_capacity(units: float, degree: int | None) -> float:
    """How many patterns there may be so that a single transition is right in all units: P_T.

    N**d/(2 (2d - 1)!! ln N), and GROWTH**(N - 1)/(2 ln N) for the exponential function.

    Args:
        units: N.
        degree: d; None for the exponential function.

    Raises:
        InputError: `bad-units` or `bad-degree`.
    """
    check_sizes(units, degree)
    grown = float(GROWTH ** (units - 1)) if degree is None else units**degree / odd_factorial(degree)
    return grown / (2 * math.log(units))


def sequence_capacity(units: float, degree: int | None) -> float:
    """How many patterns there may be so that all their transitions are right: P_S.

    P_T/(d + 1), and GROWTH**N/(2 N ln GROWTH) for the exponential function. Arguments as of `transition_capacity`.
    """
    if degree is None:
        check_sizes(units, degree)
        return float(GROWTH**units) / (2 * units * math.log(GROWTH))
    return transition_capacity(units, degree) / (degree + 1)


def best_degree(units: float) -> int:
    """The degree with the largest `transition_capacity`: from d to d + 1 it is multiplied by N/(2d + 1)."""
    check_sizes(units, 1)
    return int((units + 1) // 2)


def bias_limit(bias: float, degree: int, units: int | None = None) -> float:
    """At how many patterns the mean crosstalk of biased patterns is as strong as the call of the next one.

    bias**-(2d + 1) + 1 for many units, where overlaps of patterns are bias**2; at N units 1/(bias*M) + 1, where M is
    the mean of their power d. Beyond it, units come to the more frequent sign.

    Args:
        bias: the mean of the patterns' entries, each of which is +1 with the chance (1 + bias)/2.
        degree: d.
        units: N; None for many.

    Raises:
        InputError: `bad-bias`, `bad-degree` or `bad-units`.
    """
    check_sizes(2 if units is None else units, degree)
    check_share("bias", bias)
    mean = bias ** (2 * degree) if units is None else moment(units - 1, degree, bias**2)
    return 1 / (bias * mean) + 1


def mixed_factor(strength: float, slow: int, fast: int) -> float:
    """By how much the crosstalk's variance in a memory of mixed functions exceeds P/N**d, d the lower of both degrees.

    Args:
        strength: of the term that calls the next pattern, lambda.
        slow: degree of the function that holds the present pattern, d_S.
        fast: degree of the function that calls the next one, d_A.
    """
    check_sizes(2, slow)
    check_sizes(2, fast)
    if slow != fast:
        return odd_factorial(slow) if slow < fast else strength**2 * odd_factorial(fast)
    # Of even degree, the mean of both functions is not 0: the two terms of each pattern go together.
    shared = 0 if slow % 2 else 2 * strength * odd_factorial((slow + 1) // 2) ** 2
    return (strength**2 + 1) * odd_factorial(slow) + shared


def mixed_capacity(units: float, strength: float, degrees: tuple[int, int] | None) -> tuple[float, float]:
    """The capacities of a memory of mixed functions without memory of the past (tau = 1): P_T and P_S.

    P_T is (lambda - 1)**2 N**d/(2 gamma ln N), with gamma of `mixed_factor` and d the lower degree, and P_S is
    P_T/(d + 1), by the same count of errors as elsewhere; the source's program divides by d. With exponential functions
    both are those of `transition_capacity` and `sequence_capacity` times (lambda - 1)**2/(lambda**2 + 1).

    Args:
        units: N.
        strength: lambda, above 1: at or below it the memory holds still.
        degrees: of the functions that hold, and that call; None for exponential ones.

    Raises:
        InputError: `bad-units`, `bad-degree`, or `bad-strength`.
    """
    if not strength > 1:
        raise InputError(
            f"strength is {strength:g}: the present pattern holds.", code="bad-strength", remedy="Give one above 1."
        )
    if degrees is None:
        share = (strength - 1) ** 2 / (strength**2 + 1)
        return share * transition_capacity(units, None), share * sequence_capacity(units, None)
    lower = min(degrees)
    share = (strength - 1) ** 2 * odd_factorial(lower) / mixed_factor(strength, *degrees)
    return share * transition_capacity(units, lower), share * sequence_capacity(units, lower)


def odd_factorial(degree: int) -> float:
    """(2d - 1)!! = 1*3*...*(2d - 1): the moment of order 2d of a normal distribution."""
    return float(math.prod(range(1, 2 * degree, 2)))


def moment(count: int, power: int, mean: float = 0.0) -> float:
    """The mean of a power of the mean of random signs, each of which has that mean."""
    from scipy.stats import binom

    up = np.arange(count + 1)
    return float(binom.pmf(up, count, (1 + mean) / 2) @ ((2 * up - count) / count) ** power)
