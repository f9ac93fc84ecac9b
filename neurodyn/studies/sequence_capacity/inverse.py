"""The generalised pseudoinverse, up to as many patterns as units and beyond, with numerical rank and cutoff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.studies.framework.claims import Claim, at_most, seen
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work
from neurodyn.studies.memory.sequences import drawn, wrong_units
from neurodyn.system.build import build

Counts = NDArray[np.int64]

UNITS, DEGREES = 100, (1, 2, 3)
PLAIN = (50, 90, 99, 100, 110, 150, 200)
BIASED = 0.9, 90  # of the patterns' entries, and how many: most units of most patterns agree


@dataclass(frozen=True)
class Inverse:
    """What came of one number of patterns.

    Attributes:
        bias: of the patterns.
        patterns: P.
        rank: numerical rank of the matrix of overlaps in each draw.
        told: what the system said of the inverse in the first draw: rank, cutoff of singular values, condition.
        each: wrong units in each draw, by degree; shape (draws, degrees).
    """

    bias: float
    patterns: int
    rank: Counts
    told: str
    each: Counts

    @property
    def wrong(self) -> Counts:
        """Wrong units in all draws, by degree."""
        total: Counts = self.each.sum(axis=0)
        return total

    @property
    def bits(self) -> int:
        """Units that were seen with each degree."""
        return len(self.each) * self.patterns * UNITS


def inverses(work: Work, draws: int) -> list[Inverse]:
    """All cells, each with that many draws of patterns."""
    asked = [(0.0, count) for count in PLAIN] + [BIASED]
    names = {f"pseudoinverse, bias {bias:g}, P = {count}": (bias, count) for bias, count in asked}
    found = work.parts({name: partial(_inverse, work, *cell, draws) for name, cell in names.items()})
    return [
        Inverse(*cell, part["rank"], str(part["told"]), part["wrong"])
        for cell, part in zip(names.values(), found.values(), strict=True)
    ]


def _inverse(work: Work, bias: float, count: int, draws: int) -> dict[str, Any]:
    wrong, ranks, told = np.zeros((draws, len(DEGREES)), int), [], ""
    for k in range(draws):
        xi = drawn(work.rng(f"pseudoinverse bias={bias:g} P={count}", k), count, UNITS, bias)
        system = build("sequence_pseudoinverse", xi=xi, d=DEGREES[0])
        told = told or system.notes["R"][0]
        ranks.append(int(np.linalg.matrix_rank(xi)))
        wrong[k] = [int(wrong_units(system.with_values(d=d)).sum()) for d in DEGREES]
    return {"rank": ranks, "told": told, "wrong": wrong}


def table(found: Sequence[Inverse]) -> Table:
    """Errors by degree, with ranks."""
    head = ("bias", "patterns", "rank", *(f"wrong units, d = {d}" for d in DEGREES), "of", "the first inverse")
    return Table(f"Generalised pseudoinverse, N = {UNITS}", head, [_row(one) for one in found])


def _row(one: Inverse) -> tuple[str, ...]:
    low, high = one.rank.min(), one.rank.max()
    ranks = f"{low}" if low == high else f"{low} to {high}"
    rates = [f"{w} ({w / one.bits:.2%})" for w in one.wrong]
    return f"{one.bias:g}", str(one.patterns), ranks, *rates, f"{one.bits:,}", one.told


def claims(found: Sequence[Inverse]) -> list[Claim]:
    """Exact recall of independent patterns; few errors beyond."""
    rows = []
    for bias in dict.fromkeys(one.bias for one in found):
        exact = [(one, one.rank == one.patterns) for one in found if one.bias == bias and one.patterns in one.rank]
        errors = sum(int(one.each[full].sum()) for one, full in exact)
        bits = sum(len(DEGREES) * int(full.sum()) * one.patterns * UNITS for one, full in exact)
        told = f"bias {bias:g}, P = {', '.join(str(one.patterns) for one, _ in exact)}"
        about = f"pseudoinverse, independent patterns ({told}; d = 1, 2, 3): wrong units of {bits:,}"
        if exact:
            rows.append(seen(about, errors == 0, "0", float(errors), reason=f"{wilson(errors, bits)[1]:.1e} at most"))
    beyond = next(one for one in found if one.patterns == 110)
    for degree, wrong, most in zip(DEGREES, beyond.wrong, (0.0026, 0.0002, 0.0002), strict=True):
        about = f"pseudoinverse, P = 110 > N, d = {degree}: share of wrong units"
        told = ".13 % for d = 1 and none for d = 2 and 3 were measured before"
        rows.append(at_most(about, wrong / beyond.bits, most, reason=told))
    return rows
