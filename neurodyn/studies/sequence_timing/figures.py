"""The figures: formulas and measured numbers, recalls that were steered, spikes, and drawings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from neurodyn.analysis.sequences.dwell import delay_dwell, dwell_steps, trace_bound, trace_dwell
from neurodyn.studies.framework.panels import Curve, Panel
from neurodyn.studies.sequence_timing import flows, maps
from neurodyn.studies.sequence_timing.claims import Found
from neurodyn.studies.sequence_timing.course import Array

TITLE = "What sets the tempo of a sequence memory"


def panels(found: Found) -> tuple[Panel, ...]:
    """Dwell times against strength, window and degree."""
    return _by_strength(found), _by_window(found), _by_delay(found), _by_trace(found)


def _by_strength(found: Found) -> Panel:
    window = max(found.windows)
    fine, at = np.linspace(1.01, max(maps.STRENGTHS), 400), found.windows.index(window)
    lines = []
    for degree in (1, 3, 10):
        column = maps.DEGREES.index(degree)
        lines.append(Curve(f"d = {degree}", fine, _floats(dwell_steps(window, s, degree) for s in fine)))
        lines.append(_moving(maps.STRENGTHS, found.cells["drawn"][at, :, column]))
    note = f"MixedNet, window {window}; up to λ = 1 it stays"
    return Panel("Discrete time, against the strength", note, ("strength of the step λ", "dwell (steps)"), tuple(lines))


def _by_window(found: Found) -> Panel:
    at = maps.STRENGTHS.index(2.5)
    fine, lines = np.arange(1, max(found.windows) + 1, dtype=np.float64), []
    for degree in (1, 4, 10):
        column = maps.DEGREES.index(degree)
        lines.append(Curve(f"d = {degree}", fine, _floats(dwell_steps(int(w), 2.5, degree) for w in fine)))
        lines.append(_moving(found.windows, found.cells["drawn"][:, at, column]))
    note = "MixedNet, λ = 2.5; high degrees wait for it all"
    return Panel("Discrete time, against the window", note, ("window τ (steps)", "dwell (steps)"), tuple(lines))


def _by_delay(found: Found) -> Panel:
    fine, delay, ms = np.linspace(1.1, max(flows.STRENGTHS), 200), flows.DELAY, 1e3
    known = _floats(delay_dwell(delay, s, flows.TAU_X) - delay for s in fine)
    lines = (
        Curve("τx ln(2λ/(λ-1))", fine, ms * known),
        Curve("orthogonal", np.array(flows.STRENGTHS), ms * (found.delay["exact"] - delay), points=True),
        Curve("random", np.array(flows.PUBLISHED), ms * (found.delay["drawn"] - delay), points=True),
    )
    note = "above the delay of 1 s; units of 50 ms"
    return Panel("Continuous time, pure delay", note, ("strength of the step λ", "dwell less the delay (ms)"), lines)


def _by_trace(found: Found) -> Panel:
    fine, lines = np.linspace(1.1, 9.0, 200), []
    lines.append(Curve("d = 1: a bound", fine[fine < 3], _floats(trace_bound(1, s) for s in fine[fine < 3])))
    for degree, strengths in flows.TRACES.items():
        if degree > 1:
            lines.append(Curve(f"d = {degree}", fine, _floats(trace_dwell(1, s, degree) for s in fine)))
        means = [np.nanmean(d) if np.isfinite(d := found.traces[degree, s]["dwells"]).any() else 0 for s in strengths]
        lines.append(_moving(strengths, means))
    return Panel(
        "Continuous time, slow trace",
        "a trace of 1 s; means while patterns come in order",
        ("strength of the step λ", "dwell (s)"),
        tuple(lines),
    )


def _floats(values: Any) -> Array:
    return np.array([np.nan if v is None else float(v) for v in values])


def _moving(x: Any, y: Any) -> Curve:
    """The points at which there is a dwell time."""
    at, dwell = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return Curve("measured", at[dwell > 0], dwell[dwell > 0], points=True)


def draw_overview(shown: tuple[Panel, ...]) -> Any:
    """Dwell times beside their formulas; curves without points are left out."""
    from neurodyn.plots.panels import draw_panels

    shown = tuple(replace(panel, lines=tuple(c for c in panel.lines if len(c.x))) for panel in shown)
    return draw_panels(shown, TITLE, columns=2)


def draw_steered(found: Found) -> Any:
    """Overlaps of sequences whose tempo, gates and branches are steered while they run."""
    from neurodyn.plots.sequences import Recall, draw_recalls

    steps = np.arange(maps.STEPS + 1, dtype=np.float64)
    numbers = [str(k) for k in range(maps.COUNT)]
    titles = {
        "different": "a tempo for each pattern: " + ", ".join(f"{s:g}" for s in maps.DIFFERENT),
        "changing": "a tempo that rises while it runs",
        "gated": f"hidden unit {maps.GATED} is silenced for {maps.SHUT} steps: the sequence waits there",
    }
    recalls = [
        Recall(
            title,
            steps,
            found.tempos[name],
            numbers,
            None if name == "different" else np.vstack([s := found.tempos[f"{name} strengths"], s[-1:]]),
            found.tempos[f"{name} predicted"].astype(float),
        )
        for name, title in titles.items()
    ]
    sung = found.branch["overlap"]
    title = "a b c or a d e: the gates of two hidden units choose, three syllables at a time"
    recalls.append(Recall(title, np.arange(len(sung), dtype=np.float64), sung, list("abcde")))
    return draw_recalls(recalls, "Tempo, gates and branches while a sequence runs", "step", "λ")


def draw_spiking(found: Found) -> Any:
    """The overlaps of the spiking network above those of the network of rates, with its spikes."""
    from neurodyn.plots.sequences import draw_beside

    spikes = found.spiking
    overlaps = {"spiking network": spikes["spikes"], "network of rates": spikes["rates"]}
    raster = (spikes["spike time"], spikes["spike unit"])
    return draw_beside(spikes["time"], overlaps, raster, "The same sequence in spikes")


def _drawings(found: Found) -> Any:
    from neurodyn.plots.sequences import Drawing

    return [Drawing(f"tempo {t:g}", o["time"], o["pen"], o["overlap"]) for t, o in found.motor.items()]


def draw_motor(found: Found) -> Any:
    """The path of the pen at each tempo."""
    from neurodyn.plots.sequences import draw_paths

    return draw_paths(_drawings(found), found.points, "One drawing, by heart, at several tempos")


def film_motor(found: Found) -> Any:
    """The same in motion."""
    from neurodyn.plots.sequences import film_paths

    return film_paths(_drawings(found), found.points, "One drawing, by heart, at several tempos")
