"""The study: its settings, its parts, its tables, and the report."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.analysis.sequences.dwell import trace_bound, trace_dwell
from neurodyn.errors import InputError
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.settings import check_whole, setting
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Job, Study, Work
from neurodyn.studies.sequence_timing import figures, flows, maps, motor, spiking
from neurodyn.studies.sequence_timing.claims import DECIDED, Found, all_claims
from neurodyn.studies.sequence_timing.course import Array

if TYPE_CHECKING:
    from xarray import Dataset

CAPTIONS = {
    "overview": "Lines: formulas without a free parameter. Points: networks of random patterns, with a delay also of "
    "orthogonal ones.",
    "steered": "Overlaps of a MixedNet whose tempo is an input, beside the pattern that a calculation with overlaps "
    "alone expects; and a two-layer network whose hidden units have gates.",
    "motor": "A memory calls the points of a path, and a pen follows: the tempo is an input, the path stays the same.",
    "spiking": "The circuit of spiking neurons beside the network of rates that it stands for, with the same patterns.",
}

# The least and the most of each number: beyond it, runs take more than minutes.
LIMITS = {
    "windows": (1, 100),
    "units": (10, 100_000),
    "size": (10, 20_000),
    "draws": (1, 1000),
    "pen_units": (10, 20_000),
    "spiking_units": (10, 2000),
}


@dataclass(frozen=True)
class Settings:
    """What can be changed."""

    windows: tuple[float, ...] = setting((1, 2, 3, 5, 8, 12), "windows τ of the MixedNet, steps")
    units: int = setting(2000, "units of a MixedNet with random patterns")
    size: int = setting(1000, "units of a network with a trace and random patterns")
    draws: int = setting(8, "draws of random patterns for each strength and degree of a trace")
    tempos: tuple[float, ...] = setting((1.3, 2.5, 7.0), "tempos of the drawing")
    pen_units: int = setting(400, "units of the memory that draws")
    spiking_units: int = setting(160, "pairs of neurons of the spiking network")
    backend: str = setting("brian2", "engine of the spiking network: brian2, fixed or lanes")


def _measured(work: Work, settings: Settings) -> Report:
    _check(settings)
    path = None if work.data is None else motor.checked_path(work.data)
    found = _found(work, settings, path)
    shown = figures.panels(found)
    pictures = {
        "overview": Picture(CAPTIONS["overview"], partial(figures.draw_overview, shown)),
        "steered": Picture(CAPTIONS["steered"], partial(figures.draw_steered, found)),
        "motor": Picture(CAPTIONS["motor"], partial(figures.draw_motor, found), partial(figures.film_motor, found)),
        "spiking": Picture(CAPTIONS["spiking"], partial(figures.draw_spiking, found)),
    }
    notes = (
        f"random patterns: {maps.COUNT} of {settings.units} units (MixedNet), {flows.RING} of {settings.size} (trace)",
        f"in order: {flows.VISITS} patterns each follow the one before; 95 % intervals in brackets",
    )
    details = (_trace_table(found), _doubt_table(found))
    data = work.result(_dataset(found))
    return Report(work.name, figures.TITLE, all_claims(found), pictures, data, notes=notes, details=details)


def _check(settings: Settings) -> None:
    """Refuse settings for which there is nothing to measure."""
    check_whole(settings, LIMITS)
    for tempo in settings.tempos:
        if not tempo > 1:
            remedy = "Give numbers above 1: up to 1 a pattern stays for good."
            raise InputError(f"A tempo of the drawing is {tempo:g}.", code="bad-setting", remedy=remedy)


def _found(work: Work, settings: Settings, path: Array | None) -> Found:
    cells = maps.cells(work, settings.units, settings.windows)
    traces = {f"trace, degree {d}, strength {s:g}": (d, s) for d, strengths in flows.TRACES.items() for s in strengths}
    circuit = motor.circuit(work.rng("motor"), path, settings.pen_units)
    jobs: dict[str, Job] = {
        "tempos": maps.tempos,
        "branch": lambda: maps.branch(work.rng("branch"), 300),
        "two layers": lambda: maps.two_layers(work.rng("layers")),
        "pure delay": lambda: flows.pure_delay(work.rng("delay")),
        "no slow term": lambda: flows.no_slow_term(work.rng("smear"), settings.size),
        "spikes": lambda: spiking.both(work.rng("spikes"), settings.spiking_units, settings.backend, work.seed),
        **{f"drawing, tempo {t:g}": partial(motor.drawn, circuit, t) for t in settings.tempos},
        **{
            name: partial(flows.slow_trace, work.rng(name), d, s, settings.size, settings.draws)
            for name, (d, s) in traces.items()
        },
    }
    costs = {name: 0.5 * settings.draws for name in traces} | {"spikes": 4.0, "two layers": 4.0, "pure delay": 6.0}
    done = work.parts(jobs, costs=costs)
    return Found(
        windows=tuple(int(w) for w in settings.windows),
        cells=cells,
        tempos=done["tempos"],
        branch=done["branch"],
        layers=done["two layers"],
        delay=done["pure delay"],
        traces={at: done[name] for name, at in traces.items()},
        smeared=done["no slow term"],
        motor={t: done[f"drawing, tempo {t:g}"] for t in settings.tempos},
        expected={t: (motor.expected_dwell(circuit, t), motor.expected_miss(circuit, t)) for t in settings.tempos},
        points=circuit.values["point"],
        spiking=done["spikes"],
    )


def _trace_table(found: Found) -> Table:
    """Of each degree and strength, with random patterns."""
    rows = []
    for (degree, strength), outcome in found.traces.items():
        rows.append((str(degree), f"{strength:g}", *_trace_cells(degree, strength, outcome)))
    head = ("degree", "strength", "formula, s", "orthogonal, s", "random, s", "draws in order")
    return Table("Slow traces: dwell times, and whether the order is kept", head, rows)


def _trace_cells(degree: int, strength: float, outcome: Outcome) -> tuple[str, ...]:
    known = trace_bound(flows.TAU_S, strength) if degree == 1 else trace_dwell(flows.TAU_S, strength, degree)
    dwells = outcome["dwells"][np.isfinite(outcome["dwells"])]
    right, draws = int((outcome["ordered"] == flows.VISITS).sum()), len(outcome["ordered"])
    low, high = wilson(np.array([right]), draws)
    random = f"{dwells.mean():.3f} ± {dwells.std():.3f}" if len(dwells) else ""
    exact = "" if np.isnan(outcome["exact"]) else f"{float(outcome['exact']):.3f}"
    formula = f"below {known:.3f}" if degree == 1 and np.isfinite(known) else f"{known:.3f}" if degree > 1 else ""
    return formula, exact, random, f"{right} of {draws} [{low[0]:.0%}, {high[0]:.0%}]"


def _doubt_table(found: Found) -> Table:
    """How often the formula holds for random patterns, by how clearly the closest step is decided."""
    doubt, same = found.cells["doubt"], found.cells["drawn"] == found.cells["formula"]
    rows = []
    edges = (0.0, 1.0, 2.0, 3.0, DECIDED, np.inf)
    for low, high in pairwise(edges):
        inside = (doubt >= low) & (doubt < high)
        count, right = int(inside.sum()), int(same[inside].sum())
        if count:
            least, most = wilson(np.array([right]), count)
            name = f"from {low:g} on" if high == np.inf else f"{low:g} to {high:g}"
            rows.append((name, str(count), str(right), f"[{least[0]:.0%}, {most[0]:.0%}]"))
    head = ("deviations of the closest step", "cells", "as the formula says", "95 % interval")
    return Table("MixedNet with random patterns, cell by cell", head, rows)


def _dataset(found: Found) -> Dataset:
    import xarray as xr

    cell = ("window", "strength", "degree")
    keys = [f"d={d}, strength {s:g}" for d, s in found.traces]
    columns: dict[str, Any] = {name: (cell, found.cells[name]) for name in ("formula", "exact", "drawn", "doubt")}
    columns["delay_exact"] = (("delay_strength",), found.delay["exact"])
    columns |= {
        f"trace_{name}": (("trace", "draw"), np.stack([o[name] for o in found.traces.values()]))
        for name in ("dwells", "ordered")
    }
    for tempo, drawn in found.motor.items():
        at = f"time_{tempo:g}"
        columns |= {f"pen_{tempo:g}": ((at, "coordinate"), drawn["pen"]), at: ((at,), drawn["time"])}
    coords = {"window": list(found.windows), "strength": list(maps.STRENGTHS), "degree": list(maps.DEGREES)}
    return xr.Dataset(columns, coords | {"delay_strength": list(flows.STRENGTHS), "trace": keys})


STUDY = Study(
    _measured,
    Settings,
    quick={"windows": (5, 8), "units": 1000, "size": 300, "draws": 1, "tempos": (2.5, 7.0), "pen_units": 300},
    seed=1,
    data="points of a path to draw, x and y in rows",
)
