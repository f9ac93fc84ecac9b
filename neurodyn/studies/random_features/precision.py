"""What bits cost: the sum of features with few bits for each of its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.analysis.features import FeatureMemory, bits_needed, moments, rounded, rounding_error
from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import at_most, close, seen
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.work import Work
from neurodyn.studies.random_features.measure import images, memory_system
from neurodyn.studies.random_features.settings import Settings

Array = NDArray[np.float64]

BITS = (1, 2, 3, 4, 6, 8, 10)
SIZE, STORED, QUERIES = 100, 200, 100
CASES = ((10.0, 4000), (50.0, 1000), (50.0, 4000), (50.0, 16_000))
MAIN = CASES[2]
FEW = 3  # bits of which it is asked whether they are enough
HALF = 0.5


def precision(work: Work, settings: Settings) -> Section:
    """Round, compare with what is expected, and tell the bits that are enough."""
    cases = [case for case in CASES if case[1] <= settings.large]
    found = {
        case: _mean([work.part(f"bits beta={case[0]:g} Y={case[1]} draw {k}", partial(_measured, work, *case, k))
                     for k in range(2 * settings.draws)])
        for case in cases
    }  # fmt: skip
    main = found[MAIN]
    ratios = np.array([one["rounding"] / one["expected"] for one in found.values()])
    at = BITS.index(FEW)
    grown, known = main["total"][at] / main["features"], np.hypot(main["expected"][at], main["own"]) / main["own"]
    needed = {case: float(one["needed"]) for case, one in found.items()}
    hot = [bits for (beta, _), bits in needed.items() if beta == MAIN[0]]
    told = ", ".join(f"{bits:.2f} (Y = {count:,})" for (beta, count), bits in needed.items() if beta == MAIN[0])
    claims = (
        close("error by rounding T over its expectation, 4 bits and more, furthest from 1",
              _furthest(ratios[:, np.array(BITS) > FEW]), 1.0, within=0.15),
        close("the same with 3 bits", _furthest(ratios[:, at]), 1.0, within=0.15,
              reason="Levels so far apart make errors that go with what is rounded."),
        close(f"error of E with {FEW} bits over that of doubles, beta = 50, Y = {MAIN[1]:,}", float(grown),
              float(known), relative=0.1),
        at_most("bits that make rounding half as bad as the features, beta = 50", max(hot), float(FEW)),
        seen("those bits do not depend on Y", np.ptp(hot) <= HALF, "a range of half a bit at most", told),
    )  # fmt: skip
    bits = np.array(BITS, dtype=float)
    series = [
        Series(f"beta = {beta:g}, Y = {count:,}", bits, one["rounding"], one["expected"])
        for (beta, count), one in found.items()
    ]
    chart = Chart(f"T with few bits (D = {SIZE}, K = {STORED}, at memories)",
                  ("bits for each number", "error of E by rounding"), series, "y",
                  across=(float(main["features"]), f"the features' own, Y = {MAIN[1]:,}"))  # fmt: skip
    variables = {
        f"bits_{key}": (("case", "bits"), np.array([one[key] for one in found.values()]))
        for key in ("rounding", "expected", "total")
    }
    data = xr.Dataset(variables, {"case": [f"beta={b:g} Y={y}" for b, y in cases], "bits": list(BITS)})
    return Section(claims, data, costs=(chart,))


def _furthest(ratios: Array) -> float:
    return float(ratios.ravel()[np.abs(ratios - 1).argmax()])


def _mean(outcomes: list[Any]) -> dict[str, Array]:
    return {key: np.mean([one[key] for one in outcomes], axis=0) for key in outcomes[0]}


def _measured(work: Work, beta: float, count: int, draw: int) -> Mapping[str, Any]:
    """Mean errors of the energy at memories, by rounding alone and in all, with each number of bits."""
    xi = images(work.rng("bits", draw), STORED, SIZE)
    memory = FeatureMemory.of(memory_system(work.rng(f"bits {count}", draw), xi, beta, count))
    z = xi[:QUERIES]
    plain, exact = memory.energy(z), memory.exact_energy(z)
    coarse = [rounded(memory, bits).energy(z) for bits in BITS]
    return {
        "rounding": [np.abs(one - plain).mean() for one in coarse],
        "expected": rounding_error(memory, z, 1).mean() / 2.0 ** (np.array(BITS) - 1),
        "total": [np.abs(one - exact).mean() for one in coarse],
        "features": np.abs(plain - exact).mean(),
        "own": moments(memory, z).energy_error.mean(),
        "needed": np.median(bits_needed(memory, z, HALF)),
    }
