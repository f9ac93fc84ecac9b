"""Times of a benchmark: a panel for each case, a mark for each column, and a line where something grows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import fill
from typing import Any, Protocol

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from neurodyn.errors import InputError
from neurodyn.plots.style import INK, PALETTE, QUIET, STYLE, new_figure

ACROSS = 3
_WIDE = 46  # letters in a line of a title
COLOURS = {"own": PALETTE[0], "peer": PALETTE[4], "limit": INK}
NAMES = {"own": "neurodyn", "peer": "other tools", "limit": "limit of the machine"}


class Spread(Protocol):
    """A median and its quartiles."""

    @property
    def median(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


class Line(Protocol):
    """A column: plain data, and its time."""

    @property
    def row(self) -> Mapping[str, Any]: ...
    @property
    def seconds(self) -> Spread: ...


class Case(Protocol):
    """A case: plain data, and its columns."""

    @property
    def plain(self) -> Mapping[str, Any]: ...
    @property
    def lines(self) -> Sequence[Line]: ...
    @property
    def growth(self) -> Sequence[tuple[float, float]]: ...


def draw_bench(cases: Iterable[tuple[str, Case]]) -> Figure:
    """The times of all cases that were measured; each comes with the title of its workload."""
    shown = [(title, case) for title, case in cases if case.lines]
    if not shown:
        raise InputError("Nothing was measured.", code="nothing-to-draw", remedy="The report says why.")
    across = min(ACROSS, len(shown))
    down = -(-len(shown) // across)
    with rc_context(STYLE):
        figure = new_figure(5.6 * across, 3.2 * down + 0.6, "Time for the same task")
        grid = figure.subplots(down, across, squeeze=False).ravel()
        for axes, (title, case) in zip(grid, shown, strict=False):
            _draw_growth(axes, case) if case.growth else _draw_times(axes, case)
            axes.set_title(fill(f"{title.partition(':')[0]}: {case.plain['title']}", _WIDE))
        for axes in grid[len(shown) :]:
            axes.set_visible(False)
        handles = [grid[0].plot([], [], "o", color=COLOURS[role], label=NAMES[role])[0] for role in COLOURS]
        figure.legend(handles=handles, loc="outside upper right", ncols=len(handles))
    return figure


def _draw_times(axes: Axes, case: Case) -> None:
    """The fastest on top; a bar from quartile to quartile, where it can be seen."""
    lines = sorted(case.lines, key=lambda line: -line.seconds.median)
    for place, line in enumerate(lines):
        colour, time = COLOURS[line.row["role"]], line.seconds
        axes.plot([time.low, time.high], [place, place], color=colour, linewidth=4, alpha=0.35)
        axes.plot(time.median, place, "o", color=colour, markersize=6)
        if line.row["role"] == "limit":
            axes.axvline(time.median, color=QUIET, linewidth=1, zorder=0)
    times = [line.seconds.median for line in lines]
    axes.set(xscale="log", xlabel="milliseconds", ylim=(-0.6, len(lines) - 0.4))
    axes.margins(x=0.08)
    axes.xaxis.set_major_locator(LogLocator(subs=_subdivided(times[0] / times[-1])))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{1e3 * seconds:,.4g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yticks(range(len(lines)), [line.row["name"] for line in lines], fontsize=9)
    axes.grid(False, axis="y")


def _subdivided(span: float) -> tuple[float, ...]:
    """The ticks in each decade of an axis that spans such a ratio, so that there are some and they do not meet."""
    return (1.0, 2.0, 5.0) if span < 30 else (1.0, 3.0) if span < 300 else (1.0,)


def _draw_growth(axes: Axes, case: Case) -> None:
    sizes, seconds = zip(*case.growth, strict=True)
    axes.plot(sizes, seconds, "o-", color=COLOURS["own"], markersize=5)
    axes.set(xscale="log", yscale="log", xlabel=case.plain["grows"], ylabel="seconds")
    axes.margins(x=0.05)
