"""The report as text and as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from neurodyn.bench.clock import Spread
    from neurodyn.bench.report import Line, Measured, Report

Table = list[list[str]]
Written = Callable[[Table], list[str]]
_HEAD = ["", "time", "quartiles", "/ best peer", "/ limit", "error", "ready", "from cold"]


def summary(report: Report) -> str:
    """All tables, aligned."""
    lines = [*_place(report, ""), ""]
    for title, case in report.cases:
        lines += [f"{title}: {case.plain['title']}", *_told(case, _aligned), ""]
    return "\n".join(lines).rstrip()


def markdown(report: Report) -> str:
    """A page: how it was measured, the machine, and a table for each case."""
    lines, last = ["# Benchmarks", "", *_HOW, "", *_place(report, "- ")], ""
    for title, case in report.cases:
        if title != last:
            lines += ["", f"## {title}"]
        lines += ["", f"**{case.plain['title']}.**", "", *_told(case, _piped)]
        last = title
    return "\n".join(lines) + "\n"


_HOW = [
    "Written by `neurodyn bench --out docs/benchmarks.md`. Each case runs in a process of its own, whose threads and",
    "kernels are set before NumPy is loaded. All columns take turns in rounds, and ratios are of one round: the median",
    "and, of the time, the quartiles. Of one thread it is the processor's time that counts. *Again* is our first",
    "column against itself, and says what the measurement cannot tell apart. A *limit* is work that no program of this",
    "kind can do without, done alone in the same rounds. *Ready* is the time to build, compile and run once, after",
    "imports; *from cold* that from the start of Python to the first result, and for ours, after a comma, once more",
    "with the machine code on disk.",
]


def _place(report: Report, bullet: str) -> list[str]:
    plain, machine = report.plain, report.plain["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    loads = [load for _, case in report.cases for load in case.plain.get("load", [])]
    ignored = ", ".join(f"{name}={value}" for name, value in machine["ignored"].items())
    core = f"{machine['processor']}, {machine['cores']} cores, {', '.join([*machine['caches'], *machine['vectors']])}"
    said = [
        core,
        f"{machine['system']}, Python {machine['python']}, {versions}",
        f"{plain['date']}, {plain['scale']} size, threads: {plain['threads']}, {plain['seconds']:g} s of rounds a case",
    ]
    if loads:
        said.append(f"load of the machine meanwhile: {min(loads):g} to {max(loads):g}")
    if ignored:
        said.append(f"taken out of the environment: {ignored}")
    return [f"{bullet}{line}" for line in said]


def _told(case: Measured, written: Written) -> list[str]:
    """The tables of a case, and what is to be said about it."""
    if "failed" in case.plain:
        return [case.plain["failed"]]
    if case.growth:
        return written(_growth(case))
    table = [_HEAD, *map(_cells, case.lines)]
    if not any(row[-1] for row in table[1:]):
        table = [row[:-1] for row in table]  # nothing was started from cold
    lines = written(table)
    if case.plain["error_of"]:
        lines += ["", f"Error: {case.plain['error_of']}."]
    if case.control is not None:
        c = case.control
        lines += ["", f"Again: {c.median:.3f} ({c.low:.3f} to {c.high:.3f})."]
    equal = case.at_equal_error
    if equal:
        head = ["at equal error", *[f"{target:.0e}" for target in case.plain["targets"]]]
        lines += ["", *written([head, *[[name, *map(_time, found)] for name, found in equal.items()]])]
    for reason, names in _reasons(case.skipped).items():
        lines += ["", f"Not there: {', '.join(names)}: {reason}."]
    return lines


def _reasons(skipped: dict[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, reason in skipped.items():
        found.setdefault(reason.rstrip("."), []).append(name)
    return found


def _cells(line: Line) -> list[str]:
    row = line.row
    cold = ", ".join(_time(row[name]) for name in ("cold", "warm") if name in row)
    error = f"{row['error']:.1e}" if "error" in row else ""
    quartiles = f"{_time(line.seconds.low)} to {_time(line.seconds.high)}"
    times = [_time(line.seconds.median), quartiles, _ratio(line.peer), _ratio(line.limit)]
    return [row["name"], *times, error, _time(row["ready"]), cold]


def _growth(case: Measured) -> Table:
    """Each size, its time, and the power of the size with which the time grew since the last."""
    points, found = case.growth, [[case.plain["grows"], "time", "grows as"]]
    powers = [np.log(t1 / t0) / np.log(n1 / n0) for (n0, t0), (n1, t1) in pairwise(points)]
    for (size, seconds), power in zip(points, [None, *powers], strict=True):
        found.append([f"{size:,g}", _time(seconds), "" if power is None else f"size^{power:.2f}"])
    return found


def _ratio(found: Spread | None) -> str:
    return "" if found is None else f"{found.median:.3g}"


def _time(seconds: float) -> str:
    """With three digits."""
    if np.isnan(seconds):
        return ""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:#.3g} {unit}".replace(". ", " ")
    return f"{seconds * 1e9:.3g} ns"


def _aligned(table: Table) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  " + "  ".join(_padded(row, widths)).rstrip() for row in table]


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[Any]:
    return [row[0].ljust(widths[0]), *[cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]]


def _piped(table: Table) -> list[str]:
    head, *rows = ["| " + " | ".join(row) + " |" for row in table]
    return [head, "|---" + "|---:" * (len(table[0]) - 1) + "|", *rows]
