"""What a network remembers, on one screen."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.basins.fractions import wilson
from neurodyn.analysis.exponents.report import plain
from neurodyn.analysis.fixed_points.point import Stability
from neurodyn.system.system import System

Array = NDArray[np.float64]
WIDTH, PATTERNS, ENDS, COLUMNS = 100, 8, 8, 9
GROUPS = ("pattern", "inverse", "mixture", "zero", "unnamed")


@dataclass(frozen=True, eq=False)
class Memory:
    """What became of a stored pattern.

    Attributes:
        row: its number.
        point: the fixed point near it, the flat state; None where there is none.
        overlap: of the two; NaN where there is none.
        stability: what the eigenvalues say; None where there is none, or the step has no slopes.
        exact: of maps, whether a step leaves the pattern itself as it is, to the last bit.
        recovered: how many of its corruptions came back, at each level.
    """

    row: int
    point: Array | None
    overlap: float
    stability: Stability | None
    exact: bool
    recovered: NDArray[np.intp]

    @property
    def is_stored(self) -> bool:
        """Whether there is a fixed point near it, and runs from the pattern stay there."""
        return self.point is not None and bool(self.recovered[0])

    def radius(self, levels: tuple[float, ...], trials: int) -> float:
        """The corruption at which half come back, on the line between two levels.

        0 where fewer come back from the pattern itself, infinite where more come back from all levels.
        """
        shares = self.recovered / trials
        below = np.flatnonzero(shares < 0.5)
        if not len(below):
            return float("inf")
        k = int(below[0])
        if k == 0:
            return 0.0
        return float(levels[k - 1] + (levels[k] - levels[k - 1]) * (shares[k - 1] - 0.5) / (shares[k - 1] - shares[k]))


@dataclass(frozen=True, eq=False)
class End:
    """A state of rest that random starts came to.

    Attributes:
        point: the flat state.
        count: how many starts.
        name: `pattern 2`, `inverse of pattern 2`, `mixture +0 -1 +4` (a majority of patterns), `zero` or
            `unnamed`.
        stability: what the eigenvalues say; None where the step has no slopes.
    """

    point: Array
    count: int
    name: str
    stability: Stability | None

    @property
    def group(self) -> str:
        """The first word of its name."""
        return self.name.partition(" ")[0]

    @property
    def is_spurious(self) -> bool:
        """Whether it is no stored pattern."""
        return self.group != "pattern"


@dataclass(frozen=True, eq=False, repr=False)
class Memories(AsText):
    """What a network remembers.

    Attributes:
        patterns, state: the parameter that holds the patterns, and the state that they are patterns of.
        binary: whether they are of +a and -a: corruptions are flips then, else noise.
        levels: of corruption: entries flipped, or noise in root mean squares of a pattern.
        trials: corruptions of each pattern at each level.
        starts: how many random starts there were.
        stored: for each pattern what became of it.
        ends: the states of rest that random starts came to.
        notes: what the numbers do not speak of.
        recipe: what it takes to repeat it.
        interrupted: whether the user ended it: patterns and starts that were not run by then are left out.
    """

    system: System
    patterns: str
    state: str
    binary: bool
    levels: tuple[float, ...]
    trials: int
    starts: int
    stored: tuple[Memory, ...]
    ends: tuple[End, ...]
    notes: tuple[str, ...]
    recipe: Mapping[str, Any]
    interrupted: bool = False

    @property
    def radii(self) -> Array:
        """For each pattern the corruption at which half come back: 0 if it is not stored, inf beyond all levels."""
        return np.array([m.radius(self.levels, self.trials) for m in self.stored])

    @property
    def recovery(self) -> Array:
        """The share of corruptions that came back: (patterns, levels)."""
        return self._counts / self.trials

    @property
    def _counts(self) -> NDArray[np.intp]:
        return np.array([m.recovered for m in self.stored], dtype=np.intp).reshape(-1, len(self.levels))

    @property
    def intervals(self) -> Array:
        """The 95 % intervals of the shares, of Wilson: (patterns, levels, 2)."""
        return np.stack(wilson(self._counts, self.trials), axis=-1)

    @property
    def spurious(self) -> tuple[End, ...]:
        """The ends that are no stored patterns."""
        return tuple(end for end in self.ends if end.is_spurious)

    @property
    def unsettled(self) -> int:
        """How many random starts had come to no rest."""
        return self.starts - sum(end.count for end in self.ends)

    def __str__(self) -> str:
        notes = [x for n in self.notes for x in textwrap.wrap(f"note: {n}", WIDTH, subsequent_indent="  ")]
        return "\n".join([*_head(self), *_rows(self), "", *_ends(self), *notes])

    def plot(self) -> Any:
        """What comes back of each pattern, from how far, and where random starts end: a matplotlib figure."""
        from neurodyn.results.display import drawn

        return drawn("memories", self)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        told = ("patterns", "state", "binary", "trials", "starts", "unsettled", "interrupted")
        found = {n: getattr(self, n) for n in told}
        stored = [
            {
                "row": m.row, "point": None if m.point is None else plain(m.point), "overlap": plain(m.overlap),
                "kind": m.stability and m.stability.kind, "exact": m.exact, "recovered": m.recovered.tolist(),
                "intervals": plain(own), "radius": plain(float(radius)),
            }
            for m, own, radius in zip(self.stored, self.intervals, self.radii, strict=True)
        ]  # fmt: skip
        ends = [
            {
                "name": e.name, "count": e.count, "interval": [*wilson(e.count, self.starts)],
                "kind": e.stability and e.stability.kind, "point": plain(e.point),
            }
            for e in self.ends
        ]  # fmt: skip
        found |= {"model": self.system.name, "levels": [*self.levels], "stored": stored, "ends": ends}
        return {**found, "notes": [*self.notes], "recipe": dict(self.recipe)}


def _head(report: Memories) -> list[str]:
    is_stored = sum(m.is_stored for m in report.stored)
    text = f"{report.system.name}: {is_stored} of {len(report.stored)} patterns in {report.patterns} are remembered"
    text += "; interrupted: those not reached are left out" if report.interrupted else ""
    what = "entries are flipped" if report.binary else "noise is added, in root mean squares of the pattern"
    return [
        text,
        "",
        f"  Per cent that come back, of {report.trials} each (95 % within {_widest(report)}), when {what}",
    ]


def _widest(report: Memories) -> str:
    low, high = wilson(report.trials // 2, report.trials)
    return f"{100 * (high - low) / 2:.0f} at most"


def _rows(report: Memories) -> list[str]:
    """A line for each pattern."""
    shown = np.unique(np.linspace(0, len(report.levels) - 1, COLUMNS).round().astype(int))
    heads = "".join(f"{report.levels[k]:6g}" for k in shown)
    lines = [f"  pattern overlap  {heads}   half at  kind"]
    for m, radius in zip(report.stored[:PATTERNS], report.radii, strict=False):
        shares = "".join(f"{100 * m.recovered[k] / report.trials:6.0f}" for k in shown)
        near = "   none" if m.point is None else f"{m.overlap:7.3f}"
        half = f"> {report.levels[-1]:g}" if np.isinf(radius) else f"{radius:.3g}"
        lines.append(f"  {m.row:7d} {near}  {shares}   {half:>7s}  {_kind(m)}")
    if len(report.stored) > PATTERNS:
        lines.append(f"  and {len(report.stored) - PATTERNS} more")
    return lines


def _kind(m: Memory) -> str:
    if m.point is None:
        return "no fixed point near it"
    if m.stability is None:
        return "fixed exactly" if m.exact else "a fixed point near it"
    return m.stability.kind


def _ends(report: Memories) -> list[str]:
    """A line for each state of rest."""
    lines = [f"  Ends of {report.starts} random starts: {len(report.ends)} states, {report.unsettled} not at rest"]
    for end in report.ends[:ENDS]:
        low, high = wilson(end.count, report.starts)
        kind = f"  {end.stability.kind}" if end.stability else ""
        share = f"{100 * end.count / report.starts:5.1f} % ({100 * low:.0f} to {100 * high:.0f})"
        lines.append(f"    {share:20s} {end.name}{kind}")
    if len(report.ends) > ENDS:
        rest = report.ends[ENDS:]
        counts = {k: sum(e.group == k for e in rest) for k in GROUPS}
        lines.append(f"    and {len(rest)} more: {', '.join(f'{n} {k}' for k, n in counts.items() if n)}")
    return lines
