"""How far random features are off on average, in closed form.

Over independent frequencies with normal components the product of features phi(x).phi(y) has the mean
kappa = exp(-beta*|x - y|**2/2), and so S, their sum over memories, has the exact value as its mean. The variances below
are exact, of one product and of the whole sum: products with different memories use the same frequencies, so that their
covariances count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp, ndtr, ndtri

from neurodyn.analysis.features.given import check_kernel, points
from neurodyn.analysis.features.memory import FeatureMemory
from neurodyn.model.random_features import FEATURE_MAPS

Array = NDArray[np.float64]
# Of a normal number, for means over it.
QUANTILES = 2000
# Exponents that differ by less are far from the ends of what doubles can hold.
LARGE = 300.0


def kernel_variance(x: ArrayLike, y: ArrayLike, *, kind: str, beta: float, count: int = 1) -> Array:
    """The variance of phi(x).phi(y) over draws of `count` frequencies, for points x and y, one per row."""
    check_kernel(kind, beta, FEATURE_MAPS)
    x = points("points", x)
    y = points("points", y, x)
    kappa = np.exp(-beta * ((x - y) ** 2).sum(axis=1) / 2)
    if kind == "sincos":
        one = (1 - kappa**2) ** 2 / 2
    elif kind == "cos":
        one = 1 + kappa**4 / 2 - kappa**2
    else:
        product, squares = (x * y).sum(axis=1), (x**2 + y**2).sum(axis=1)
        square = np.exp(4 * beta * product)
        one = (square if kind == "exp" else (square + np.exp(-2 * beta * squares)) / 2) - kappa**2
    return np.asarray(one / count)


@dataclass(frozen=True, eq=False)
class Moments:
    """Of S at points, over draws of the frequencies.

    Attributes:
        log_mean: log of the exact S, which is the mean.
        spread: the standard deviation over the mean that one frequency would give; that of n is 1/sqrt(n) of it.
    """

    memory: FeatureMemory
    log_mean: Array
    spread: Array

    @property
    def relative(self) -> Array:
        """The standard deviation of S over its mean."""
        return np.asarray(self.spread / np.sqrt(self.memory.count))

    @property
    def variance(self) -> Array:
        """Of S."""
        return np.asarray((self.relative * np.exp(self.log_mean)) ** 2)

    @property
    def log_scale(self) -> Array:
        """log of S where the energy is a logarithm, so that only the relative error of S counts; else 0."""
        return self.log_mean if self.memory.log else np.zeros_like(self.log_mean)

    @property
    def _scale(self) -> Array:
        """The error of the energy over the relative error of S, to first order."""
        return np.asarray(np.sqrt(2 / np.pi) * np.exp(self.log_mean - self.log_scale) / self.memory.beta)

    @property
    def energy_error(self) -> Array:
        """The mean of |error of the energy|, to first order: sqrt(2/pi)*deviation/(beta*S), without the logarithm
        sqrt(2/pi)*deviation/beta. It takes S for normal, which positive features at large beta are not: they are mostly
        closer, and rarely much further off."""
        return np.asarray(self._scale * self.relative)

    @property
    def floored_error(self) -> Array:
        """The mean of |error of the energy| to all orders, S being normal and counting as its floor at least.

        That is what is met on the plateau, where the first order says too much. Without a logarithm or a floor it is
        the first order.
        """
        if not self.memory.log or self.memory.floor <= 0:
            return self.energy_error
        draws = ndtri((np.arange(QUANTILES) + 0.5) / QUANTILES)
        with np.errstate(divide="ignore"):
            least = np.log(self.memory.floor) - self.log_mean[:, None]
            off = np.maximum(np.log(np.maximum(1 + self.relative[:, None] * draws, 0.0)), least)
        return np.asarray(np.abs(off).mean(axis=1) / self.memory.beta)

    def needed(self, target: float) -> Array:
        """How many frequencies make that error equal to a target, at each point."""
        return np.asarray(np.ceil((self._scale * self.spread / target) ** 2))

    @property
    def clipped(self) -> Array:
        """The probability of S below the floor, where S is normal; 0 where there is no floor."""
        if not self.memory.log or self.memory.floor <= 0:
            return np.zeros_like(self.log_mean)
        mean = np.exp(self.log_mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            away = np.where(self.variance > 0, (self.memory.floor - mean) / np.sqrt(self.variance), np.inf)
        return np.asarray(np.where(np.isfinite(away), ndtr(away), self.memory.floor >= mean), dtype=float)


def moments(memory: FeatureMemory, z: ArrayLike) -> Moments:
    """Mean and variance of S at points.

    With d = z - xi, sincos has n*variance = sum over pairs of memories of
    (exp(-beta*|d - d'|**2/2) + exp(-beta*|d + d'|**2/2))/2, less S**2; the others differ in what is summed.
    """
    z = points("points", z, memory.memories)
    log_mean = logsumexp(memory.log_kernels(z), axis=1)
    squares = _log_squares_by_phase(memory, z) if memory.kind in ("cos", "sincos") else _log_squares(memory, z)
    with np.errstate(over="ignore"):
        spread = np.sqrt(np.maximum(np.expm1(squares - 2 * log_mean), 0.0))
    return Moments(memory, log_mean, spread)


def pairs(memory: FeatureMemory) -> tuple[Array, Array]:
    """The log of the product of the weights of two memories, and the square of their distance."""
    xi = memory.memories
    sizes = (xi**2).sum(axis=1)
    apart = np.maximum(sizes[:, None] + sizes - 2 * xi @ xi.T, 0.0)
    np.fill_diagonal(apart, 0.0)
    with np.errstate(divide="ignore"):
        weight = np.log(memory.weighing)
    return weight[:, None] + weight, apart


def _log_squares_by_phase(memory: FeatureMemory, z: Array) -> Array:
    """log of the mean square of S at one frequency, for features of phases.

    |d + d'|**2 is 2|d|**2 + 2|d'|**2 - |d - d'|**2, so that only distances of memories from points are computed anew.
    """
    weight, apart = pairs(memory)
    base = _log_sum(weight - memory.beta * apart / 2) + (np.log(0.5) if memory.kind == "sincos" else 0.0)
    near = memory.beta * ((z[:, None] - memory.memories) ** 2).sum(axis=2)
    across = weight + memory.beta * apart / 2 + np.log(0.5)
    top = float(across.max())
    if top - float(weight.min()) < LARGE:  # nothing that counts is too small for a double: a product of matrices
        least = near.min(axis=1)
        reach = np.exp(least[:, None] - near)
        products = np.einsum("zm,zm->z", reach @ np.exp(across - top), reach)
        return np.asarray(np.logaddexp(base, np.log(products) + top - 2 * least))
    return np.array([np.logaddexp(base, _log_sum(across - one[:, None] - one)) for one in near])


def _log_squares(memory: FeatureMemory, z: Array) -> Array:
    """log of the mean square of S at one frequency, for positive features."""
    weight, apart = pairs(memory)
    sizes, found = memory.beta * (memory.memories**2).sum(axis=1), []
    for one in z:
        product = 2 * memory.beta * memory.memories @ one
        square = _log_sum(weight - memory.beta * apart / 2 + product[:, None] + product)
        if memory.kind == "expexp":
            size = 2 * memory.beta * (one @ one) + sizes[:, None] + sizes
            square = np.logaddexp(square, _log_sum(weight + memory.beta * apart / 2 - size)) + np.log(0.5)
        found.append(square)
    return np.array(found)


def _log_sum(terms: Array) -> float:
    """log of the sum of exp of all."""
    top = float(terms.max())
    return top + float(np.log(np.exp(terms - top).sum()))
