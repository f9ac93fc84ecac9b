"""The generalised pseudoinverse, up to as many patterns as units and beyond, with numerical rank and cutoff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.studies.framework.claims import Claim, at_most, seen
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work
from neurodyn.studies.memory.sequences import drawn, wrong_units
from neurodyn.system.build import build

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
        wrong: wrong units by degree, in all draws.
        bits: units that were seen.
    """

    bias: float
    patterns: int
    rank: Sequence[int]
    told: str
    wrong: Sequence[int]
    bits: int


def inverses(work: Work, draws: int) -> list[Inverse]:
    """All cells, each with that many draws of patterns."""
    asked = [(0.0, count) for count in PLAIN] + [BIASED]
    names = {f"pseudoinverse, bias {bias:g}, P = {count}": (bias, count) for bias, count in asked}
    found = work.parts({name: partial(_inverse, work, *cell, draws) for name, cell in names.items()})
    return [
        Inverse(
            *cell, found[n]["rank"].tolist(), str(found[n]["told"]), found[n]["wrong"].tolist(), int(found[n]["bits"])
        )
        for n, cell in names.items()
    ]


def _inverse(work: Work, bias: float, count: int, draws: int) -> dict[str, Any]:
    wrong, ranks, told = np.zeros((draws, len(DEGREES)), int), [], ""
    for k in range(draws):
        xi = drawn(work.rng(f"pseudoinverse bias={bias:g} P={count}", k), count, UNITS, bias)
        system = build("sequence_pseudoinverse", xi=xi, d=DEGREES[0])
        told = told or system.notes["R"][0]
        ranks.append(int(np.linalg.matrix_rank(xi)))
        wrong[k] = [int(wrong_units(system.with_values(d=d)).sum()) for d in DEGREES]
    return {"rank": ranks, "told": told, "wrong": wrong.sum(axis=0), "bits": draws * count * UNITS}


def table(found: Sequence[Inverse]) -> Table:
    """Errors by degree, with ranks."""
    head = ("bias", "patterns", "rank", *(f"wrong units, d = {d}" for d in DEGREES), "of", "the first inverse")
    return Table(f"Generalised pseudoinverse, N = {UNITS}", head, [_row(one) for one in found])


def _row(one: Inverse) -> tuple[str, ...]:
    ranks = f"{min(one.rank)}" if len(set(one.rank)) == 1 else f"{min(one.rank)} to {max(one.rank)}"
    rates = [f"{w} ({w / one.bits:.2%})" for w in one.wrong]
    return f"{one.bias:g}", str(one.patterns), ranks, *rates, f"{one.bits:,}", one.told


def claims(found: Sequence[Inverse]) -> list[Claim]:
    """Exact recall of independent patterns; few errors beyond."""
    rows = []
    exact = [one for one in found if min(one.rank) == one.patterns]
    errors = sum(sum(one.wrong) for one in exact)
    bits = len(DEGREES) * sum(one.bits for one in exact)
    high = float(wilson(errors, bits)[1])
    told = "P = " + ", ".join(f"{one.patterns}" + (f" (bias {one.bias:g})" if one.bias else "") for one in exact)
    rows.append(seen(f"pseudoinverse, independent patterns ({told}; d = 1, 2, 3): wrong units", errors == 0, "0",
                     float(errors), reason=f"of {bits:,}, less than {high:.1e} of all"))  # fmt: skip
    beyond = next(one for one in found if one.patterns == 110)
    for degree, wrong, most in zip(DEGREES, beyond.wrong, (0.0026, 0.0002, 0.0002), strict=True):
        about = f"pseudoinverse, P = 110 > N, d = {degree}: share of wrong units"
        told = ".13 % for d = 1 and none for d = 2 and 3 were measured before"
        rows.append(at_most(about, wrong / beyond.bits, most, reason=told))
    return rows
