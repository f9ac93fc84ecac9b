"""The reference table: errors of the energy and plateaus at 500 memories, beside what is expected of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.studies.framework.claims import Claim, at_most, close, seen
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work
from neurodyn.studies.random_features.measure import KINDS, errors_of_three
from neurodyn.studies.random_features.settings import Settings

Array = NDArray[np.float64]

STORED = 500
# Mean |error of the energy| by size, inverse temperature and frequencies: at memories, flipped, at random. One draw
# of memories and frequencies, 100 queries each, computed independently of this package.
REFERENCE: Mapping[tuple[int, float, int], tuple[float, float, float]] = {
    (100, 10.0, 5000): (0.0026, 0.0026, 0.0025), (100, 10.0, 40_000): (0.0009, 0.0009, 0.0010),
    (100, 30.0, 5000): (0.0053, 0.020, 0.063), (100, 30.0, 40_000): (0.0022, 0.0044, 0.0063),
    (100, 50.0, 5000): (0.0035, 0.069, 0.089), (100, 50.0, 40_000): (0.0014, 0.033, 0.084),
    (30, 50.0, 5000): (0.0035, 0.066, 0.090), (30, 50.0, 40_000): (0.0012, 0.021, 0.071),
}  # fmt: skip
CLIPPED: Mapping[tuple[int, float], tuple[float, float, float]] = {  # of 40,000 frequencies
    (100, 10.0): (0, 0, 0), (100, 30.0): (0, 0, 0), (100, 50.0): (0, 0.11, 0.49), (30, 50.0): (0, 0.05, 0.38),
}  # fmt: skip
# Set before anything was measured. All queries of one draw share its frequencies, so that a single draw as the
# reference is differs from the mean by a quarter as a matter of course; and it has two digits.
RELATIVE, PLATEAU, EXPECTED = 0.25, 0.1, 0.2
WARM = 10.0

Cell = tuple[int, float, int]


def table(work: Work, settings: Settings) -> Section:
    """Run all cells, and judge each row."""
    cells = [cell for cell in REFERENCE if cell[2] <= settings.large]
    jobs = {
        _name(cell, draw): partial(errors_of_three, work, cell[0], STORED, *cell[1:], settings.queries, draw)
        for cell in cells
        for draw in range(settings.draws)
    }
    found = work.parts(jobs, {name: 8.0 if "40000" in name else 1.0 for name in jobs})
    each = {cell: [found[_name(cell, k)] for k in range(settings.draws)] for cell in cells}
    means = {cell: {key: np.mean([one[key] for one in some], axis=0) for key in some[0]} for cell, some in each.items()}
    ranges = {cell: _range([one["energy"] for one in some]) for cell, some in each.items()}
    rows = [_row(cell, one) for cell, one in means.items()]
    head = ("D", "beta", "Y", "queries", "error of E", "expected", "error of gradient", "on the plateau", "expected")
    details = Table(
        "Errors beside what is expected, and the share of queries on the plateau",
        head,
        [row for some in rows for row in some],
    )
    variables = {
        f"table_{key}": (("cell", "queries"), np.array([one[key] for one in means.values()]))
        for key in ("energy", "expected", "gradient", "clipped", "expected_clipped")
    }
    named = [f"D={d} beta={b:g} Y={y}" for d, b, y in cells]
    data = xr.Dataset(variables, {"cell": named, "queries": list(KINDS)})
    return Section((*_cells(means, ranges), *_predicted(means)), data, details=(details,))


def _name(cell: Cell, draw: int) -> str:
    return f"table D={cell[0]} beta={cell[1]:g} Y={cell[2]} draw {draw}"


def _range(draws: list[Array]) -> str:
    """What single draws gave, for each kind of queries."""
    low, high = np.min(draws, axis=0), np.max(draws, axis=0)
    return " / ".join(f"{a:.2g} to {b:.2g}" if a < b else f"{a:.2g}" for a, b in zip(low, high, strict=True))


def _cells(means: Mapping[Cell, Mapping[str, Array]], ranges: Mapping[Cell, str]) -> list[Claim]:
    rows = []
    for cell, one in means.items():
        reference = np.array(REFERENCE[cell])
        digits = np.where(reference < 0.01, 0.0001, 0.001)  # of the last place that is told
        holds = bool((np.abs(one["energy"] - reference) <= RELATIVE * reference + digits / 2).all())
        about = f"mean error of E at D = {cell[0]}, beta = {cell[1]:g}, Y = {cell[2]:,}"
        told = " / ".join(f"{x:.2g}" for x in REFERENCE[cell])
        met, expected = (" / ".join(f"{x:.2g}" for x in one[key]) for key in ("energy", "expected"))
        reason = f"The reference is one draw, as good as those here: {ranges[cell]}; {expected} is expected."
        rows.append(seen(about, holds, told, met, tolerance="± 25 % each", reason=reason))
    for cell, one in means.items():
        if cell[2] == 40_000:
            reference = np.array(CLIPPED[cell[:2]])
            about = f"share on the plateau at D = {cell[0]}, beta = {cell[1]:g}, Y = 40,000"
            holds = bool((np.abs(one["clipped"] - reference) <= PLATEAU).all())
            told, met = (" / ".join(f"{x:.2f}" for x in row) for row in (reference, one["clipped"]))
            rows.append(seen(about, holds, told, met, tolerance=f"± {PLATEAU:g} each"))
    return rows


def _predicted(means: Mapping[Cell, Mapping[str, Array]]) -> list[Claim]:
    """Expected and measured in all cells, by the largest ratio."""
    energy = np.array([one["energy"] / one["expected"] for one in means.values()])
    gradients = {cell: one["gradient_fair"] / one["gradient_expected"] for cell, one in means.items()}
    warm = float(max(np.abs(one - 1).max() for (_, beta, _), one in gradients.items() if beta == WARM))
    worst = float(np.nanmax(np.abs(np.array([*gradients.values()]) - 1)))
    plateau = np.array([one["clipped"] - one["expected_clipped"] for one in means.values()])
    return [
        close("error of E over what the variance of the sum predicts, mean over cells", float(energy.mean()), 1.0,
              within=EXPECTED),
        at_most("the same, furthest from 1 in any cell", float(np.abs(energy - 1).max()), RELATIVE),
        at_most("error of the gradient over its expectation at beta = 10, furthest from 1", warm, EXPECTED),
        at_most("the same in all cells, at queries where S is off by a third at most", worst, RELATIVE,
                reason="The expectation is a first order, and it is too small where S is off by a third."),
        at_most("share on the plateau less its expectation, furthest from 0", float(np.abs(plateau).max()), PLATEAU),
    ]  # fmt: skip


def _row(cell: Cell, one: Mapping[str, Array]) -> list[tuple[str, ...]]:
    size, beta, count = cell
    keys = ("energy", "expected", "gradient", "clipped", "expected_clipped")
    return [
        (str(size), f"{beta:g}", str(count), kind, *(f"{one[key][k]:.2g}" for key in keys))
        for k, kind in enumerate(KINDS)
    ]
