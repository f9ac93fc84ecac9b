"""The projection rule: any patterns stay as they are while there are fewer of them than units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import at_least, at_most
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.work import Work
from neurodyn.studies.hopfield_capacity.runs import flipped, joined, network, settled, signs, stepped
from neurodyn.studies.hopfield_capacity.settings import Settings

Array = NDArray[np.float64]
UNITS, FLIPS = 256, 12
COUNTS = (26, 77, 128, 179, 230, 243, 255)


def projection(work: Work, settings: Settings) -> Section:
    """Patterns that stay, and those that come back from flips, by load; Hebb's rule beside it."""
    names = [f"projection rule, {count} of {UNITS}" for count in COUNTS]
    jobs = {name: partial(_stored, work, settings, n) for name, n in zip(names, COUNTS, strict=True)}
    parts = work.parts(jobs)
    found = {key: joined([parts[name] for name in names], key) for key in ("stay", "hebb", "back", "cues")}
    loads, counts = np.array(COUNTS) / UNITS, np.array(COUNTS)
    back = found["back"] / found["cues"]
    flips = f"{FLIPS / UNITS:.0%} flipped"
    claims = (
        at_least(f"share of patterns that a step leaves as they are, least of all loads up to {loads[-1]:g}",
                 float((found["stay"] / counts).min()), 1.0),
        at_least(f"share of patterns back from {flips}, load {loads[0]:g}", float(back[0]), 0.98),
        at_most(f"share of patterns back from {flips}, load {loads[-1]:g}", float(back[-1]), 0.05,
                reason="basins vanish as P comes to N"),
    )  # fmt: skip
    series = [
        Series(words, loads, shares / of, low=low, high=high)
        for words, shares, of in (
            ("projection: stay", found["stay"], counts),
            (f"projection: back, {flips}", found["back"], found["cues"]),
            ("Hebb: stay", found["hebb"], counts),
        )
        for low, high in [wilson(shares, of)]
    ]
    chart = Chart(f"Projection rule, {UNITS} units", ("load: patterns / units", "share of patterns"), series)
    data = xr.Dataset(
        {f"projection_{key}": ("projection_load", some) for key, some in found.items()}, {"projection_load": loads}
    )
    return Section(claims, data, charts=(chart,))


def _stored(work: Work, settings: Settings, count: int) -> Mapping[str, float]:
    xi = signs(work, "projected patterns", 0, count, UNITS)
    system, own = network("hopfield_pseudoinverse", xi), xi[: settings.cues]
    ends, _ = settled(system, flipped(own, FLIPS, work.rng("projected cues", count)))
    return {
        "stay": int((stepped(system, xi) == xi).all(axis=1).sum()),
        "hebb": int((stepped(network("hopfield_binary", xi), xi) == xi).all(axis=1).sum()),
        "back": int((ends == own).all(axis=1).sum()), "cues": len(own),
    }  # fmt: skip
