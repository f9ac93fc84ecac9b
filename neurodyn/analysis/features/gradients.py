"""How far the gradient of random features is off on average, to first order and in closed form.

With d = z - xi, one frequency w, B = sum(cos(sqrt(beta)*w.d)), A = the same of sines, and g the exact gradient, the
error of the gradient is to first order the mean over frequencies of w*A/(sqrt(beta)*S) - g*B/S, whose own mean is 0.
Products of A and B are sums of cosines and sines of sqrt(beta)*w.(d - d') and sqrt(beta)*w.(d + d'), of which normal w
have means in closed form: of cos(w.u), times |w|**2, it is (D - |u|**2)*exp(-|u|**2/2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp

from neurodyn.analysis.features.given import points
from neurodyn.analysis.features.memory import FeatureMemory
from neurodyn.analysis.features.variances import pairs
from neurodyn.errors import InputError

Array = NDArray[np.float64]


def gradient_error(memory: FeatureMemory, z: ArrayLike) -> Array:
    """The root mean square of the 2-norm of the error of the gradient at points, over draws of the frequencies.

    To first order, so it is no more than a hint where S deviates by more than a third of its mean.

    Args:
        memory: of `sincos` features, with a logarithm in its energy.
        z: points, one per row.

    Returns:
        one number for each point.

    Raises:
        InputError: `no-closed-form`, for other features and without the logarithm.
    """
    if memory.kind != "sincos" or not memory.log:
        raise InputError(
            "The expected error of the gradient is known of sincos features with a logarithm.",
            code="no-closed-form",
            remedy="Take such a memory, or the error that feature_errors measures.",
        )
    z = points("points", z, memory.memories)
    weight, apart = pairs(memory)
    log_mean, slopes = logsumexp(memory.log_kernels(z), axis=1), memory.exact_gradient(z)
    squares = [_square(memory, *each, weight, memory.beta * apart) for each in zip(z, log_mean, slopes, strict=True)]
    return np.sqrt(np.maximum(squares, 0.0) / memory.count)


def _square(memory: FeatureMemory, z: Array, log_mean: float, slope: Array, weight: Array, apart: Array) -> float:
    """The mean square of what one frequency gives; `apart` holds beta times the squared distances of memories."""
    away, beta = z - memory.memories, memory.beta
    sizes, along = beta * (away**2).sum(axis=1), away @ slope
    across = 2 * (sizes[:, None] + sizes) - apart  # beta*|d + d'|**2
    with np.errstate(over="ignore", invalid="ignore"):
        less, more = (np.exp(weight - 2 * log_mean - u / 2) / 2 for u in (apart, across))
        sines = ((z.size - apart) * less - (z.size - across) * more).sum() / beta
        mixed = ((along[:, None] + along) * more).sum()
        cosines = (less + more).sum()
    return float(sines - 2 * mixed + slope @ slope * cosines)
