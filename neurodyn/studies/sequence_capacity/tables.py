"""All that was measured, as tables and as labelled data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.analysis.thresholds import Threshold
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.memory.sequences import Array, Degree, called
from neurodyn.studies.sequence_capacity.capacity import Cell, Slope
from neurodyn.studies.sequence_capacity.heavy import excess, patterns_of
from neurodyn.studies.sequence_capacity.inverse import DEGREES, Inverse
from neurodyn.studies.sequence_capacity.noise import OVERLAPS, seen_cues
from neurodyn.studies.sequence_capacity.protocol import spread

if TYPE_CHECKING:
    from xarray import Dataset


@dataclass(frozen=True, eq=False)
class Found:
    """What each part has measured, as it returned it, and the settings that figures and tables need."""

    failure: float
    cues: int
    paths: Mapping[int, Array]
    rates: Mapping[Degree, Array]
    bias: Array
    moments: Mapping[tuple[Degree, int], Array]
    inverses: Sequence[Inverse]
    basins: Mapping[tuple[Degree, int], Array]
    defined: Mapping[Cell, Threshold]
    searched: Mapping[Cell, Array]


def capacity_table(found: Found) -> Table:
    """The three capacities of each network side by side."""
    head = ("capacity", "formula", "normal crosstalk", f"definition, failure {found.failure:g}", "protocol")
    rows = []
    for cell in dict.fromkeys([*found.defined, *found.searched]):
        t, values = found.defined.get(cell), found.searched.get(cell)
        defined = "" if t is None else f"{t.load:.4g} [{t.low:.4g}, {t.high:.4g}]"
        searched = "" if values is None else f"{values.mean():.4g} ± {spread(values):.2g}"
        rows.append((cell.name, f"{cell.formula:.4g}", f"{cell.expected(found.failure):.4g}", defined, searched))
    return Table("Three capacities", head, rows)


def slope_table(grown: Sequence[Slope]) -> Table:
    """Exponents with their intervals."""
    head = ("capacity", "network", "formula", "measured", "95 % interval", "normal crosstalk")
    rows = [
        (s.kind, called(s.degree), f"{s.wanted:.3f}", f"{s.found[0]:.3f}", f"[{s.found[1]:.3f}, {s.found[2]:.3f}]",
         f"{s.normal:.3f}")
        for s in grown
    ]  # fmt: skip
    return Table("Growth: exponents of N, and of the exponential network the logarithm of its factor", head, rows)


def dataset(found: Found) -> Dataset:
    """What was measured, as variables with dimensions."""
    import xarray as xr

    rates = [(called(d), *row) for d, table in found.rates.items() for row in table]
    rates += [("d = 2, biased", *row, np.nan, np.nan) for row in found.bias]
    names = ("patterns", "wrong", "bits", "expected", "expected_exact")
    flips = dict(zip(names, zip(*(r[1:] for r in rates), strict=True), strict=True))
    cells = list(found.defined)
    moments = [(*excess(rows), rows[:, 0].mean(), patterns_of(*cell)) for cell, rows in found.moments.items()]
    return xr.Dataset(
        {
            "overlap": (("degree", "draw", "step"), np.stack(list(found.paths.values()))),
            **{f"flips_{name}": ("rate", list(column)) for name, column in flips.items()},
            **{f"capacity_{k}": ("cell", [getattr(t, k) for t in found.defined.values()])
               for k in ("load", "low", "high")},
            "capacity_formula": ("cell", [cell.formula for cell in cells]),
            "capacity_normal": ("cell", [cell.expected(found.failure) for cell in cells]),
            "searches": (("searched", "search"), np.array(list(found.searched.values()), dtype=float)),
            **{f"crosstalk_{name}": ("crosstalk", list(column))
               for name, column in zip(("kurtosis", "kurtosis_error", "variance", "patterns"),
                                       zip(*moments, strict=True), strict=True)},
            "inverse_wrong": (("inverse", "of_degree"), [one.wrong for one in found.inverses]),
            "inverse_bits": ("inverse", [one.bits for one in found.inverses]),
            "inverse_rank": ("inverse", [int(one.rank.min()) for one in found.inverses]),
            "recalled": (("basin", "cue_overlap"), np.stack(list(found.basins.values())) / seen_cues(found.cues)),
        },
        {
            "degree": list(found.paths),
            "rate": [r[0] for r in rates],
            "cell": [cell.name for cell in cells],
            "searched": [cell.name for cell in found.searched],
            "crosstalk": [f"{called(d)}, N = {n}" for d, n in found.moments],
            "inverse": [f"bias {one.bias:g}, P = {one.patterns}" for one in found.inverses],
            "of_degree": list(DEGREES),
            "basin": [f"{called(d)}, P = {p}" for d, p in found.basins],
            "cue_overlap": OVERLAPS,
        },
    )  # fmt: skip
