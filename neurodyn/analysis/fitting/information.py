"""What measurements tell of parameters: Fisher's information, errors and correlations, and what they cannot tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fitting.vary import Vary

Floats = NDArray[np.float64]
# A parameter has a part in a direction from this share on.
PART = 0.05


@dataclass(frozen=True, eq=False)
class Direction:
    """A way in which parameters move together, and how well the data tell how far.

    Attributes:
        parts: of each parameter, in coordinates: a step of length 1 moves logarithms, or widths, by them.
        error: the standard deviation of the place along it, in coordinates; inf where the data do not depend on it.
    """

    names: tuple[str, ...]
    logs: tuple[bool, ...]
    parts: Floats
    error: float

    @property
    def members(self) -> tuple[str, ...]:
        """The parameters that move along it."""
        return tuple(n for n, part in zip(self.names, self.parts, strict=True) if abs(part) >= PART)

    @property
    def powers(self) -> dict[str, float]:
        """Of the product that stays the same along it, where two logarithms move: what the data do tell of them."""
        own = [k for k, part in enumerate(self.parts) if abs(part) >= PART]
        if len(own) != 2 or not all(self.logs[k] for k in own):
            return {}
        first, second = own
        return {self.names[first]: 1.0, self.names[second]: -float(self.parts[first] / self.parts[second])}

    @property
    def kept(self) -> str:
        """That product as text."""
        if not self.powers:
            return ""
        (first, _), (second, power) = self.powers.items()
        exponent = "" if abs(abs(power) - 1) < 0.005 else f"**{abs(power):.3g}"
        return f"{first}{'/' if power < 0 else '*'}{second}{exponent}"

    def kept_of(self, values: Mapping[str, float]) -> float:
        """Its value."""
        return float(np.prod([values[name] ** power for name, power in self.powers.items()]))

    def __str__(self) -> str:
        if len(self.members) == 1:
            return self.members[0]
        top = float(self.parts[np.abs(self.parts).argmax()])
        own = [(n, part / top) for n, part in zip(self.names, self.parts, strict=True) if abs(part) >= PART]
        return ", ".join(f"{n} {part:+.2g}" for n, part in own)


@dataclass(frozen=True, eq=False)
class Information:
    """What the slopes at the best point say.

    Attributes:
        singular: values of the slopes, the largest first.
        directions: the same ways, the best told first.
        covariance: of the coordinates; inf where a parameter moves along a way that is lost, NaN where it is held.
        correlation: of the coordinates that are told.
    """

    singular: Floats
    directions: tuple[Direction, ...]
    covariance: Floats
    correlation: Floats

    @property
    def lost(self) -> tuple[Direction, ...]:
        """The ways along which the data do not change."""
        return tuple(d for d in self.directions if not np.isfinite(d.error))

    @property
    def rank(self) -> int:
        """How many combinations of parameters the data tell."""
        return len(self.directions) - len(self.lost)


def information(
    slopes: Floats, varied: Sequence[Vary], variance: float, precision: float, held: Sequence[int]
) -> Information:
    """What slopes (values, parameters) in terms of errors say.

    Args:
        variance: of a residual.
        precision: what slopes may be off by, relative to the largest.
        held: parameters that stay at a bound.
    """
    free = [k for k in range(len(varied)) if k not in held]
    count = len(varied)
    _, singular, ways = np.linalg.svd(slopes[:, free], full_matrices=True) if free else (None, np.zeros(0), np.eye(0))
    singular = np.concatenate([singular, np.zeros(len(free) - len(singular))])
    told = singular > precision * singular.max(initial=0.0)
    covariance = np.full((count, count), np.nan)
    kept = ways[told] / singular[told, None]
    own = variance * kept.T @ kept
    for k in np.flatnonzero((np.abs(ways[~told]) >= PART).any(axis=0)):
        own[k], own[:, k] = np.nan, np.nan
        own[k, k] = np.inf
    covariance[np.ix_(free, free)] = own
    names, logs = tuple(varied[k].name for k in free), tuple(varied[k].log for k in free)
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.where(told, np.sqrt(variance) / singular, np.inf)
        deviations = np.sqrt(np.diag(covariance))
        correlation = covariance / deviations / deviations[:, None]
    directions = tuple(Direction(names, logs, way, float(e)) for way, e in zip(ways, errors, strict=True))
    return Information(singular, directions, covariance, correlation)
