"""What the source, the formulas and the textbook say, beside what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neurodyn.analysis.sequences.dwell import delay_dwell, trace_bound, trace_dwell
from neurodyn.studies.framework.claims import Claim, at_least, at_most, between, close, seen
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.sequence_timing import flows, maps
from neurodyn.studies.sequence_timing.course import Array

DECIDED = (
    5.0  # deviations of the chance overlaps: beyond it the formula is to hold for random patterns, all units, all steps
)


@dataclass(frozen=True, eq=False)
class Found:
    """All that was measured.

    Attributes:
        windows: of the cells.
        cells: shape (windows, strengths, degrees) each.
        traces: by degree and strength.
        motor: by tempo.
        expected: of the motor circuit by tempo: dwell time, and the part of a step that the pen misses.
        points: of the path.
    """

    windows: tuple[int, ...]
    cells: Outcome
    tempos: Outcome
    branch: Outcome
    layers: Outcome
    delay: Outcome
    traces: Mapping[tuple[int, float], Outcome]
    smeared: Outcome
    motor: Mapping[float, Outcome]
    expected: Mapping[float, tuple[float, float]]
    points: Array
    spiking: Outcome


def all_claims(found: Found) -> tuple[Claim, ...]:
    """The table."""
    return (*_cells(found), *_steered(found), *_layers(found), *_delay(found), *_trace(found), *_read_out(found))


def _cells(found: Found) -> list[Claim]:
    cells = found.cells
    same, sure = cells["drawn"] == cells["formula"], cells["doubt"] >= DECIDED
    exact = int((cells["exact"] == cells["formula"]).sum())
    return [
        seen(
            "cells (window, strength, degree) with the formula's dwell time, orthogonal patterns",
            exact == same.size,
            f"all {same.size}",
            f"{exact}",
        ),
        seen(
            f"the same, random patterns, of cells decided by {DECIDED:g} deviations",
            bool(same[sure].all()),
            f"all {int(sure.sum())}",
            f"{int(same[sure].sum())}",
        ),
        *_published_cells(found),
    ]


def _published_cells(found: Found) -> list[Claim]:
    """Numbers of figure 4 of the source, and the limit of long windows."""
    cells, rows = found.cells, []
    at = maps.STRENGTHS.index(2.5)
    for window, degrees, known in ((5, maps.DEGREES, (4, 4, 4, 4, 5, 5)), (8, (1, 10), (6, 8))):
        if window not in found.windows:
            continue
        columns = [maps.DEGREES.index(d) for d in degrees]
        measured, doubt = (cells[name][found.windows.index(window), at, columns] for name in ("drawn", "doubt"))
        rows.append(
            seen(
                f"dwell at strength 2.5, window {window}, degrees {', '.join(map(str, degrees))}, random patterns",
                measured.tolist() == list(known),
                ", ".join(map(str, known)),
                ", ".join(_dwell(k) for k in measured),
                reason=f"the closest cell is decided by {doubt.min():.2g} deviations of the chance overlaps",
            )
        )
    longest = max(found.windows)
    linear = int(cells["exact"][found.windows.index(longest), at, 0])
    about = f"linear dwell in a window of {longest}: half of it times 1 + 1/strength"
    return [*rows, close(about, linear, 0.7 * longest, within=1)]


def _dwell(steps: int) -> str:
    return {maps.FROZEN: "stays", maps.OTHER: "out of order"}.get(int(steps), str(int(steps)))


def _steered(found: Found) -> list[Claim]:
    rows = []
    for name, about in (
        ("different", "tempos that differ"),
        ("changing", "a tempo that rises while it runs"),
        ("gated", "a gate that shuts and opens"),
    ):
        best, predicted = found.tempos[name].argmax(axis=1), found.tempos[f"{name} predicted"]
        right = int((best == predicted).sum())
        rows.append(
            seen(f"steps in the calculated pattern: {about}", right == len(best), f"all {len(best)}", f"{right}")
        )
    song = [*(0, 1, 2) * 2, *(0, 3, 4), *(0, 1, 2), 0, 3, 4, 0]
    sung = found.branch["overlap"].argmax(axis=1).tolist()
    letters, known = ("".join("abcde"[k] for k in one) for one in (sung, song))
    whole = float(found.branch["overlap"].max(axis=1).min())
    off = int(found.branch["off"])
    return [
        *rows,
        seen("syllables as the gates of two hidden units say", letters == known and whole == 1, known, letters),
        close("bits that both gates open leave otherwise than a tie does", off, 0, within=0),
    ]


def _layers(found: Found) -> list[Claim]:
    layers, rows = found.layers, []
    for degree in (1, 2, 3):
        part = f"{layers[f'd={degree} ok']:.0%} of bits recalled right"
        about = f"bits in which two layers differ from the network, degree {degree} ({part})"
        off, of = int(layers[f"d={degree}"]), int(layers[f"d={degree} of"])
        rows.append(seen(about, off == 0, f"0 of {of}", f"{off}"))
    for name, about in (("own d=2", "degree 2, P = 100"), ("own exp", "exponential, P = 2000")):
        off = int(layers[name])
        rows.append(seen(f"bits that hearing oneself changes at N = 100, {about}", off == 0, "0 of 4000", f"{off}"))
    return rows


def _delay(found: Found) -> list[Claim]:
    delay = found.delay
    known = np.array([delay_dwell(flows.DELAY, s, flows.TAU_X) for s in flows.STRENGTHS])
    off = float(np.abs(delay["exact"] / known - 1).max())
    rows = [at_most("pure delay, orthogonal patterns: greatest error of all strengths", off, 0.01)]
    for strength, dwell in zip(flows.PUBLISHED, delay["drawn"], strict=True):
        expected = known[flows.STRENGTHS.index(strength)]
        about = f"pure delay, random patterns: dwell at strength {strength:g}, s"
        rows.append(close(about, float(dwell), expected, relative=0.01))
    off = float(np.abs(delay["unequal"] / delay["unequal known"] - 1).max())
    rows.append(at_most("pure delay, a tempo for each pattern: greatest error", off, 0.01))
    for name, strength in (("slow", flows.SLOW), ("fast", flows.FAST)):
        dwell = delay_dwell(flows.DELAY, strength, flows.TAU_X)
        about = f"pure delay, tempo {strength:g} {'before' if name == 'slow' else 'after'} it changes, s"
        rows.append(close(about, float(delay[name]), dwell, relative=0.01))
    return rows


def _trace(found: Found) -> list[Claim]:
    linear = [_mean(found, 1, s) / trace_bound(flows.TAU_S, s) for s in (1.2, 1.5)]
    smeared = found.smeared
    return [
        at_most("slow trace, degree 1: dwell over the textbook's value", max(linear), 1.0),
        between("slow trace, degree 1, strength 1.5: the same", linear[1], 0.6, 0.8),
        at_least("slow trace, degree 1, strength 0.9: patterns that come in order", _visits(found, 1, 0.9), 1),
        at_most(
            f"slow trace, degree 1, strength 2.5: patterns of {flows.VISITS} in order, on the average",
            _visits(found, 1, 2.5),
            4,
            reason="a few items, says the source",
        ),
        *_steep_trace(found),
        at_most("no slow term: greatest overlap after the first transition", float(smeared["top"]), 0.65),
        at_most("no slow term: patterns that come in order", float(smeared["in order"]), 3, reason="by their overlaps"),
    ]


def _steep_trace(found: Found) -> list[Claim]:
    """Degrees 2 and 3."""
    rows = []
    for degree, strength in ((2, 2.5), (3, 4.0)):
        about = f"slow trace, degree {degree}, strength {strength:g}"
        known = trace_dwell(flows.TAU_S, strength, degree)
        rows.append(close(f"{about}: dwell, s", _mean(found, degree, strength), known, relative=0.1))
        right, draws = _ordered(found, degree, strength)
        rows.append(seen(f"{about}: draws of patterns in order", right == draws, f"all {draws}", f"{right}"))
    others = [key for key in found.traces if key[0] > 1]
    off = max(abs(_mean(found, d, s) / trace_dwell(flows.TAU_S, s, d) - 1) for d, s in others)
    counts = {key: _ordered(found, *key) for key in others}
    lost = [f"d = {d}, strength {s:g}: {of - ok} of {of}" for (d, s), (ok, of) in counts.items() if ok < of]
    return [
        *rows,
        at_most("slow trace, degrees 2 and 3: greatest error of all strengths", off, 0.1),
        seen("slow trace, degrees 2 and 3: draws out of order", not lost, "none", "; ".join(lost) or "none"),
    ]


def _mean(found: Found, degree: int, strength: float) -> float:
    dwells = found.traces[degree, strength]["dwells"]
    return float(np.nanmean(dwells)) if np.isfinite(dwells).any() else float("nan")


def _ordered(found: Found, degree: int, strength: float) -> tuple[int, int]:
    """Draws in which all patterns came in order, of how many."""
    visits = found.traces[degree, strength]["ordered"]
    return int((visits == flows.VISITS).sum()), len(visits)


def _visits(found: Found, degree: int, strength: float) -> float:
    return float(np.mean(found.traces[degree, strength]["ordered"]))


def _read_out(found: Found) -> list[Claim]:
    rows = []
    for tempo, drawn in found.motor.items():
        dwell, miss = found.expected[tempo]
        right, reached = int(drawn["in order"]), int(drawn["reached"])
        points = len(found.points)
        rows += [
            close(f"drawing, tempo {tempo:g}: time for a point, s", float(drawn["dwell"]), dwell, relative=0.1),
            seen(
                f"drawing, tempo {tempo:g}: all points in order",
                right == reached >= points,
                f"{points} or more",
                f"{right} of {reached}",
            ),
            close(
                f"drawing, tempo {tempo:g}: missed, part of the longest step", float(drawn["missed"]), miss, within=0.03
            ),
        ]
    spikes = found.spiking
    right, reached = int(spikes["spikes in order"]), int(spikes["spikes reached"])
    known = trace_dwell(0.4, 2.5, 2)
    dwell = float(spikes["spikes dwell"])
    return [
        *rows,
        seen("spikes: patterns in order", right == reached >= 4, "all", f"{right} of {reached}"),
        close("spikes: dwell against the closed form, s", dwell, known, relative=0.12),
        close("spikes: dwell against the network of rates, s", dwell, float(spikes["rates dwell"]), relative=0.08),
    ]
