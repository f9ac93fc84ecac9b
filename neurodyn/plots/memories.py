"""The figure of a report of memories: what comes back from how far, and where random starts end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.errors import InputError
from neurodyn.plots.labels import number, plain
from neurodyn.plots.style import BAD, INK, PALETTE, QUIET, STYLE, new_figure

if TYPE_CHECKING:
    from neurodyn.analysis.memories.report import Memories, Memory

# Patterns with a colour of their own; those that are told in words; ends with a bar of their own.
COLOURED, TOLD, ENDS = 6, 16, 12
COLOURS = {
    "pattern": PALETTE[0], "inverse": PALETTE[5], "mixture": PALETTE[2], "zero": PALETTE[4], "unnamed": PALETTE[1],
    "not at rest": "white",
}  # fmt: skip


def draw(report: Memories) -> Figure:
    """The share of corruptions that come back, the radius of each pattern, and the ends of random starts.

    Raises:
        InputError: for a report that was interrupted before anything was known.
    """
    if not report.stored:
        raise InputError("No pattern was looked at yet.", code="nothing-to-draw", remedy="Let it run for longer.")
    with rc_context(STYLE):
        title = f"{report.system.name}: {plain(report.system.model.summary) or 'memories'}"
        figure = new_figure(15.0 if report.ends else 10.0, 5.2, title)
        panels = figure.subplots(1, 3 if report.ends else 2, squeeze=False)[0]
        _recovery(panels[0], report)
        _radii(panels[1], report)
        if report.ends:
            _ends(panels[2], report)
    return figure


def _colour(k: int, m: Memory, count: int) -> str:
    if not m.is_stored:
        return BAD
    return PALETTE[(0, 2, 3, 4, 5, 6)[k]] if count <= COLOURED else PALETTE[0]


def _recovery(axes: Axes, report: Memories) -> None:
    """A line for each pattern with its interval; of many the mean, and each without its interval."""
    levels, shares, count = np.array(report.levels), 100 * report.recovery, len(report.stored)
    axes.axhline(50.0, color=QUIET, linewidth=1.4, linestyle="--")
    for k, m in enumerate(report.stored):
        colour = _colour(k, m, count)
        if count <= COLOURED:
            low, high = 100 * report.intervals[k].T
            axes.fill_between(levels, low, high, color=colour, alpha=0.12, linewidth=0)
            axes.plot(levels, shares[k], color=colour, marker="o", markersize=4, label=f"pattern {m.row}")
        else:
            axes.plot(levels, shares[k], color=colour, linewidth=0.8, alpha=0.4)
    if count > COLOURED:
        axes.plot(levels, shares.mean(axis=0), color=INK, linewidth=2.6, label=f"mean of {count} patterns")
    axes.legend(loc="lower left")
    axes.set(ylim=(-4, 104), xlabel=_amount(report), ylabel="come back (%)")
    bands = "bands are 95 % intervals" if count <= COLOURED else ""
    axes.set_title(f"{report.trials} corruptions of each pattern at each level\n{bands}")
    axes.margins(x=0.02)


def _amount(report: Memories) -> str:
    return "entries flipped" if report.binary else "noise, in root mean squares of the pattern"


def _radii(axes: Axes, report: Memories) -> None:
    """A bar for each pattern, as long as its radius; overlap and kind beside it where there is room."""
    count, most = len(report.stored), report.levels[-1] or 1.0
    told = count <= TOLD
    for k, (m, radius) in enumerate(zip(report.stored, report.radii, strict=True)):
        beyond = np.isinf(radius)
        style: Any = {"hatch": "//", "alpha": 0.75} if beyond else {}
        colour = _colour(k, m, count)
        axes.barh(k, min(radius, most), height=0.7 if told else 1.0, color=colour, edgecolor="white",
                  linewidth=0.6 if told else 0.0, **style)  # fmt: skip
        if told:
            length = f"> {report.levels[-1]:g}" if beyond else number(float(radius))
            axes.text(min(radius, most), k, f" {length}", va="center", fontsize=9.5)
    rows = [m.row for m in report.stored]
    if told:
        axes.set_yticks(range(count), [f"{m.row}: {_said(m)}" for m in report.stored])
    else:
        places = np.unique(np.linspace(0, count - 1, 9).round().astype(int))
        axes.set_yticks(places, [str(rows[k]) for k in places])
        axes.set_ylabel("pattern")
    axes.invert_yaxis()
    axes.set(xlim=(0, 1.15 * most), xlabel=f"radius: {_amount(report)}\nfrom which half come back")
    kept = [m.overlap for m in report.stored if m.point is not None]
    overlaps = f"overlaps kept: {min(kept):.3f} to {max(kept):.3f}" if kept else "none has a fixed point near it"
    axes.set_title(f"{sum(m.is_stored for m in report.stored)} of {count} patterns are remembered\n{overlaps}")
    axes.grid(axis="y", visible=False)


def _said(m: Memory) -> str:
    """How much of a pattern is kept at its fixed point, and its kind."""
    if m.point is None:
        return "no fixed point"
    kind = m.stability.kind if m.stability else "fixed exactly" if m.exact else "fixed point"
    return f"overlap {m.overlap:.3f}\n{kind}"


def _ends(axes: Axes, report: Memories) -> None:
    """A bar for the share of each state of rest; those that are rare, together by what they are."""
    bars = [(e.name, e.group, e.count, 1) for e in report.ends[:ENDS]]
    rest = report.ends[ENDS:]
    for group in dict.fromkeys(e.group for e in rest):
        counts = [e.count for e in rest if e.group == group]
        bars.append((f"{len(counts)} more: {group}", group, sum(counts), len(counts)))
    if report.unsettled:
        bars.append(("not at rest", "not at rest", report.unsettled, 1))
    for place, (_, group, count, several) in enumerate(bars):
        axes.barh(place, 100 * count / report.starts, color=COLOURS[group], edgecolor=INK, linewidth=0.5,
                  hatch="//" if several > 1 else None)  # fmt: skip
        low, high = wilson(count, report.starts)
        axes.plot([100 * low, 100 * high], [place, place], color=INK, linewidth=1.4)
    axes.set_yticks(range(len(bars)), [plain(name).replace("-", "\N{MINUS SIGN}") for name, *_ in bars])
    axes.invert_yaxis()
    axes.margins(x=0.05)
    axes.set(xlim=(0, None), xlabel="share of the starts in %")
    axes.set_title(f"ends of {report.starts:,} random starts: {len(report.ends)} states\nlines are 95 % intervals")
    axes.grid(axis="y", visible=False)
