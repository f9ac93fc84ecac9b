"""What tolerances do to a circuit, as a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.basins.fractions import wilson
from neurodyn.analysis.tolerance.corners import Corners
from neurodyn.analysis.tolerance.measures import Asked, Runs
from neurodyn.analysis.tolerance.sensitivity import Indices, Regression
from neurodyn.analysis.tolerance.variations import Variations
from neurodyn.results.display import drawn

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
LEVELS = (0.025, 0.25, 0.5, 0.75, 0.975)  # of the band
LINEAR = 0.9  # share of the variance below which slopes rank badly


@dataclass(frozen=True, eq=False)
class Measured:
    """One measure of all samples.

    Attributes:
        middle: its value with all components as the file says.
        values: of each sample; NaN where there is none, which counts as not good.
        indices: Sobol's, where they were asked for.
    """

    asked: Asked
    middle: float
    values: Array
    regression: Regression
    corners: Corners
    indices: Indices | None = None

    @property
    def good(self) -> int:
        """How many samples are within the limits."""
        return int(((self.values >= self.asked.low) & (self.values <= self.asked.high)).sum())

    @property
    def share(self) -> float:
        """The yield."""
        return self.good / len(self.values)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the yield, after Wilson."""
        low, high = wilson(self.good, len(self.values))
        return float(low), float(high)

    @property
    def quantiles(self) -> Array:
        """At the levels of `LEVELS`, of the samples that have a number."""
        good = self.values[np.isfinite(self.values)]
        return np.quantile(good, LEVELS) if good.size else np.full(len(LEVELS), np.nan)


@dataclass(frozen=True, eq=False, repr=False)
class Tolerance(AsText):
    """A circuit whose components are off; made by `tolerance`.

    Attributes:
        runs: the samples: values of components, times and outputs.
        middle: the run with all components as the file says.
        measured: by the name of the measure.
        offsets: the draws, (sample, axis), in tolerances.
        draws, seed: how they were drawn.
    """

    system: System
    variations: Variations
    runs: Runs
    middle: Runs
    measured: Mapping[str, Measured]
    offsets: Array
    draws: str
    seed: int

    @cached_property
    def bands(self) -> Mapping[str, Array]:
        """The quantiles of each output in time, (level, time), at `LEVELS`."""
        return {name: np.nanquantile(y, LEVELS, axis=1) for name, y in self.runs.outputs.items()}

    @property
    def failed(self) -> int:
        """How many runs ended early."""
        ends = [~np.isfinite(y[-1]) for y in self.runs.outputs.values()]
        return int(np.logical_or.reduce(ends).sum())

    def plot(self, kind: str = "overview", measure: str | None = None) -> Any:
        """The band of the response, the histogram of a measure with its limits, and the ranking; or one of them."""
        return drawn("tolerance", self, kind=kind, measure=measure)

    def __str__(self) -> str:
        count = len(self.offsets)
        lines = [f"{self.system.name}: {count:,} samples of {len(self.variations.axes)} tolerances"]
        lines += [f"  {name}: {_told(members[0])}" for name, members in self.variations.axes.items()]
        if self.failed:
            lines.append(f"  {self.failed} runs ended early: they are not good")
        for name, one in self.measured.items():
            lines += ["", *self._measure(name, one)]
        return "\n".join(lines)

    def _measure(self, name: str, one: Measured) -> list[str]:
        low, _, median, _, high = one.quantiles
        lines = [f"  {name}: {one.middle:.4g} as the file says; median {median:.4g}, 95 % in {low:.4g}..{high:.4g}"]
        if one.asked.limited:
            bottom, top = one.interval
            limits = "..".join(f"{end:g}" if np.isfinite(end) else "" for end in (one.asked.low, one.asked.high))
            lines.append(f"    in {limits}: {one.share:.2%} of samples (95 % interval {bottom:.2%} to {top:.2%})")
        least, most = one.corners.least, one.corners.most
        lines.append(f"    at corners {least.value:.4g} to {most.value:.4g} ({one.corners.searched})")
        lines.append(f"    least where {self._signs(least.signs)}; largest where {self._signs(most.signs)}")
        note = "" if one.regression.explained >= LINEAR else ": not linear, ranked with care"
        lines.append(f"    standardised slopes (R^2 {one.regression.explained:.3f}{note})")
        lines += [f"      {axis:<{self._width}}  {text}" for axis, text in self._ranking(one)]
        return lines

    @property
    def _width(self) -> int:
        return max(map(len, self.variations.axes))

    def ranking(self, one: Measured) -> list[int]:
        """The axes, those that matter most first: by total indices where there are some, else by slopes."""
        weights = one.indices.total if one.indices else np.abs(one.regression.standardised)
        return [int(k) for k in np.argsort(-np.nan_to_num(weights), kind="stable")]

    def _ranking(self, one: Measured) -> list[tuple[str, str]]:
        names, found = [*self.variations.axes], []
        for k in self.ranking(one):
            text = f"{one.regression.standardised[k]:+.3f}"
            if one.indices:
                text += f"  Sobol {one.indices.first[k]:.3f} alone, {one.indices.total[k]:.3f} in all"
            found.append((names[k], text))
        return found

    def _signs(self, signs: tuple[int, ...]) -> str:
        return " ".join(f"{name}{'+' if s > 0 else '-'}" for name, s in zip(self.variations.axes, signs, strict=True))

    def to_json(self) -> dict[str, Any]:
        """The report as plain data, without the samples."""
        names = [*self.variations.axes]
        return {
            "model": self.system.name,
            "samples": len(self.offsets),
            "draws": self.draws,
            "seed": self.seed,
            "failed": self.failed,
            "tolerances": {n: [vars(one) for one in members] for n, members in self.variations.axes.items()},
            "measures": {name: _plain(one, names) for name, one in self.measured.items()},
            "time": self.runs.time.tolist(),
            "bands": {
                name: dict(zip(map(str, LEVELS), band.tolist(), strict=True)) for name, band in self.bands.items()
            },
        }


def _told(one: Any) -> str:
    return f"{one.middle:.6g} ± {one.half:.4g} ({one.shape})"


def _plain(one: Measured, names: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "value": one.middle,
        "quantiles": dict(zip(map(str, LEVELS), one.quantiles.tolist(), strict=True)),
        "slopes": dict(zip(names, one.regression.standardised.tolist(), strict=True)),
        "r_squared": one.regression.explained,
        "corners": {
            word: {"value": corner.value, "signs": dict(zip(names, corner.signs, strict=True))}
            for word, corner in (("least", one.corners.least), ("most", one.corners.most))
        },
        "corners_searched": one.corners.searched,
    }
    if one.asked.limited:
        ends = [end if np.isfinite(end) else None for end in (one.asked.low, one.asked.high)]
        found |= {"limits": ends, "yield": one.share, "interval": list(one.interval)}
    if one.indices:
        found["sobol"] = {"first": dict(zip(names, one.indices.first.tolist(), strict=True))}
        found["sobol"]["total"] = dict(zip(names, one.indices.total.tolist(), strict=True))
    return found
