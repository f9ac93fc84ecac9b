"""The classical load curve: what is left of a pattern after recall, against patterns over units, for several sizes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.analysis.mean_field.hopfield import critical, retrieval
from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import Claim, at_least, at_most, close, seen
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work, run
from neurodyn.studies.hopfield_capacity.runs import settled, signs, storing
from neurodyn.studies.hopfield_capacity.scaling import Scaling, fitted
from neurodyn.studies.hopfield_capacity.settings import Settings
from neurodyn.system.system import System

Array = NDArray[np.float64]
LOADS = (0.05, 0.1, 0.12, 0.13, 0.14, 0.15, 0.16, 0.18, 0.2)
BESIDE = (0.1, 0.13, 0.15)  # loads at which units are also updated one after the other
TURNS = 3  # sets of patterns for that
RECALLED = 0.8  # overlap from which a pattern is recalled: ends lie above 0.93 or near 0.35
AT_ONCE, IN_TURN = "hopfield_binary_parallel", "hopfield_binary"


def load(work: Work, settings: Settings) -> Section:
    """Recall at all sizes and loads, the fit of the transition, and the same with units one after the other."""
    sizes = sorted({int(n) for n in settings.sizes})
    small = sizes[(len(sizes) - 1) // 2]
    jobs = {
        _name(AT_ONCE, n, a): partial(_recalled, work, settings, AT_ONCE, n, a, _sets(settings, sizes, n))
        for n in sizes
        for a in LOADS
    }
    jobs |= {
        _name(IN_TURN, small, a): partial(_recalled, work, settings, IN_TURN, small, a, min(settings.sets, TURNS))
        for a in BESIDE
    }
    costs = {name: _cost(name, settings, sizes) for name in jobs}
    found = work.parts(jobs, costs)
    curves = {n: [found[_name(AT_ONCE, n, a)] for a in LOADS] for n in sizes}
    turns = {a: found[_name(IN_TURN, small, a)] for a in BESIDE}
    scaling = fitted(LOADS, {n: np.array([one["found"] for one in some]) for n, some in curves.items()},
                     {n: np.array([float(one["of"]) for one in some]) for n, some in curves.items()},
                     work.rng("sets drawn again"))  # fmt: skip
    return Section(
        (*_claims(curves, scaling), *_turns(curves[small], turns, small)), _data(curves, scaling),
        charts=_charts(curves, scaling), details=(_table(curves), _beside(curves[small], turns, small)),
        notes=(_told(scaling),),
    )  # fmt: skip


def _sets(settings: Settings, sizes: list[int], n: int) -> int:
    return round(settings.sets * max(sizes) / n)


def _name(model: str, n: int, a: float) -> str:
    return f"load {a:g}, {n} units, {'in turn' if model == IN_TURN else 'at once'}"


def _cost(name: str, settings: Settings, sizes: list[int]) -> float:
    n = int(name.split(", ")[1].split()[0])
    return n / 100.0 if "at once" in name else 5.0


def _recalled(work: Work, settings: Settings, model: str, n: int, a: float, sets: int) -> Mapping[str, Array | float]:
    """How many patterns are recalled in each set, and what those look like that are."""
    found, overlaps, kinds, energies = list[int](), list[Array](), list[Array](), list[Array]()
    count, system = round(a * n), None
    for k in range(sets):
        xi = signs(work, f"patterns of {n}", k, count, n)
        system, own = storing(system, model, xi), xi[: settings.cues]
        ends, kind = settled(system, own)
        overlap = (ends * own).mean(axis=1)
        good = overlap >= RECALLED
        found.append(int(good.sum()))
        overlaps.append(overlap)
        kinds.append(kind)
        if a < critical().load and good.any():
            energies.append(_energies(system, ends[good]))
    kind, overlap = np.concatenate(kinds), np.concatenate(overlaps)
    good = overlap >= RECALLED
    recalled = overlap[good] if good.any() else np.array([np.nan])
    return {
        "found": np.array(found), "of": min(settings.cues, count), "mean": overlap.mean(),
        "overlap": recalled.mean(),
        "energy": np.concatenate(energies).mean() if energies else np.nan,
        "cycles": (kind == 1).mean(), "moving": (kind == 2).mean(),
    }  # fmt: skip


def _energies(system: System, states: Array) -> Array:
    """Of a unit, for each state."""
    told = run(system, start={"S": states}, trials=len(states), steps=1, save_at=[0], record=["E"])
    energies: Array = told["E"].values[0] / states.shape[1]
    return energies


def _claims(curves: Mapping[int, list[Outcome]], scaling: Scaling) -> list[Claim]:
    """Amit, Gutfreund and Sompolinsky: overlap and energy by load, and where recall ends."""
    n = max(curves)
    largest = dict(zip(LOADS, curves[n], strict=True))
    rows = []
    for a in (0.05, 0.1, 0.12, 0.13):
        expected = retrieval(a)
        if expected is not None:
            about = f"overlap of recalled patterns, load {a:g}, {n} units"
            rows.append(close(about, float(largest[a]["overlap"]), expected.overlap, within=0.005))
            if a in (0.1, 0.13):
                about = f"energy of a unit there, load {a:g}"
                rows.append(close(about, float(largest[a]["energy"]), expected.energy, within=0.004))
    rows += [
        close(
            "load at which recall ends, by finite-size scaling", scaling.load.value, critical().load, within=0.01,
            reason=f"95 % of sets of patterns drawn again give {scaling.load.low:.4f} to {scaling.load.high:.4f}.",
        ),
        at_least("exponent by which the transition sharpens with units, lower end of its interval",
                 scaling.exponent.low, 0.0),
        at_least(f"share recalled at load 0.1, {n} units", _share(largest[0.1]), 0.98),
        at_most(f"share recalled at load 0.2, {n} units", _share(largest[0.2]), 0.1),
    ]  # fmt: skip
    return rows


def _turns(curve: list[Outcome], turns: Mapping[float, Outcome], small: int) -> list[Claim]:
    """Both dynamics have the same states of rest, so recalled patterns look alike."""
    both = dict(zip(LOADS, curve, strict=True))
    gap = max(abs(float(both[a]["overlap"]) - float(one["overlap"])) for a, one in turns.items() if a <= 0.13)
    moving = max(float(one["cycles"]) + float(one["moving"]) for one in turns.values())
    return [
        at_most(f"overlap in turn beside at once, largest difference to load 0.13, {small} units", gap, 0.004),
        seen("one unit after the other all runs come to rest", moving == 0, "all", f"{1 - moving:.1%}",
             reason="The energy falls with each flip (Hopfield 1982)."),
    ]  # fmt: skip


def _share(one: Outcome) -> float:
    return float(np.sum(one["found"])) / (np.size(one["found"]) * float(one["of"]))


def _interval(one: Outcome) -> tuple[float, float]:
    low, high = wilson(float(np.sum(one["found"])), int(np.size(one["found"]) * float(one["of"])))
    return float(low), float(high)


def _told(scaling: Scaling) -> str:
    there = scaling.load
    return (
        f"recall ends at a load of {there.value:.4g} ({there.low:.4g} to {there.high:.4g} by sets of patterns; what "
        f"small sizes shift is not in it); the transition sharpens as N^{scaling.exponent}; at once all units, from "
        f"the pattern itself, recalled from an overlap of {RECALLED:g} on"
    )


def _data(curves: Mapping[int, list[Outcome]], scaling: Scaling) -> xr.Dataset:
    keys = ("mean", "overlap", "energy", "cycles", "moving")
    variables = {f"load_{k}": (("units", "load"), np.array([[float(one[k]) for one in c] for c in curves.values()]))
                 for k in keys}  # fmt: skip
    variables["load_recalled"] = (("units", "load"), np.array([[_share(one) for one in c] for c in curves.values()]))
    found = xr.Dataset(variables, {"units": list(curves), "load": list(LOADS)})
    return found.assign(load_critical=scaling.load.value, load_exponent=scaling.exponent.value)


def _charts(curves: Mapping[int, list[Outcome]], scaling: Scaling) -> tuple[Chart, ...]:
    loads, edge = np.array(LOADS), critical().load
    axes = "load: patterns / units"
    below = loads[loads < edge]
    theory = np.array([found.overlap for a in below if (found := retrieval(float(a))) is not None])
    means = [Series(f"{n} units", loads, np.array([float(one["mean"]) for one in c])) for n, c in curves.items()]
    last = np.array([float(one["overlap"]) for one in curves[max(curves)]])
    own = Series(f"{max(curves)} units", below, last[: below.size], theory)
    shares, scaled = list[Series](), list[Series]()
    for n, c in curves.items():
        share, ends = np.array([_share(one) for one in c]), np.array([_interval(one) for one in c])
        shares.append(Series(f"{n} units", loads, share, low=ends[:, 0], high=ends[:, 1]))
        away = (loads - scaling.load.value) * (n / 1000) ** scaling.exponent.value
        scaled.append(Series(f"{n} units", away, share))
    mark = (edge, f"theory: {edge:.4f}")
    return (
        Chart("Overlap after recall, all patterns", (axes, "overlap"), means, along=mark),
        Chart("Overlap of recalled patterns, and theory", (axes, "overlap"), [own]),
        Chart(f"Share recalled: overlap of {RECALLED:g} at least", (axes, "share"), shares, along=mark),
        Chart("The same, scaled with the size",
              (f"(load - {scaling.load.value:.4f}) (N/1000)^{scaling.exponent.value:.2f}", "share"), scaled),
    )  # fmt: skip


def _table(curves: Mapping[int, list[Outcome]]) -> Table:
    rows = []
    for n, curve in curves.items():
        for a, one in zip(LOADS, curve, strict=True):
            expected, (low, high) = retrieval(a), _interval(one)
            rows.append((
                str(n), f"{a:g}", f"{_share(one):.3f} ({low:.3f} to {high:.3f})", f"{float(one['overlap']):.4f}",
                "" if expected is None else f"{expected.overlap:.4f}", _number(float(one["energy"])),
                "" if expected is None else f"{expected.energy:.4f}",
                f"{float(one['cycles']):.0%}", f"{float(one['moving']):.0%}",
            ))  # fmt: skip
    head = ("units", "load", "recalled", "overlap", "theory", "energy", "theory", "to and fro", "moving")
    return Table("Recall by load, all units at once", head, rows)


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.4f}"


def _beside(curve: list[Outcome], turns: Mapping[float, Outcome], small: int) -> Table:
    both = dict(zip(LOADS, curve, strict=True))
    rows = [
        (f"{a:g}", f"{_share(both[a]):.3f}", f"{_share(one):.3f}", f"{float(both[a]['overlap']):.4f}",
         f"{float(one['overlap']):.4f}")
        for a, one in turns.items()
    ]  # fmt: skip
    head = ("load", "recalled at once", "in turn", "overlap at once", "in turn")
    return Table(f"Units at once and one after the other, {small} units", head, rows)
