"""What it costs to keep T, the sum of the features, with few bits for each of its numbers.

Rounding to 2**bits levels, a step q apart, moves each number by up to q/2. Where these errors are as good as
independent and uniform, S is off by a normal number of the deviation q*|phi(z)|/sqrt(12); features of sines and cosines
have the length 1, so that neither their number nor the memories count but through q.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.analysis.features.given import points
from neurodyn.analysis.features.memory import FeatureMemory
from neurodyn.analysis.features.variances import moments
from neurodyn.errors import InputError

Array = NDArray[np.float64]
MOST = 32


def step_of(memory: FeatureMemory, bits: int) -> float:
    """How far the levels are apart that are spread over all numbers of T, from -max|T| to max|T|."""
    if not (isinstance(bits, int | np.integer) and 1 <= bits <= MOST):
        raise InputError(f"{bits} bits.", code="bad-bits", remedy=f"Give a whole number from 1 to {MOST}.")
    return float(2 * np.abs(memory.trace).max() / 2**bits)


def rounded(memory: FeatureMemory, bits: int) -> FeatureMemory:
    """The memory with each number of T in the middle of one of 2**bits equal intervals from -max|T| to max|T|.

    Raises:
        InputError: `bad-bits`, unless bits is a whole number from 1 to 32.
    """
    step, half = step_of(memory, bits), 2 ** (bits - 1)
    return replace(memory, kept=step * (np.clip(np.floor(memory.trace / step), -half, half - 1) + 0.5))


def rounding_error(memory: FeatureMemory, z: ArrayLike, bits: int) -> Array:
    """The mean |error of the energy| at points that rounding T adds to that of the features, to first order.

    It is sqrt(2/pi)*q*|phi(z)|/(sqrt(12)*beta*S), without the logarithm that times S. With one or two bits errors of
    rounding go with what is rounded, and the number is no more than a hint.

    Args:
        memory: with T as it is before rounding.
        z: points, one per row.
        bits: for each number of T.

    Raises:
        InputError: `bad-bits`, unless bits is a whole number from 1 to 32.
    """
    z = points("points", z, memory.memories)
    deviation = step_of(memory, bits) * np.linalg.norm(memory.features(z), axis=1) / np.sqrt(12)
    return np.asarray(np.sqrt(2 / np.pi) * deviation * np.exp(-moments(memory, z).log_scale) / memory.beta)


def bits_needed(memory: FeatureMemory, z: ArrayLike, share: float = 0.5) -> Array:
    """How many bits for each number of T make the error of rounding that share of the features' own, at points.

    The number is not a whole one; round it up. Whatever the deviation of S, it falls with the number of features as the
    numbers of T do, so that the bits hardly depend on that number.

    Raises:
        InputError: `bad-share`, unless the share is above 0.
    """
    if not share > 0:
        raise InputError(f"The share is {share:g}.", code="bad-share", remedy="Give a share above 0, such as 0.5.")
    ratio = rounding_error(memory, z, 1) / moments(memory, z).energy_error
    return np.asarray(1 + np.log2(ratio / share))
