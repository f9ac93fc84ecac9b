"""How far steps down the two energies part, and a bound of that which holds on every path."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.analysis.features import FeatureMemory, divergence
from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import Claim, between, seen
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.work import Work
from neurodyn.studies.random_features.measure import flipped, images, memory_system
from neurodyn.studies.random_features.settings import Settings

Array = NDArray[np.float64]

SIZE, STORED, COUNT, ALPHA, STEPS = 30, 20, 20_000, 0.1, 100
BETAS = (10.0, 30.0, 50.0)
# One draw at beta = 10, computed independently: distance, bound with the variance met on the paths, and with that of
# all states. Distances of single draws differ by a factor of 2; the last grows exponentially with the diameter.
REFERENCE = {"distance": (0.0054, 2.0), "bound": (0.041, 2.0), "bound of all states": (47.0, 10.0)}
KEYS = ("distance", "bound", "anyway")


def paths(work: Work, settings: Settings) -> Section:
    """Walk, and compare with the bounds at each step."""
    jobs = {
        f"path beta={beta:g} start {k}": partial(_walked, work, beta, k)
        for beta in BETAS
        for k in range(settings.starts)
    }
    found = work.parts(jobs)
    rows = {
        key: np.array([[found[f"path beta={beta:g} start {k}"][key] for k in range(settings.starts)] for beta in BETAS])
        for key in KEYS
    }
    slack = 1e-12
    over = int((rows["distance"] > rows["bound"] + slack).sum() + (rows["bound"] > rows["anyway"] + slack).sum())
    told = f"{over} of {rows['bound'].size:,} steps"
    claims: list[Claim] = [seen("the bound holds at every step of every path", over == 0, "0 steps beyond it", told)]
    for (name, (known, factor)), key in zip(REFERENCE.items(), KEYS, strict=True):
        about = f"{name} after {STEPS} steps at beta = 10, median (one draw elsewhere: {known:g})"
        claims.append(between(about, float(np.median(rows[key][0, :, -1])), known / factor, known * factor))
    steps = np.arange(1, STEPS + 1, dtype=float)
    met, most = (np.median(rows[key][:, :, 1::9], axis=1) for key in ("distance", "bound"))
    series = [Series(f"beta = {beta:g}", steps[::9], met[k], most[k]) for k, beta in enumerate(BETAS)]
    chart = Chart(f"Paths part (D = {SIZE}, K = {STORED}, Y = {COUNT:,})", ("steps of 0.1", "median distance"),
                  series, "y", dashed="bound")  # fmt: skip
    dims = ("beta_of_path", "start", "step")
    data = xr.Dataset({f"path_{key}": (dims, row) for key, row in rows.items()}, {"beta_of_path": list(BETAS)})
    return Section(tuple(claims), data, costs=(chart,))


def _walked(work: Work, beta: float, start: int) -> Mapping[str, Any]:
    """Distances and bounds along one pair of paths, from a memory of which a tenth of the bits are flipped."""
    rng = work.rng("paths", start)
    xi = images(rng, STORED, SIZE)
    memory = FeatureMemory.of(memory_system(rng, xi, beta, COUNT))
    found = divergence(memory, flipped(rng, xi[:1]), alpha=ALPHA, steps=STEPS)
    return {"distance": found.distance, "bound": found.bound, "anyway": found.bound_anyway}
