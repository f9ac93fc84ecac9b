"""Whether the valley of a memory outlives the noise of random features, and how far its bottom moves.

At a memory that lies alone the exact energy has the curvature 1 in all directions. That of the features has, beside it,
a symmetric matrix of noise W: the mean over frequencies w of w[i]*w[j]*B/S, with B as in `gradients`. Its elements
deviate by s = sqrt(mean of B**2)/(S*sqrt(Y)), and as it is a sum over many frequencies, its eigenvalues fill the
semicircle (Wigner 1958, doi:10.2307/1970008) between -R and R, R = 2*sqrt(D)*s. So the memory lies in a valley while
R < 1; above, there are directions in which it goes downhill. Of K memories far apart B**2 is K/2 on average, and
R < 1 takes 2*Y > 4*K*D.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.analysis.features.given import points
from neurodyn.analysis.features.gradients import gradient_error
from neurodyn.analysis.features.memory import FeatureMemory
from neurodyn.analysis.features.variances import moments

Array = NDArray[np.float64]


def curvature_noise(memory: FeatureMemory, z: ArrayLike) -> Array:
    """R at points: the largest eigenvalue, on average over draws, of the noise in the curvature of the energy.

    It is told for memories that lie alone, with many frequencies for each number (Y >> D), which is where it is
    compared with the curvature 1.

    Args:
        memory: of `sincos` features.
        z: points, one per row.
    """
    z = points("points", z, memory.memories)
    squares = moments(memory, z).spread ** 2 + 1  # mean of B**2 over S**2
    return np.asarray(2 * np.sqrt(memory.memories.shape[1] * squares / memory.count))


def expected_drift(memory: FeatureMemory, z: ArrayLike) -> Array:
    """The root mean square of the distance between memories that lie alone and the bottoms of their valleys.

    To first order it is that of the gradient g which the features have at the memory. To the next, |g|/(1 + W) is
    larger by 3*R**2/8, and the distance is smaller by R**2/4, as the noise that makes g falls off with
    exp(-beta*distance**2/2), and beta*|g|**2 is R**2/4: it is |g|*(1 + R**2/8).

    Args:
        memory: of `sincos` features, with a logarithm in its energy.
        z: memories, one per row.

    Returns:
        one distance for each; NaN where R is 1 or more, and the orders say nothing.

    Raises:
        InputError: `no-closed-form`, for other features and without the logarithm.
    """
    z = points("points", z, memory.memories)
    slopes = np.hypot(gradient_error(memory, z), np.linalg.norm(memory.exact_gradient(z), axis=1))
    noise = curvature_noise(memory, z)
    return np.where(noise < 1, slopes * (1 + noise**2 / 8), np.nan)
