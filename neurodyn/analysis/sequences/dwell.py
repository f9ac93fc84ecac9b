"""How long a sequence memory holds each of its patterns: `sequence_mixed`, `sequence_delay` and `sequence_trace`.

All formulas leave out the chance overlaps of patterns, about 1/sqrt(N): they are exact for orthogonal patterns. In a
transition the slowest units are those whose sign the pattern before, the present one and the call of the next one
put in dispute; they set the dwell time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError

_ROUNDS = 200


def dwell_steps(window: int, strength: float, degree: int = 1) -> int | None:
    """Steps for which a MixedNet holds each pattern: the least k <= window with

        strength*(k/window)**degree > 1 + strength*(1 - k/window)**degree.

    The left side is the call of the next pattern, of which the trace holds k states; the right one is the pattern that
    holds itself, and the call that the one before still gives it. Before, all units stay: k > window/2 follows, and so
    the trace never holds enough of a third pattern. On a tie a unit keeps its value, so the pattern stays.

    Args:
        window: states in the mean that calls the next pattern, the current one among them (`tau` of the model).
        strength: of the call (`lambda`).
        degree: of the separation function (`d`).

    Returns:
        The steps, or None where the network stays in one pattern for good; so it does for every strength up to 1.
    """
    _check(window, [strength], degree)
    return next((k for k in range(1, window + 1) if _lead(k, window, strength, degree) > 0), None)


def dwell_doubt(window: int, strength: float, degree: int, size: int, count: int) -> float:
    """By how many deviations of the chance overlaps the closest step of a MixedNet with random patterns is decided.

    Of all k up to the dwell time, the least of |strength*a**d - 1 - strength*b**d| over its deviation, with
    a = k/window and b = 1 - a. The variance is that of the crosstalk of a unit, (count - 1)*gamma/size**d, with gamma =
    (strength**2 + 1)*(2d - 1)!! and for even d 2*strength*((d - 1)!!)**2 more (Chaudhry et al. 2023,
    arXiv:2306.04532), and that of the mean overlaps, which one chance overlap of two patterns shifts for all units,
    (strength*d)**2*((a**(d-1)*b)**2 + (b**(d-1)*a)**2)/size. Where it is well above the square root of 2*log(size), the
    formula of `dwell_steps` is to be expected; a number about 1 means that the draw of patterns decides.
    """
    _check(window, [strength], degree)
    even = 2 * strength * _odd(degree - 1) ** 2 * (degree % 2 == 0)
    crosstalk = (count - 1) * ((strength**2 + 1) * _odd(2 * degree - 1) + even) / float(size) ** degree
    ratios = []
    for k in range(1, (dwell_steps(window, strength, degree) or window) + 1):
        a, b = k / window, 1 - k / window
        shift = (strength * degree) ** 2 * ((a ** (degree - 1) * b) ** 2 + (b ** (degree - 1) * a) ** 2) / size
        ratios.append(abs(float(_lead(k, window, strength, degree))) / math.sqrt(crosstalk + shift))
    return min(ratios)


def mixed_course(window: int, strengths: ArrayLike, degree: int, steps: int) -> NDArray[np.int64]:
    """Which pattern a MixedNet with orthogonal patterns is in, step by step, when strengths differ and change.

    Pattern m calls m + 1 cyclically. All that a unit hears is in favour of some patterns, each with a weight: 1 for the
    present one and strength*(n/window)**degree for the one after each that the last states hold n times. Where one
    weight is more than all others together, all units agree.

    Args:
        window: states in the mean, the current one among them; before the start they are those of the last pattern.
        strengths: of the calls, shape (patterns,), or (steps, patterns) where they change in time. 0 closes a gate.
        degree: of the separation function.
        steps: how many.

    Returns:
        Numbers of patterns, shape (steps + 1,), the first 0; -1 from where on units disagree: that state is no pattern,
        and what comes after it depends on the patterns.
    """
    given = np.asarray(strengths, dtype=np.float64)
    _check(window, given.ravel(), degree)
    if given.ndim not in (1, 2) or (given.ndim == 2 and len(given) < steps):
        raise InputError(
            f"The strengths have the shape {given.shape}.",
            code="bad-shape",
            remedy=f"Give one for each pattern, or {steps} rows of them, one for each step.",
        )
    rows = np.broadcast_to(given, (steps, given.shape[-1])) if given.ndim == 1 else given
    states, course = [rows.shape[1] - 1] * window, np.full(steps + 1, -1)
    course[0] = 0
    for step in range(steps):
        states = [*states[1:], int(course[step])]
        favoured = _favoured(states, rows[step], degree)
        if favoured is None:
            break
        course[step + 1] = favoured
    return course


def delay_dwell(delay: float, strength: float, tau_x: float, before: float | None = None) -> float:
    """How long a pattern lasts with a pure delay: delay + tau_x*log((strength + before)/(strength - 1)).

    A unit in dispute is held at -1 - before until the call arrives, a delay after the pattern began; then it relaxes
    towards strength - 1 with its time constant and changes sign. For units that are signs of their potential.

    Args:
        delay: of the call.
        strength: of the call of the next pattern.
        tau_x: time constant of a unit.
        before: strength of the call of the present pattern, by default the same: 2*strength/(strength - 1).

    Returns:
        The time, infinite for strengths up to 1: the pattern stays.
    """
    _check(1, [strength, delay, tau_x], 1)
    if strength <= 1:
        return math.inf
    return delay + tau_x * math.log((strength + (strength if before is None else before)) / (strength - 1))


def trace_dwell(tau_s: float, strength: float, degree: int) -> float:
    """How long a pattern lasts with an exponential trace: -tau_s*log(q), where

        strength*(1 - q)**d = 1 + strength*(q*(1 - q))**d.

    The trace of the present pattern has grown to 1 - q, that of the one before has decayed from there by q. It leaves
    out tau_x, what the trace holds of older patterns, and the units that go first; the network is within 10 % of it for
    degrees from 2. For degree 1 units go one by one, the earliest well before.

    Returns:
        The time, infinite for strengths up to 1.
    """
    return float(trace_dwells(tau_s, [strength], degree)[0])


def trace_dwells(tau_s: float, strengths: ArrayLike, degree: int) -> NDArray[np.float64]:
    """How long each pattern of a ring lasts with an exponential trace, where their calls differ.

    As `trace_dwell`, strengths[m]*(1 - q[m])**d = 1 + strengths[m-1]*(q[m]*(1 - q[m-1]))**d, solved round after round.

    Args:
        tau_s: time constant of the trace.
        strengths: of the call by each pattern of the next one, shape (patterns,).
        degree: of the separation function.

    Returns:
        The times, shape (patterns,); all are infinite if one strength is not above 1: there the ring stands still.
    """
    calls = np.atleast_1d(np.asarray(strengths, dtype=np.float64))
    _check(1, [*calls, tau_s], degree)
    if (calls <= 1).any():
        return np.full(len(calls), np.inf)
    left, settled = np.full(len(calls), 0.5), False
    for _ in range(_ROUNDS):
        last = left.copy()
        for m in range(len(calls)):
            left[m] = _left(calls[m], calls[m - 1], left[m - 1] if len(calls) > 1 else None, degree)
        settled = bool(np.abs(left - last).max() < 1e-12)
        if settled:
            break
    return -tau_s * np.log(left) if settled else np.full(len(calls), np.nan)


def trace_bound(tau_s: float, strength: float) -> float:
    """The textbook's dwell time with an exponential trace and degree 1, tau_s*log(2*strength/(strength - 1)).

    It takes the trace to hold the pattern before entirely, and asks when the last unit would have changed; the units
    that go first take the others with them, so the network is faster: a bound from above, infinite up to 1.
    """
    _check(1, [strength, tau_s], 1)
    return math.inf if strength <= 1 else tau_s * math.log(2 * strength / (strength - 1))


def _left(call: float, call_before: float, left_before: float | None, degree: int) -> float:
    """q of one pattern: what is left of the trace before when the next one takes over; alone, it is its own before."""
    from scipy.optimize import brentq

    def lead(q: float) -> float:
        held = 1 - (q if left_before is None else left_before)
        return call * (1 - q) ** degree - 1 - call_before * (q * held) ** degree

    return float(brentq(lead, 0.0, 1.0, xtol=1e-14))


def _favoured(states: Sequence[int], strengths: NDArray[np.float64], degree: int) -> int | None:
    """The pattern that all units agree on, from the last states, the latest at the end."""
    weights = [Fraction(0)] * len(strengths)
    weights[states[-1]] += 1
    for held in set(states):
        part = Fraction(states.count(held), len(states)) ** degree
        weights[(held + 1) % len(weights)] += Fraction(float(strengths[held])) * part
    best = max(range(len(weights)), key=lambda m: weights[m])
    others = sum(weights) - weights[best]
    if weights[states[-1]] >= sum(weights) - weights[states[-1]]:
        return states[-1]  # a tie keeps the old value
    return best if weights[best] > others else None


def _lead(k: int, window: int, strength: float, degree: int) -> Fraction:
    """By how much the call of the next pattern wins after k steps, exactly."""
    part, call = Fraction(k, window), Fraction(float(strength))
    return call * part**degree - 1 - call * (1 - part) ** degree


def _odd(n: int) -> int:
    """n!! of an odd number, 1 for n <= 0."""
    return math.prod(range(n, 0, -2))


def _check(window: int, numbers: ArrayLike, degree: int) -> None:
    """Refuse what the models refuse."""
    values = np.asarray(numbers, dtype=np.float64)
    whole = all(n >= 1 and int(n) == n for n in (window, degree))
    if whole and np.isfinite(values).all() and (values >= 0).all():
        return
    raise InputError(
        f"There is no dwell time for a window of {window}, a degree of {degree} and {values}.",
        code="bad-memory",
        remedy="Give whole numbers from 1 for the window and the degree, and finite strengths and times of 0 or more.",
    )
