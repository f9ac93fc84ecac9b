"""Three capacities, which are not the same.

By **formula**: P_T and P_S of the theory, leading terms for many units and a vanishing chance of an error.

By **definition**: with so many patterns the chance that one transition has an error in any unit (P_T), or that any of
the P transitions has one (P_S), is `failure`. Chances are over draws of patterns and measured at several P; the
place comes from `failure_threshold`. What a normal crosstalk makes of the same definition is `gaussian_capacity`.

By the **protocol** of the source's programs: from twice the formula on P shrinks by 1 % (to the whole number below)
after each failure, with fresh patterns each time, until there is none; the mean of 20 such searches, of which all but
the first five begin at 1.25 times the best before. "No failure" asks for all P transitions of one draw where P_T is
meant, and of 100 draws where P_S is. That is stricter than the definition, but the search also ends at the first lucky
draw, which raises P.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from neurodyn.analysis.sequences import GROWTH, gaussian_capacity, sequence_capacity, transition_capacity
from neurodyn.analysis.thresholds import Threshold, failure_threshold, fitted_slope
from neurodyn.studies.framework.claims import Claim, at_most, between, close, undecided
from neurodyn.studies.framework.work import Work
from neurodyn.studies.memory.sequences import Array, Degree, called, drawn, network, wrong_units

Kind = Literal["transition", "sequence"]
KINDS: tuple[Kind, Kind] = ("transition", "sequence")
# Units of the networks: as many as leave the patterns of the largest one few enough.
UNITS: Mapping[Degree, tuple[int, ...]] = {
    1: (50, 71, 100, 141, 200),
    2: (20, 30, 45, 67, 100),
    3: (20, 28, 40, 56),
    4: (16, 20, 25, 32),
    None: (8, 10, 12, 14, 16),
}
# Numbers of patterns that are tried, as parts of the capacity with a normal crosstalk; the exponential network, whose
# crosstalk is further from that, comes to fewer.
AROUND, AROUND_EXPONENTIAL = (0.4, 0.6, 0.85, 1.2, 1.7), (0.04, 0.1, 0.2, 0.4, 0.8)
_MOST = 400  # transitions of one draw where single ones count


@dataclass(frozen=True)
class Cell:
    """One network of one size, and one kind of capacity."""

    kind: Kind
    degree: Degree
    units: int

    @property
    def name(self) -> str:
        return f"{self.kind} capacity, {called(self.degree)}, N = {self.units}"

    @property
    def formula(self) -> float:
        known = transition_capacity if self.kind == "transition" else sequence_capacity
        return known(self.units, self.degree)

    def expected(self, failure: float) -> float:
        """What the definition gives with a normal crosstalk."""
        return gaussian_capacity(self.units, self.degree, failure=failure, of=self.kind)


def cells(largest: float = math.inf) -> list[Cell]:
    """All networks with so many patterns at most."""
    every = [Cell(kind, d, n) for kind in KINDS for d, sizes in UNITS.items() for n in sizes]
    return [cell for cell in every if cell.formula <= largest]


def measured(work: Work, failure: float, trials: int, largest: float) -> dict[Cell, Threshold]:
    """The capacities by definition.

    Args:
        trials: transitions, or whole sequences, tried at each number of patterns.
        largest: leaves out networks whose capacity by formula is larger.
    """
    asked = cells(largest)
    found = work.parts({cell.name: partial(_tried, work, cell, failure, trials) for cell in asked})
    return {cell: failure_threshold(*found[cell.name]["rows"].T, failure=failure) for cell in asked}


def _tried(work: Work, cell: Cell, failure: float, trials: int) -> dict[str, Array]:
    """Rows of P, failures and trials, one for each draw, or for all draws where each is one trial."""
    parts = AROUND_EXPONENTIAL if cell.degree is None else AROUND
    counts = sorted({max(2, round(part * cell.expected(failure))) for part in parts})
    many = 20 * trials  # single transitions are cheap, and those of one draw are not independent
    rows = []
    for patterns in counts:
        each = 1 if cell.kind == "sequence" else min(patterns, _MOST)
        draws = trials if cell.kind == "sequence" else -(-many // each)
        failed = [_failed(work, cell, patterns, k) for k in range(draws)]
        rows += [(patterns, sum(failed), draws)] if each == 1 else [(patterns, f, each) for f in failed]
    return {"rows": np.array(rows, dtype=float)}


def _failed(work: Work, cell: Cell, patterns: int, ordinal: int) -> int:
    """Of one draw of patterns, how many of the first transitions have an error; or whether any of all has one."""
    rng = work.rng(f"{cell.name} P={patterns}", ordinal)
    system = network(cell.degree, drawn(rng, patterns, cell.units))
    if cell.kind == "sequence":
        return int(wrong_units(system).any())
    return int(wrong_units(system, _MOST).any(axis=1).sum())


@dataclass(frozen=True)
class Slope:
    """How a capacity grows with the units: the exponent, or for exponential networks the factor's logarithm."""

    kind: Kind
    degree: Degree
    wanted: float
    found: tuple[float, float, float]
    normal: float


def slopes(found: Mapping[Cell, Threshold], failure: float) -> list[Slope]:
    """Slopes of ln(P ln N) against ln N, which is d by formula; for exponential networks against N, of ln(P ln N) and
    ln(P N), which is ln of `GROWTH`. With those that a normal crosstalk makes of the same sizes."""
    made = []
    for kind in KINDS:
        for degree in UNITS:
            here = {cell: t for cell, t in found.items() if (cell.kind, cell.degree) == (kind, degree)}
            if len(here) < 3:
                continue
            units = np.array([cell.units for cell in here], dtype=float)
            extra = np.log(units) if degree is None and kind == "sequence" else np.log(np.log(units))
            x = units if degree is None else np.log(units)
            errors = [t.error for t in here.values()]
            slope = fitted_slope(x, np.log([t.load for t in here.values()]) + extra, errors)
            normal = fitted_slope(x, np.log([cell.expected(failure) for cell in here]) + extra, errors)[0]
            wanted = math.log(GROWTH) if degree is None else float(degree)
            made.append(Slope(kind, degree, wanted, slope, normal))
    return made


def claims(found: Mapping[Cell, Threshold], grown: Sequence[Slope], failure: float) -> list[Claim]:
    """The exponents, and how far the definition is from what a normal crosstalk makes of it."""
    rows = [_slope_claim(s) for s in grown]
    for kind in KINDS:
        off = {c: t.load / c.expected(failure) for c, t in found.items() if c.kind == kind and _known(c, t)}
        about = f"{kind} capacities of polynomial networks over those of a normal crosstalk, the furthest from 1"
        if off:
            worst = max(off, key=lambda c: abs(math.log(off[c])))
            told = f"of {len(off)} networks, that with {called(worst.degree)}, N = {worst.units}"
            rows.append(between(about, off[worst], 0.8, 1.25, reason=told))
        else:
            rows.append(undecided(about, "0.8 to 1.25", _WIDE))
    for kind in KINDS:
        for last in [c for c in found if c.kind == kind and c.degree is None][-1:]:
            about = f"exponential, N = {last.units}: {kind} capacity over that of a normal crosstalk"
            rows.append(at_most(about, found[last].load / last.expected(failure), 1.0))
    return rows


_WIDE = "Intervals are wider than the tolerance: more trials decide."


def _slope_claim(s: Slope) -> Claim:
    slope, low, high = s.found
    if s.degree is None:
        about, tolerance = f"{s.kind} capacity, exponential: growth of its logarithm with N", 0.1 * s.wanted
    else:
        about, tolerance = f"{s.kind} capacity, {called(s.degree)}: exponent of N", 0.25
    if not high - low < 2 * tolerance:
        return undecided(about, s.wanted, f"{_WIDE} Measured: {slope:.2f}, {low:.2f} to {high:.2f}.")
    told = f"95 % interval {low:.3f} to {high:.3f}; a normal crosstalk gives {s.normal:.3f} at these sizes"
    return close(about, slope, s.wanted, within=float(f"{tolerance:.2g}"), reason=told)


def _known(cell: Cell, found: Threshold) -> bool:
    """Whether a polynomial network's capacity is known well enough to be compared."""
    return cell.degree is not None and found.error < 0.1
