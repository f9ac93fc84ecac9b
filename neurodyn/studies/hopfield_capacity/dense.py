"""Dense memories with a power as energy: how many patterns fit, against the number of units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import Claim, close
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work
from neurodyn.studies.hopfield_capacity.runs import signs, stepped, storing
from neurodyn.studies.hopfield_capacity.settings import Settings
from neurodyn.studies.memory.lines import Estimate, crossing, slope

Array = NDArray[np.float64]
MODEL = "dense_memory_binary"
SIZES: Mapping[int, tuple[int, ...]] = {
    2: (64, 128, 256, 512, 1024), 3: (32, 64, 128, 256), 4: (24, 32, 48, 64, 96),
}  # fmt: skip
LEVEL = 0.005  # share of flipped units up to which the errors are called small
FACTORS = (0.7, 1.0, 1.4)  # times the expected number of memories


def small_errors(degree: int, units: int) -> float:
    """How many random patterns a memory holds with so few errors, by the Gaussian tail: N**(n-1)/((2n-3)!! z**2)."""
    return float(units ** (degree - 1) / (_odd(degree) * ndtri(LEVEL) ** 2))


def no_errors(degree: int, units: int) -> float:
    """How many it holds without errors (Krotov and Hopfield 2016): N**(n-1)/(2*(2n-3)!!*log N)."""
    return float(units ** (degree - 1) / (2 * _odd(degree) * math.log(units)))


def tail(degree: int, units: int, memories: float) -> float:
    """The share of units that the first step flips, by the Gaussian tail."""
    return float(ndtr(-math.sqrt(units ** (degree - 1) / (_odd(degree) * memories))))


def _odd(degree: int) -> int:
    """(2n - 3)!!"""
    return math.prod(range(2 * degree - 3, 0, -2))


def dense(work: Work, settings: Settings) -> Section:
    """First steps at all degrees and sizes, the capacities, and their exponents."""
    cells = [(n, units) for n, some in SIZES.items() for units in some if _entries(n, units) <= settings.entries]
    found = work.parts(
        {_name(*cell): partial(_flips, work, settings, *cell) for cell in cells},
        {_name(*cell): 0.1 + _entries(*cell) * settings.bits / 1e10 for cell in cells},
    )
    outcomes = {cell: found[_name(*cell)] for cell in cells}
    capacities = {cell: _capacity(work, cell, one) for cell, one in outcomes.items()}
    slopes = {}
    for n in SIZES:
        units = [cell[1] for cell in cells if cell[0] == n]
        slopes[n] = slope(np.log(units), [capacities[n, one] for one in units])
    charts, details = _charts(outcomes, capacities, slopes), (_table(outcomes, capacities),)
    return Section(_claims(outcomes, capacities, slopes), _data(outcomes, capacities), charts=charts, details=details)


def _name(degree: int, units: int) -> str:
    return f"degree {degree}, {units} units"


def _entries(degree: int, units: int) -> float:
    return FACTORS[-1] * small_errors(degree, units) * units


def _flips(work: Work, settings: Settings, degree: int, units: int) -> Mapping[str, Array | float]:
    """How many units of stored patterns the first step flips, near the expected capacity; and without errors."""
    loads = [max(2, round(f * small_errors(degree, units))) for f in FACTORS]
    loads.append(max(2, round(no_errors(degree, units))))
    found = [_counted(work, settings, degree, units, load) for load in loads]
    keys = ("flips", "units", "exact", "patterns")
    return {"memories": np.array(loads), **{key: np.array([one[k] for one in found]) for k, key in enumerate(keys)}}


def _counted(work: Work, settings: Settings, degree: int, units: int, load: int) -> tuple[int, int, int, int]:
    """Flipped units, of how many; patterns without one, of how many."""
    wanted, counts, k = max(settings.recalls, math.ceil(settings.bits / units)), np.zeros(4, dtype=np.int64), 0
    system = None
    while counts[3] < wanted:
        xi = signs(work, f"memories of {units}, degree {degree}", k, load, units)
        # Not all of one large set: its memories are shared.
        own = xi[: max(4, wanted // 4)][: wanted - int(counts[3])]
        system = storing(system, MODEL, xi, n=degree)
        wrong = (stepped(system, own) != own).sum(axis=1)
        counts += [int(wrong.sum()), own.size, int((wrong == 0).sum()), len(own)]
        k += 1
    return int(counts[0]), int(counts[1]), int(counts[2]), int(counts[3])


def _capacity(work: Work, cell: tuple[int, int], one: Outcome) -> Estimate:
    few = slice(0, len(FACTORS))
    return crossing(one["memories"][few], one["flips"][few], one["units"][few], LEVEL, work.rng(f"counts of {cell}"))


def _claims(
    outcomes: Mapping[tuple[int, int], Outcome],
    capacities: Mapping[tuple[int, int], Estimate],
    slopes: Mapping[int, Estimate],
) -> tuple[Claim, ...]:
    """Krotov and Hopfield 2016: N**(n-1), with the factor of the Gaussian tail, and without errors."""
    rows = []
    for n, one in slopes.items():
        told = f"95 %: {one.low:.3f} to {one.high:.3f}"
        rows.append(close(f"exponent of the capacity, degree {n}", one.value, n - 1, within=0.1, reason=told))
    for n in SIZES:
        units = max(cell[1] for cell in outcomes if cell[0] == n)
        last, there = outcomes[n, units], capacities[n, units]
        rows.append(close(f"memories with {LEVEL:.1%} of errors, degree {n}, {units} units",
                          there.value, small_errors(n, units), relative=0.1,
                          reason=f"95 %: {there.low:.4g} to {there.high:.4g}"))  # fmt: skip
        share = float(last["exact"][-1] / last["patterns"][-1])
        low, high = wilson(float(last["exact"][-1]), int(last["patterns"][-1]))
        expected = (1 - tail(n, units, float(last["memories"][-1]))) ** units
        rows.append(close(f"share of {int(last['memories'][-1])} memories without an error, degree {n}, {units} units",
                          share, expected, within=0.05, reason=f"95 %: {low:.3f} to {high:.3f}"))  # fmt: skip
    return tuple(rows)


def _data(outcomes: Mapping[tuple[int, int], Outcome], capacities: Mapping[tuple[int, int], Estimate]) -> xr.Dataset:
    keys = ("memories", "flips", "units", "exact", "patterns")
    each = {key: np.array([one[key] for one in outcomes.values()]) for key in keys}
    variables: dict[str, Any] = {f"dense_{key}": (("dense", "dense_load"), some) for key, some in each.items()}
    for key in ("value", "low", "high"):
        told = np.array([getattr(one, key) for one in capacities.values()])
        variables[f"dense_capacity_{key}"] = (("dense",), told)
    return xr.Dataset(variables, {"dense": [_name(*cell) for cell in outcomes]})


def _charts(
    outcomes: Mapping[tuple[int, int], Outcome],
    capacities: Mapping[tuple[int, int], Estimate],
    slopes: Mapping[int, Estimate],
) -> tuple[Chart, ...]:
    held, tails = list[Series](), list[Series]()
    for n, one in slopes.items():
        own = {units: capacity for (degree, units), capacity in capacities.items() if degree == n}
        x, y, low, high = np.array([(units, c.value, c.low, c.high) for units, c in own.items()]).T
        expected = np.array([small_errors(n, units) for units in own])
        held.append(Series(f"degree {n}: N^{one.value:.2f}", x, y, expected, low, high))
        points = np.array([
            (tail(n, units, float(m)), f / of)
            for (degree, units), found in outcomes.items() if degree == n
            for m, f, of in zip(found["memories"], found["flips"], found["units"], strict=True) if f
        ])  # fmt: skip
        points = points[points[:, 0].argsort()]
        tails.append(Series(f"degree {n}", points[:, 0], points[:, 1], points[:, 0]))
    return (
        Chart(f"Dense memories: patterns with {LEVEL:.1%} of errors", ("units N", "memories"), held, logs="xy"),
        Chart("Units flipped by the first step", ("Gaussian tail", "share flipped"), tails, logs="xy"),
    )


def _table(outcomes: Mapping[tuple[int, int], Outcome], capacities: Mapping[tuple[int, int], Estimate]) -> Table:
    rows = []
    for (n, units), one in outcomes.items():
        good, of, memories = (float(one[key][-1]) for key in ("exact", "patterns", "memories"))
        low, high = wilson(good, int(of))
        rows.append((
            str(n), str(units), str(capacities[n, units]), f"{small_errors(n, units):.4g}", f"{memories:.0f}",
            f"{good / of:.3f} ({low:.3f} to {high:.3f})", f"{(1 - tail(n, units, memories)) ** units:.3f}",
        ))  # fmt: skip
    head = ("degree", "units", f"memories with {LEVEL:.1%} of errors", "expected", "without errors, by formula",
            "share of them without", "expected")  # fmt: skip
    return Table("Dense memories: one step from the pattern", head, rows)
