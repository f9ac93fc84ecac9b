"""The report of a fit as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from neurodyn.analysis.fitting.report import Fit


def told(report: Fit) -> str:
    """One screen of text."""
    lines = [f"{report.system.name}: {_counts(report)}", "", *_table(report), ""]
    lines += [f"  {line}" for line in (*_misfit(report), *_told_apart(report), *_searches(report))]
    return "\n".join(lines)


def _counts(report: Fit) -> str:
    count, values = len(report.problem.varied), len(report.problem.values)
    what = f"{count} parameter{'s' * (count > 1)} fitted to {values} measurements"
    ends = {"done": "", "not settled": "; the best search did NOT come to rest", "interrupted": "; interrupted"}
    return what + ends[report.status]


def _table(report: Fit) -> list[str]:
    level = f"{report.level:.0%} interval"
    rows = [("", "value", "error", level, "")]
    for v in report.problem.varied:
        value, error, (low, high) = report.values[v.name], report.errors[v.name], report.intervals[v.name]
        name = f"{v.name} (start)" if v.is_start else v.name
        shown = "-" if np.isnan(error) else "not told" if np.isinf(error) else f"{error:.2g}"
        rows.append((name, f"{value:.6g}", shown, f"{low:.5g} to {high:.5g}", _remark(report, v.name)))
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    return [
        "  " + "  ".join(cell.ljust(w) if k in (0, 4) else cell.rjust(w) for k, (cell, w) in enumerate(
            zip(row, (*widths, 0), strict=True))).rstrip()
        for row in rows
    ]  # fmt: skip


def _remark(report: Fit, name: str) -> str:
    if name in report.at_bounds:
        return "at its bound"
    profile = next((p for p in report.profiles if p.name == name), None)
    if profile is None or not profile.is_open:
        return ""
    ends = [word for word, is_open in (("below", profile.open_low), ("above", profile.open_high)) if is_open]
    return f"open {' and '.join(ends)}"


def _misfit(report: Fit) -> list[str]:
    if report.problem.known and report.freedom > 0:
        chance = "" if np.isnan(report.chance) else f", which a right model exceeds in {report.chance:.2g} of cases"
        return [f"sum of squares {report.best.squares:.5g} with {report.freedom} degrees of freedom{chance}"]
    if report.freedom <= 0:
        errors = "" if report.problem.known else ": no errors"
        return [f"sum of squares {report.best.squares:.3g}; no more measurements than parameters{errors}"]
    parts = np.sqrt(report.variance)
    return [f"residuals {parts:.3g} of the size of the measurements, from which errors are estimated"]


def _told_apart(report: Fit) -> list[str]:
    """What the data cannot tell."""
    found = []
    for way in report.information.lost:
        if len(way.members) == 1:
            found.append(f"the data do not depend on {way.members[0]}")
        elif way.kept:
            value = way.kept_of(report.values)
            found.append(f"of {' and '.join(way.members)} the data tell {way.kept} = {value:.6g} alone")
        else:
            found.append(f"moving together, {way} (relative) leaves the data as they are")
    lost = {name for way in report.information.lost for name in way.members}
    opened = [name for name in report.open if name not in lost]
    if opened:
        found.append(f"not identified in practice: {', '.join(opened)}")
    ways = [way for way in report.information.directions if np.isfinite(way.error)]
    if len(ways) > 1 and len(ways[-1].members) > 1:
        found.append(f"told worst along {ways[-1]}: {ways[-1].error:.2g}; best along {ways[0]}: {ways[0].error:.2g}")
    return found


def _searches(report: Fit) -> list[str]:
    problem, backend = report.problem, report.problem.predictors[0].runs.done
    others = sorted(m.squares for m in report.ends if m.squares > report.best.squares * 1.01 + 1e-9)
    best = f"{report.agreeing} of {len(report.ends)} searches ended there"
    line = f"{best}, others at {others[0]:.4g} or more" if others else best
    slopes = f"differences ({problem.why.rstrip('.')})" if problem.why else "equations"
    runs = " ".join(part for part in backend if part)
    return [line, f"slopes from {slopes}; {problem.evaluations} runs on {runs}"]
