"""The search by which the source's programs measure capacities; see `capacity` for how it differs from a definition."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from neurodyn.studies.framework.claims import Claim, at_most, close
from neurodyn.studies.framework.work import Work
from neurodyn.studies.memory.sequences import Array, called, drawn, network, wrong_units
from neurodyn.studies.sequence_capacity.capacity import Cell

FIRST, ABOVE, AGAIN, SHRINK, SEQUENCES = 5, 2.0, 1.25, 0.99, 100
CELLS = (
    *(Cell("transition", 1, n) for n in (50, 100, 200)),
    Cell("transition", 2, 30),
    *(Cell("sequence", 1, n) for n in (50, 100)),
)
KNOWN = {50: 7.2, 100: 12.3, 200: 19.0}  # transition capacities by this protocol for d = 1, measured before


def searched(work: Work, searches: int) -> dict[Cell, Array]:
    """What each search has come to."""
    names = {cell: f"protocol, {cell.name}" for cell in CELLS}
    found = work.parts({name: partial(_searches, work, cell, searches) for cell, name in names.items()})
    return {cell: found[name]["found"] for cell, name in names.items()}


def _searches(work: Work, cell: Cell, searches: int) -> dict[str, list[int]]:
    found: list[int] = []
    for k in range(searches):
        begin = ABOVE * cell.formula if k < FIRST else AGAIN * max(found)
        found.append(_search(work.rng(f"protocol, {cell.name}", k), cell, int(begin)))
    return {"found": found}


def _search(rng: np.random.Generator, cell: Cell, patterns: int) -> int:
    """The first number of patterns on the way down at which nothing fails; with one pattern nothing can."""
    draws = 1 if cell.kind == "transition" else SEQUENCES
    while patterns > 1 and any(
        wrong_units(network(cell.degree, drawn(rng, patterns, cell.units))).any() for _ in range(draws)
    ):
        patterns = int(SHRINK * patterns)
    return patterns


def claims(found: Mapping[Cell, Array], defined: Mapping[Cell, float]) -> list[Claim]:
    """Means of the searches against those measured before, and against the definition."""
    rows = []
    for cell, values in found.items():
        if cell.degree == 1 and cell.kind == "transition":
            rows.append(close(f"protocol: {cell.name}", float(values.mean()), KNOWN[cell.units], relative=0.1))
    for cell, values in found.items():
        if cell in defined:
            rows.append(
                at_most(
                    f"the protocol's {cell.name} does not exceed that by definition",
                    float(values.mean()), defined[cell],
                    reason=f"It asks for more, but ends at the first draw of many that has no error; with "
                    f"{called(cell.degree)} and this N that matters as much.",
                )
            )  # fmt: skip
    return rows


def spread(values: Array) -> float:
    """Half the width of the 95 % interval of a mean."""
    return float(1.96 * values.std(ddof=1) / len(values) ** 0.5)
