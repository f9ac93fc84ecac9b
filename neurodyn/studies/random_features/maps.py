"""The four feature maps: the variance of one product of features, closed form and measured."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.analysis.features import FeatureMemory, kernel_variance
from neurodyn.studies.framework.claims import Claim, at_most, close
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.work import Work
from neurodyn.studies.random_features.measure import memory_system
from neurodyn.studies.random_features.settings import Settings

Array = NDArray[np.float64]

MAPS = {"sincos": "", "cos": "_cos", "exp": "_exp", "expexp": "_expexp"}
COUNT, DRAWS = 200, 4000  # frequencies of a product, and draws of them at a time
COOL, WARM = 10.0, 0.3
X, Y = np.array([0.3, -0.2, 0.4]), np.array([-0.1, 0.25, 0.1])
# Positive features at a large beta, of two points 0.63 apart: exact variance 44. The log of a product of features has
# the deviation s = 3.6, and the variance comes from draws near 2*s deviations, of which 800,000 frequencies hold none.
MIDDLE, APART = np.sqrt((np.log(44 * COUNT) / (4 * COOL) + 0.1) / 10), np.sqrt(0.1 / 10)
TAILS = (np.full(10, MIDDLE + APART), np.full(10, MIDDLE - APART))


def maps(work: Work, settings: Settings) -> Section:
    """Measure each, and the one that cannot be measured. The variance of 16,000 draws is known to about 1 %."""
    blocks = -(-settings.products // DRAWS)
    cases = {kind: (kind, COOL if "cos" in kind else WARM, X, Y, blocks) for kind in MAPS}
    cases["tail"] = ("exp", COOL, *TAILS, 1)
    found = work.parts({f"variance {name}": partial(_measured, work, *case) for name, case in cases.items()})
    claims: list[Claim] = []
    for name, (kind, beta, x, y, _) in cases.items():
        met = float(found[f"variance {name}"]["variance"])
        known = float(kernel_variance(x, y, kind=kind, beta=beta, count=COUNT)[0])
        where = f"{kind}, beta = {beta:g}"
        if name == "tail":
            about = f"variance in {DRAWS:,} draws over the exact {known:.3g}, {where}: a heavy tail"
            claims.append(at_most(about, met / known, 0.1))
        else:
            claims.append(close(f"variance of a product of {COUNT} features, {where}", met, known, relative=0.05))
    measured = np.array([float(found[f"variance {name}"]["variance"]) for name in cases])
    return Section(tuple(claims), xr.Dataset({"maps_variance": ("map", measured)}, {"map": list(cases)}))


def _measured(work: Work, kind: str, beta: float, x: Array, y: Array, blocks: int) -> Mapping[str, Any]:
    """The variance of phi(x).phi(y) over draws, each made of frequencies of its own."""
    draws = []
    for block in range(blocks):
        rng = work.rng(f"variance {kind} {beta:g}", block)
        system = memory_system(rng, y[None], beta, COUNT * DRAWS, f"dense_memory_features{MAPS[kind]}")
        memory = FeatureMemory.of(system)
        each = (memory.features(x)[0] * memory.trace).reshape(-1, DRAWS, COUNT)
        draws.append(each.sum(axis=(0, 2)) * DRAWS)  # features were divided by the root of all frequencies
    return {"variance": np.concatenate(draws).var(ddof=1)}
