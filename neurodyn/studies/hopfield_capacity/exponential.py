"""Dense memories with an exponential as energy: the number of patterns grows exponentially with the units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import binom

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import Claim, at_least, close
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work, run
from neurodyn.studies.hopfield_capacity.runs import flipped, network, signs, stepped
from neurodyn.studies.hopfield_capacity.settings import Settings
from neurodyn.studies.memory.lines import Estimate, crossing, slope
from neurodyn.system.system import System

Array = NDArray[np.float64]
MODEL = "dense_memory_binary_exponential"
SIZES: Mapping[float, tuple[int, ...]] = {0.125: (8, 16, 24, 32), 0.25: (16, 24, 32, 40, 48)}
EXACT = (12, 16, 20, 24, 28, 32)  # units at which patterns themselves are looked at
FACTORS = (0.15, 0.5, 1.5)  # times the expected number of memories
SWEEPS = 3


def rate(flips: float) -> float:
    """I(1 - 2*flips): random states within that share of flips of one of them are exp(-N*I) of all."""
    x = 1 - 2 * flips
    return 0.5 * ((1 + x) * math.log1p(x) + (1 - x) * math.log1p(-x))


def nearest(flips: float, units: int) -> float:
    """How many memories there are when half of the cues have another one as near as their own."""
    return math.log(2) / float(binom.cdf(round(flips * units), units, 0.5))


def proven(flips: float, units: int) -> int:
    """How many memories are recalled in one step without any error, as N grows (Demircigil et al. 2017): exp(N*I/2)."""
    return max(2, math.floor(math.exp(units * rate(flips) / 2)))


def exponential(work: Work, settings: Settings) -> Section:
    """Recall from flipped cues at all sizes, the growth of the capacity, and patterns at 2**(N/2)."""
    cells = [(p, n) for p, some in SIZES.items() for n in some if nearest(p, n) * n <= settings.entries]
    exact = [n for n in EXACT if 2 ** (n / 2) * n <= settings.entries]
    jobs = {_name(*cell): partial(_recalled, work, settings, *cell) for cell in cells}
    jobs |= {f"patterns themselves, {n} units": partial(_stay, work, settings, n) for n in exact}
    found = work.parts(jobs, {_name(*cell): 0.2 + nearest(*cell) * cell[1] * 1e-5 for cell in cells})
    outcomes = {cell: found[_name(*cell)] for cell in cells}
    capacities = {cell: _capacity(work, cell, one) for cell, one in outcomes.items()}
    slopes, laws = dict[float, Estimate](), dict[float, float]()
    for p in SIZES:
        units = [n for q, n in cells if q == p]
        slopes[p] = slope(units, [capacities[p, n] for n in units])
        laws[p] = slope(units, [Estimate(nearest(p, n), nearest(p, n), 0, 0) for n in units]).value
    stay = {n: found[f"patterns themselves, {n} units"] for n in exact}
    claims = (*_growth(slopes, laws), *_proven(outcomes), *_themselves(stay))
    data = xr.Dataset(
        {f"exponential_{key}": ("exponential", np.array([getattr(one, key) for one in capacities.values()]))
         for key in ("value", "low", "high")},
        {"exponential": [_name(*cell) for cell in cells]},
    )  # fmt: skip
    details = (_table(outcomes, capacities),)
    return Section(claims, data, charts=(_chart(capacities, slopes),), details=details)


def _name(flips: float, units: int) -> str:
    return f"exponential, {flips:.3g} flipped, {units} units"


def _recalled(work: Work, settings: Settings, flips: float, units: int) -> Mapping[str, Array | float]:
    """How many cues come back as wholes: by single updates in turn, and in one step at the number that is proven."""
    loads = [max(2, round(f * nearest(flips, units))) for f in FACTORS]
    good = []
    for k, load in enumerate(loads):
        system, own, cues = _cues(work, settings, flips, units, load, k)
        ends = run(system, start={"S": cues}, trials=len(cues), steps=SWEEPS, record=["S"], save_at="end", seed=k)
        good.append(int((ends["S"].values[-1] == own).all(axis=1).sum()))
    system, own, cues = _cues(work, settings, flips, units, proven(flips, units), len(loads))
    once = int((stepped(system, cues) == own).all(axis=1).sum())
    of = np.full(len(loads), settings.recalls)
    return {"memories": np.array(loads), "lost": of - np.array(good), "of": of, "proven": once}


def _cues(work: Work, settings: Settings, flips: float, units: int, load: int, k: int) -> tuple[System, Array, Array]:
    """A memory, some of its patterns, and these with flips."""
    xi = signs(work, f"exponential {units}, {flips:g}", k, load, units)
    rng = work.rng(f"cues of {units}, {flips:g}", k)
    own = xi[rng.integers(0, load, settings.recalls)]
    return network(MODEL, xi), own, flipped(own, round(flips * units), rng)


def _stay(work: Work, settings: Settings, units: int) -> Mapping[str, Array | float]:
    """How many patterns a step leaves as they are, where there are 2**(N/2)."""
    xi = signs(work, f"patterns themselves {units}", 0, round(2 ** (units / 2)), units)
    own = xi[: settings.recalls]
    return {"good": int((stepped(network(MODEL, xi), own) == own).all(axis=1).sum()), "of": len(own)}


def _capacity(work: Work, cell: tuple[float, int], one: Outcome) -> Estimate:
    return crossing(one["memories"], one["lost"], one["of"], 0.5, work.rng(f"counts of {_name(*cell)}"))


def _growth(slopes: Mapping[float, Estimate], laws: Mapping[float, float]) -> list[Claim]:
    """The capacity is where another memory comes as near to the cue as its own; what is proven is its root."""
    rows = []
    for p, one in slopes.items():
        told = f"95 %: {one.low:.3f} to {one.high:.3f}; in the limit {rate(p):.3f}"
        about = f"growth of log memories with units, {p:.3g} of the cue flipped"
        rows.append(close(about, one.value, laws[p], within=0.03, reason=told))
        rows.append(at_least(f"{about}, lower end of its interval, beside what is proven", one.low, rate(p) / 2))
    return rows


def _proven(outcomes: Mapping[tuple[float, int], Outcome]) -> list[Claim]:
    rows = []
    for p in SIZES:
        units = max(n for q, n in outcomes if q == p)
        one = outcomes[p, units]
        good, of = float(one["proven"]), int(one["of"][0])
        about = f"cues with {p:.3g} flipped that one step recalls whole, {proven(p, units)} memories, {units} units"
        rows.append(at_least(about, good / of, 0.99, reason=_interval(good, of)))
    return rows


def _themselves(stay: Mapping[int, Outcome]) -> list[Claim]:
    units = max(stay)
    good, of = float(stay[units]["good"]), int(stay[units]["of"])
    about = f"patterns that a step leaves as they are, 2^(N/2) = {2 ** (units / 2):.0f} memories, {units} units"
    return [at_least(about, good / of, 0.99, reason=_interval(good, of))]


def _interval(good: float, of: int) -> str:
    low, high = wilson(good, of)
    return f"95 %: {low:.3f} to {high:.3f}"


def _chart(capacities: Mapping[tuple[float, int], Estimate], slopes: Mapping[float, Estimate]) -> Chart:
    series = []
    for p, one in slopes.items():
        own = {n: c for (q, n), c in capacities.items() if q == p}
        x, y, low, high = np.array([(n, c.value, c.low, c.high) for n, c in own.items()]).T
        expected = np.array([nearest(p, n) for n in own])
        series.append(Series(f"{p:.3g} flipped: exp({one.value:.3f} N)", x, y, expected, low, high))
    title = "Exponential memory: half of the cues recalled"
    return Chart(title, ("units N", "memories"), series, logs="y")


def _table(outcomes: Mapping[tuple[float, int], Outcome], capacities: Mapping[tuple[float, int], Estimate]) -> Table:
    rows = [
        (f"{p:.3g}", str(n), str(capacities[p, n]), f"{nearest(p, n):.4g}", str(proven(p, n)),
         f"{float(one['proven']) / float(one['of'][0]):.3f}")
        for (p, n), one in outcomes.items()
    ]  # fmt: skip
    head = ("flipped", "units", "memories, half recalled", "expected", "proven", "recalled there in one step")
    return Table("Exponential memory: recall of flipped patterns", head, rows)
