"""The crosstalk of random patterns at a given size: its moments, the errors of a bit, and the capacities that follow.

One unit of a state that is a pattern is called by the next pattern with strength 1, and by all P - 1 others with
strengths f(m) of random sign, where m is the mean of N - 1 random signs. Their sum is the crosstalk.
"""

from __future__ import annotations

import math
from typing import Literal

from neurodyn.analysis.sequences.formulas import moment, odd_factorial
from neurodyn.analysis.sequences.given import check_share, check_sizes


def crosstalk(patterns: float, units: int, degree: int | None) -> tuple[float, float]:
    """Variance and excess kurtosis of the crosstalk, exact at this size.

    With moments M_k of f(m): (P - 1) M_2, and (M_4/M_2**2 - 3)/(P - 1). For f = m**d they are sums over the binomial
    distribution; for the exponential function, M_k = (exp(-k) cosh(k))**(N - 1).

    Args:
        patterns: P, two at least.
        units: N.
        degree: d; None for the exponential function.

    Raises:
        InputError: `bad-units`, `bad-patterns` or `bad-degree`.
    """
    check_sizes(units, degree, patterns - 1)
    others = patterns - 1
    if degree is None:
        second = ((1 + math.exp(-4)) / 2) ** (units - 1)
        return others * second, ((math.cosh(4) / math.cosh(2) ** 2) ** (units - 1) - 3) / others
    second, fourth = moment(units - 1, 2 * degree), moment(units - 1, 4 * degree)
    return others * second, (fourth / second**2 - 3) / others


def flip_rate(patterns: float, units: int, degree: int | None, *, exact_variance: bool = False) -> float:
    """The chance that a unit is wrong after one step from a pattern, if the crosstalk were a normal distribution.

    Q(1/sigma), the tail of the normal distribution.

    Args:
        patterns: P, two at least.
        units: N.
        degree: d; None for the exponential function.
        exact_variance: takes sigma**2 of `crosstalk`; otherwise (P - 1)(2d - 1)!!/(N - 1)**d, its leading term, too
            large by a factor of about 1 + d**2/N.

    Raises:
        InputError: `bad-units`, `bad-patterns` or `bad-degree`.
    """
    variance = crosstalk(patterns, units, degree)[0]
    if degree is not None and not exact_variance:
        variance = (patterns - 1) * odd_factorial(degree) / (units - 1) ** degree
    return _tail(variance**-0.5)


def gaussian_capacity(
    units: int, degree: int | None, *, failure: float, of: Literal["transition", "sequence"] = "transition"
) -> float:
    """With how many patterns the chance of an error is `failure`, if the crosstalk were a normal distribution.

    This is the capacity by definition, for a size and a chance: of `transition`, that one step from a pattern has an
    error in any unit; of `sequence`, that any of the P steps has one. Errors of units count as independent, and the
    variance is that of `crosstalk`. As the size grows and `failure` falls to 0 it becomes `transition_capacity` and
    `sequence_capacity`.

    Args:
        units: N.
        degree: d; None for the exponential function.
        failure: between 0 and 1.
        of: what must be right.

    Raises:
        InputError: `bad-units`, `bad-degree` or `bad-failure`.
    """
    from scipy.optimize import brentq

    check_share("failure", failure)
    each, allowed = crosstalk(2, units, degree)[0], math.log1p(-failure)

    def excess(log_patterns: float) -> float:
        """Of the expected logarithm of success over that which is allowed; falls with the number of patterns."""
        others = math.exp(log_patterns)
        steps = others + 1 if of == "sequence" else 1.0
        return steps * units * math.log1p(-_tail((others * each) ** -0.5)) - allowed

    # With a hundredth of the variance of one deviation no error is seen; with a hundredfold, every second bit is wrong.
    low, high = -math.log(each) - 12.0, -math.log(each) + 12.0
    return 1 + math.exp(brentq(excess, low, high, xtol=1e-12))


def _tail(deviations: float) -> float:
    """The chance of a normal number above so many deviations."""
    return math.erfc(deviations / math.sqrt(2)) / 2
