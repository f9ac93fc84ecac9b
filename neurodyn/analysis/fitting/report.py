"""The report of a fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.exponents.report import plain
from neurodyn.analysis.fitting.information import Information
from neurodyn.analysis.fitting.problem import Minimum, Problem
from neurodyn.analysis.fitting.profiles import Profile
from neurodyn.analysis.fitting.words import told
from neurodyn.system.system import System

if TYPE_CHECKING:
    from neurodyn.analysis.fitting.curves import Curve

Floats = NDArray[np.float64]
# Searches ended at the same minimum where sums of squares differ by less than this part.
SAME = 1e-4


@dataclass(frozen=True, eq=False, repr=False)
class Fit(AsText):
    """The parameters with which a model comes nearest to measurements; made by `fit`.

    Attributes:
        problem: the measurements, and how they are predicted.
        best: the least sum of squares that was found.
        ends: where each search ended that could begin.
        information: what the slopes at the best point say: covariance, directions that are lost.
        profiles: of each parameter; none where they were not asked for.
        level: of intervals.
        status: `done`, `not settled` (the best search did not come to rest) or `interrupted` (without profiles).
    """

    system: System
    problem: Problem
    best: Minimum
    ends: tuple[Minimum, ...]
    information: Information
    profiles: tuple[Profile, ...]
    level: float
    status: str
    recipe: Mapping[str, Any]

    @cached_property
    def values(self) -> dict[str, float]:
        """The parameters, by name."""
        return self.problem.values_of(self.best.point)

    @cached_property
    def fitted(self) -> System:
        """The system with the parameters that were found; starts are in `values` alone."""
        own = {v.name: self.values[v.name] for v in self.problem.varied if not v.is_start}
        return self.system.with_values(own) if own else self.system

    @property
    def freedom(self) -> int:
        """How many more measurements than parameters there are."""
        return len(self.problem.values) - len(self.problem.varied)

    @property
    def variance(self) -> float:
        """Of a residual in terms of the errors of measurements: 1 where these are given, else estimated."""
        if self.problem.known:
            return 1.0
        return self.best.squares / self.freedom if self.freedom > 0 else float("nan")

    @cached_property
    def errors(self) -> dict[str, float]:
        """Standard errors from the covariance: inf where the data do not tell, NaN at a bound."""
        deviations = np.sqrt(np.diag(self.information.covariance))
        found = zip(self.problem.varied, deviations, strict=True)
        return {v.name: float(d * v.slope(self.values[v.name])) for v, d in found}

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """At the level: from profiles, else from the covariance; cut at the bounds."""
        if self.profiles:
            return {p.name: (p.low, p.high) for p in self.profiles}
        from scipy.stats import t

        times = float(t.ppf((1 + self.level) / 2, np.inf if self.problem.known else max(self.freedom, 1)))
        halves = times * np.sqrt(np.diag(self.information.covariance))
        found = {}
        for v, at, half in zip(self.problem.varied, self.best.point, halves, strict=True):
            half = np.inf if np.isnan(half) else half
            found[v.name] = (float(v.value(at - half)), float(v.value(at + half)))
        return found

    @property
    def correlation(self) -> Floats:
        """Of the coordinates that are told."""
        return self.information.correlation

    @property
    def at_bounds(self) -> tuple[str, ...]:
        """The parameters that lie at a bound."""
        at = zip(self.problem.varied, self.values.values(), strict=True)
        return tuple(v.name for v, x in at if x in (v.low, v.high))

    @property
    def open(self) -> tuple[str, ...]:
        """The parameters whose interval has an end that the data do not tell."""
        return tuple(p.name for p in self.profiles if p.is_open)

    @property
    def is_identified(self) -> bool:
        """Whether the data tell every parameter: no direction is lost, and no interval open."""
        return not (self.information.lost or self.open)

    @property
    def agreeing(self) -> int:
        """How many searches ended at the best minimum."""
        limit = self.best.squares * (1 + SAME) + 1e-12 * len(self.problem.values)
        return sum(m.squares <= limit for m in self.ends)

    @cached_property
    def chance(self) -> float:
        """How often a model that is right fits no better than this; NaN where errors are not known."""
        from scipy.stats import chi2

        known = self.problem.known and self.freedom > 0
        return float(chi2.sf(self.best.squares, self.freedom)) if known else float("nan")

    @cached_property
    def predictions(self) -> Floats:
        """What the fitted model says of the measurements, in their order."""
        return np.asarray(self.problem.values + self.best.residuals * self.problem.errors)

    def curves(self) -> tuple[Curve, ...]:
        """Each set of measurements with what the model says of it, and the band of that at the level."""
        from neurodyn.analysis.fitting.curves import curves

        return curves(self)

    def __str__(self) -> str:
        return told(self)

    def plot(self) -> Any:
        """Measurements with the fit and its band, and the profiles of parameters."""
        from neurodyn.results.display import drawn

        return drawn("fit", self)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        info = self.information
        directions = [
            {"parts": dict(zip(d.names, plain(d.parts), strict=True)), "error": plain(d.error), "kept": d.kept}
            for d in info.directions
        ]
        profile = {p.name: {"values": plain(p.values), "rise": plain(p.rise), "open": p.is_open} for p in self.profiles}
        intervals = {n: plain(np.array(ends)) for n, ends in self.intervals.items()}
        return {
            "model": self.system.name, "status": self.status, "values": self.values, "intervals": intervals,
            "errors": {n: plain(e) for n, e in self.errors.items()}, "level": self.level,
            "at_bounds": list(self.at_bounds), "open": list(self.open), "is_identified": self.is_identified,
            "rank": info.rank, "directions": directions, "correlation": plain(info.correlation),
            "squares": self.best.squares, "freedom": self.freedom, "variance": plain(self.variance),
            "chance": plain(self.chance), "predictions": plain(self.predictions), "profiles": profile,
            "searches": [{"values": self.problem.values_of(m.point), "squares": m.squares, "settled": m.settled}
                         for m in self.ends],
            "slopes": self.problem.why or "from equations", "recipe": dict(self.recipe),
        }  # fmt: skip
