"""Hebb's rule: the share of a pattern that the first step flips, against the Gaussian tail of its crosstalk."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.analysis.basins.fractions import DEVIATIONS
from neurodyn.analysis.mean_field.hopfield import flips
from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import close
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.work import Work, run
from neurodyn.studies.hopfield_capacity.runs import signs, storing
from neurodyn.studies.hopfield_capacity.settings import Settings

Array = NDArray[np.float64]
LOADS, SETS = (0.138, 0.2, 0.3, 0.5, 1.0), 3  # so many times the sets of the load curve


def crosstalk(work: Work, settings: Settings) -> Section:
    """One step from all patterns of each set."""
    units = min(1024, int(max(settings.sizes)))
    names = [f"first step, load {a:g}, {units} units" for a in LOADS]
    jobs = {name: partial(_flipped, work, settings, a, units) for name, a in zip(names, LOADS, strict=True)}
    found = work.parts(jobs)
    each = np.array([found[name]["shares"] for name in names])
    shares, wide = each.mean(axis=1), DEVIATIONS * each.std(axis=1, ddof=1) / np.sqrt(each.shape[1])
    low, high = shares - wide, shares + wide
    expected = flips([(round(a * units) - 1) / (units - 1) for a in LOADS])
    claims = tuple(
        close(f"units flipped by the first step, load {a:g}, {units} units", float(y), float(e), relative=0.05,
              reason=f"95 % by sets: {lo:.4g} to {hi:.4g}")
        for a, y, e, lo, hi in zip(LOADS, shares, expected, low, high, strict=True)
    )  # fmt: skip
    series = Series(f"{units} units", np.array(LOADS), shares, expected, low, high)
    chart = Chart("Hebb's rule: the first step", ("load: patterns / units", "share flipped"), [series], logs="xy")
    data = xr.Dataset({"step_flipped": ("step_load", shares)}, {"step_load": list(LOADS)})
    return Section(claims, data, charts=(chart,))


def _flipped(work: Work, settings: Settings, a: float, units: int) -> Mapping[str, Array]:
    """The share in each set: crosstalk within a set is correlated."""
    shares, system = list[float](), None
    for k in range(SETS * settings.sets):
        xi = signs(work, f"patterns of the first step, {units}", k, round(a * units), units)
        system = storing(system, "hopfield_binary_parallel", xi)
        told = run(system, start={"S": xi}, trials=len(xi), steps=1, save_at="end",
                   record=["S"])  # fmt: skip
        shares.append(float((told["S"].values[-1] != xi).mean()))
    return {"shares": np.array(shares)}
