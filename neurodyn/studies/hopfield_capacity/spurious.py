"""What a Hopfield network remembers beside its patterns: their negatives, mixtures of three, and glass."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.analysis.mean_field.hopfield import critical, glass
from neurodyn.analysis.memories.find import memories
from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import Claim, at_least, at_most, close, seen
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work
from neurodyn.studies.hopfield_capacity.runs import network, settled, signs, stepped, storing
from neurodyn.studies.hopfield_capacity.settings import Settings
from neurodyn.studies.memory.lines import crossing

Array = NDArray[np.float64]
UNITS, STEPS = 256, 20  # of the network that random starts are run in, one unit after the other
LOADS = (0.02, 0.03, 0.05, 0.08, 0.11, 0.14, 0.2)
GROUPS = {"pattern": "a pattern", "inverse": "the negative of one", "mixture": "a mixture", "unnamed": "glass"}
LARGE, MIXED = 1024, (0.005, 0.01, 0.02, 0.03, 0.04, 0.06)  # the network of the mixtures, and its loads
NEAR = 0.1  # a mixture's overlaps with its three patterns are 1/2 within so much


def spurious(work: Work, settings: Settings) -> Section:
    """Ends of random starts by load, and mixtures of three from themselves."""
    jobs = {_name(a): partial(_ends, work, settings, a) for a in LOADS}
    jobs |= {_mixture(a): partial(_mixtures, work, settings, a) for a in MIXED}
    found = work.parts(jobs)
    ends, mixed = [found[_name(a)] for a in LOADS], [found[_mixture(a)] for a in MIXED]
    counts = {group: np.array([float(one[group]) for one in ends]) for group in GROUPS}
    stay, of = (np.array([float(one[key]) for one in mixed]) for key in ("stay", "of"))
    claims = (*_claims(counts, ends, settings), *_of_mixtures(work, mixed, stay, of))
    variables = {f"ends_{group}": ("ends_load", some) for group, some in counts.items()}
    variables["ends_distinct"] = ("ends_load", np.array([float(one["distinct"]) for one in ends]))
    data = xr.Dataset(
        {**variables, "mixtures_stay": ("mixtures_load", stay / of)},
        {"ends_load": list(LOADS), "mixtures_load": list(MIXED)},
    )
    return Section(claims, data, charts=_charts(counts, settings.starts, stay, of), details=(_table(ends, settings),))


def _name(a: float) -> str:
    return f"random starts, load {a:g}, {UNITS} units"


def _mixture(a: float) -> str:
    return f"mixtures of three, load {a:g}, {LARGE} units"


def _ends(work: Work, settings: Settings, a: float) -> Mapping[str, float]:
    """Where random starts end, by what the states are called."""
    system = network("hopfield_binary", signs(work, "patterns beside which", 0, round(a * UNITS), UNITS))
    seed = int(work.rng("random starts", round(1000 * a)).integers(2**31))
    found = memories(system, rows=[0], corruptions=[0.0], trials=1, starts=settings.starts, until=STEPS, seed=seed,
                     progress=False)  # fmt: skip
    if found.interrupted:
        raise KeyboardInterrupt
    points = np.array([end.point for end in found.ends])
    weights = np.array([end.count for end in found.ends], dtype=float)
    energies = -0.5 * np.einsum("ki,ij,kj->k", points, system.values["J"], points) / UNITS
    return {
        **{group: sum(end.count for end in found.ends if end.group == group) for group in GROUPS},
        "distinct": len(found.spurious), "unsettled": found.unsettled,
        "energy": float(np.average(energies, weights=weights)),
        "negatives": int((stepped(system, -points) != -points).any(axis=1).sum()),
    }  # fmt: skip


def _mixtures(work: Work, settings: Settings, a: float) -> Mapping[str, float]:
    """Of majorities of three patterns, how many are left with the overlaps of one, all units at once."""
    stay, overlaps, system = 0, list[Array](), None
    for k in range(settings.sets):
        xi = signs(work, "mixed patterns", k, round(a * LARGE), LARGE)
        rng = work.rng(f"triples, load {a:g}", k)
        triples = np.array([rng.permutation(len(xi))[:3] for _ in range(settings.cues)])
        system = storing(system, "hopfield_binary_parallel", xi)
        ends, _ = settled(system, np.sign(xi[triples].sum(axis=1)))
        own = (xi[triples] * ends[:, None]).mean(axis=-1)
        good = (np.abs(own - 0.5) <= NEAR).all(axis=1)
        stay, overlaps = stay + int(good.sum()), [*overlaps, own[good].ravel()]
    left = np.concatenate(overlaps)
    overlap = float(left.mean()) if left.size else np.nan
    return {"stay": stay, "of": settings.sets * settings.cues, "overlap": overlap}


def _claims(counts: Mapping[str, Array], ends: list[Outcome], settings: Settings) -> list[Claim]:
    """By load: patterns and their negatives alike, then glass alone."""
    own, inverse = (float(counts[group].sum()) for group in ("pattern", "inverse"))
    low, high = wilson(inverse, int(own + inverse))
    broken = sum(float(one["negatives"]) for one in ends)
    last = {a: float(counts["unnamed"][k]) / settings.starts for k, a in enumerate(LOADS)}
    energy = float(ends[-1]["energy"])
    lowest = glass(LOADS[-1]).energy
    return [
        seen("of ends at patterns or negatives, negatives", bool(low <= 0.5 <= high), "1/2", inverse / (own + inverse),
             tolerance="95 % interval", reason=f"{low:.3f} to {high:.3f}"),
        at_most("ends whose negative is not at rest", broken, 0),
        at_least(f"share of random starts that end in glass, load {LOADS[-2]:g}", last[LOADS[-2]], 0.9),
        at_most(f"share of random starts that end in glass, load {LOADS[0]:g}", last[LOADS[0]], 0.1),
        at_least("different states of glass and mixtures, share of all ends, load 0.2",
                 float(ends[-1]["distinct"]) / settings.starts, 0.5, reason="their number grows exponentially with N"),
        at_least("energy of a unit in glass, load 0.2, beside its lowest in theory", energy, lowest),
    ]  # fmt: skip


def _of_mixtures(work: Work, mixed: list[Outcome], stay: Array, of: Array) -> list[Claim]:
    """Amit, Gutfreund and Sompolinsky: mixtures of three have the overlap 1/2, up to a load of 0.03."""
    edge = crossing(MIXED, of - stay, of, 0.5, work.rng("counts of mixtures"))
    rows = [
        close(f"overlap of mixtures with each of their three patterns, load {a:g}", float(one["overlap"]), 0.5,
              within=0.01)
        for a, one in zip(MIXED[:2], mixed, strict=False)
    ]  # fmt: skip
    told = f"95 %: {edge.low:.4f} to {edge.high:.4f}; {LARGE} units, all at once"
    about = "load at which half of the mixtures of three are left"
    return [*rows, close(about, edge.value, critical(3).load, within=0.01, reason=told)]


def _charts(counts: Mapping[str, Array], starts: int, stay: Array, of: Array) -> tuple[Chart, ...]:
    loads, axes = np.array(LOADS), ("load: patterns / units", "share of random starts")
    series = []
    for group, words in GROUPS.items():
        low, high = wilson(counts[group], starts)
        series.append(Series(words, loads, counts[group] / starts, low=low, high=high))
    low, high = wilson(stay, of)
    mixed = Series("", np.array(MIXED), stay / of, low=low, high=high)
    edge = critical(3).load
    return (
        Chart(f"Where random starts end, {UNITS} units", axes, series),
        Chart(f"Mixtures of three that are left, {LARGE} units", (axes[0], "share"), [mixed],
              along=(edge, f"theory: {edge:.4f}")),
    )  # fmt: skip


def _table(ends: list[Outcome], settings: Settings) -> Table:
    rows = []
    for a, one in zip(LOADS, ends, strict=True):
        shares = []
        for group in GROUPS:
            low, high = wilson(float(one[group]), settings.starts)
            shares.append(f"{float(one[group]) / settings.starts:.1%} ({low:.1%} to {high:.1%})")
        rows.append((f"{a:g}", str(round(a * UNITS)), *shares, str(int(one["distinct"])), str(int(one["unsettled"]))))
    head = ("load", "patterns", *GROUPS.values(), "different states beside patterns", "not at rest")
    return Table(f"Ends of {settings.starts} random starts, {UNITS} units, one after the other", head, rows)
