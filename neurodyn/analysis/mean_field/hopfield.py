"""What theory expects of a Hopfield network of very many units and random patterns, as a function of its load.

    from neurodyn.analysis.mean_field import hopfield
    hopfield.critical().load       # 0.1379...: above it no pattern is remembered
    hopfield.retrieval(0.1)        # overlap, noise, susceptibility and energy of the states beside the patterns

These are the replica-symmetric equations of Amit, Gutfreund and Sompolinsky without temperature (1985, Phys. Rev. Lett.
55:1530, doi:10.1103/PhysRevLett.55.1530; 1987, Ann. Phys. 173:30, doi:10.1016/0003-4916(87)90092-3), for Hebb's rule
without self-coupling. The load is the number of patterns over the number of units, alpha = P/N.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import erf, erfc

from neurodyn.errors import InputError

# Maxima of the load lie between these arguments of the error function, for mixtures of up to so many patterns.
_ARGUMENTS = np.linspace(0.2, 5.0, 481)
_LARGEST = 15


@dataclass(frozen=True)
class MeanField:
    """A kind of states of a network of infinitely many units.

    Attributes:
        load: patterns over units.
        mixed: with how many patterns the states overlap: 1 beside a pattern, 3, 5, ... beside mixtures, 0 in a glass.
        overlap: with each of these, m.
        noise: the mean square of the overlaps with all others, over the load: r.
        susceptibility: how a field changes the activity: C.
        energy: of a unit, that of H = -sum(J[i,j]*S[i]*S[j])/2 over i != j with J = sum(xi[m,i]*xi[m,j])/N.
    """

    load: float
    mixed: int
    overlap: float
    noise: float
    susceptibility: float
    energy: float


def retrieval(load: float, mixed: int = 1) -> MeanField | None:
    """The states beside a pattern, or beside a symmetric mixture of an odd number of them; None above their load.

    Of a pattern m = erf(m/sqrt(2*alpha*r)), C = sqrt(2/(pi*alpha*r))*exp(-m**2/(2*alpha*r)), r = 1/(1 - C)**2.

    Raises:
        InputError: for a load that is not above 0, and mixtures of an even number.
    """
    _check(load, mixed)
    edge = _edge(mixed)
    if load > _load(edge, mixed):
        return None
    far = _moments(np.inf, mixed)[0] / math.sqrt(2 * load)
    argument = float(brentq(lambda y: _load(y, mixed) - load, edge, max(far, edge), xtol=1e-14)) if far > edge else edge
    return _state(load, mixed, argument)


def critical(mixed: int = 1) -> MeanField:
    """The last such states, at the highest load that has any: 0.1379 for patterns, 0.030 for mixtures of three.

    Raises:
        InputError: for mixtures of an even number.
    """
    _check(1.0, mixed)
    edge = _edge(mixed)
    return _state(_load(edge, mixed), mixed, edge)


def glass(load: float) -> MeanField:
    """The states that resemble no pattern: m = 0, r = (1 + sqrt(2/(pi*alpha)))**2.

    Raises:
        InputError: for a load that is not above 0.
    """
    _check(load, 1)
    return _state(load, 0, 0.0)


def flips(load: ArrayLike) -> NDArray[np.float64]:
    """The share of the units of a pattern that the first step flips: the Gaussian tail erfc(1/sqrt(2*alpha))/2."""
    with np.errstate(divide="ignore"):
        return np.asarray(erfc(1 / np.sqrt(2 * np.asarray(load, dtype=float))) / 2)


def _check(load: float, mixed: int) -> None:
    if not load > 0:
        raise InputError(
            f"The load is {load:g}.", code="bad-load", remedy="Give patterns over units, a number above 0."
        )
    if mixed % 2 != 1 or not 1 <= mixed <= _LARGEST:
        raise InputError(
            f"There is no theory here of mixtures of {mixed} patterns.",
            code="bad-mixture",
            remedy=f"Give an odd number, 1 for a pattern itself, up to {_LARGEST}.",
        )


def _moments(argument: float, mixed: int) -> tuple[float, float]:
    """With y = m/sqrt(2*alpha*r) and the sum s of n random signs: the means of s*erf(y*s)/n and exp(-(y*s)**2)."""
    up = np.arange(mixed + 1)
    sums, weights = 2.0 * up - mixed, np.array([math.comb(mixed, int(k)) for k in up]) / 2.0**mixed
    overlap = float(weights @ (sums * erf(argument * sums))) / max(mixed, 1)
    return overlap, float(weights @ np.exp(-((argument * sums) ** 2)))


def _load(argument: float, mixed: int) -> float:
    """The load at which the equations have a solution with this y: they are linear in its root."""
    overlap, density = _moments(argument, mixed)
    root = overlap / argument - 2 / math.sqrt(math.pi) * density
    return max(root, 0.0) ** 2 / 2


@cache
def _edge(mixed: int) -> float:
    """The y with the highest load: solutions with a larger one are the stable ones."""
    loads = [_load(float(y), mixed) for y in _ARGUMENTS]
    top = int(np.argmax(loads))
    bounds = float(_ARGUMENTS[top - 1]), float(_ARGUMENTS[top + 1])
    found = minimize_scalar(lambda y: -_load(y, mixed), bounds=bounds, method="bounded", options={"xatol": 1e-10})
    return float(found.x)


def _state(load: float, mixed: int, argument: float) -> MeanField:
    """All that follows from y."""
    overlap, density = _moments(argument, mixed)
    root = 1 + math.sqrt(2 / (math.pi * load)) * density  # of r, from r = 1/(1 - C)**2
    susceptibility = 1 - 1 / root
    width = math.sqrt(load) * root
    # The mean of |z*width + m*s| over the normal number z and the signs.
    field = math.sqrt(2 / math.pi) * width * density + (mixed * overlap**2 if mixed else 0.0)
    energy = load / 2 + mixed * overlap**2 / 2 - load * root / 2 + load * root**2 * susceptibility / 2 - field
    return MeanField(load, mixed, overlap if mixed else 0.0, root**2, susceptibility, energy)
