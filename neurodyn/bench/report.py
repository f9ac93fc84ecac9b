"""What was measured, and what follows from it: ratios within rounds, times at equal error, growth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from neurodyn.bench.clock import Spread, ratio, spread
from neurodyn.bench.workload import LIMIT, OWN, PEER


@dataclass(frozen=True, eq=False)
class Line:
    """A column as measured.

    Attributes:
        row: the plain data.
        seconds: of the whole task.
        peer, limit: the ratios to the best peer that is compared with the same limit, and to that limit, within rounds;
            nothing where there is none.
    """

    row: dict[str, Any]
    seconds: Spread
    peer: Spread | None
    limit: Spread | None


@dataclass(frozen=True, eq=False)
class Measured:
    """A case as measured."""

    plain: dict[str, Any]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The columns of the table that were measured, at the tolerance of the case."""
        there = [row for row in self.plain.get("rows", []) if "times" in row]
        return [row for row in there if row["tolerance"] in (None, self.plain["tolerance"])]

    @property
    def skipped(self) -> dict[str, str]:
        """Why columns are not there."""
        return {row["name"]: row["skipped"] for row in self.plain.get("rows", []) if "skipped" in row}

    @property
    def control(self) -> Spread | None:
        """The same code against itself."""
        own = next((row for row in self.plain.get("rows", []) if row["role"] == OWN and "times" in row), None)
        return None if own is None else ratio(self.plain["control"], own["times"])

    @property
    def lines(self) -> list[Line]:
        """Ours, peers and limits, each with its ratios."""
        peers = [row for row in self.rows if row["role"] == PEER]
        limits = {row["name"]: row for row in self.rows if row["role"] == LIMIT}
        found = []
        for row in self.rows:
            limit = limits.get(row["beside"] or next(iter(limits), ""))
            bare = row["role"] == LIMIT
            alike = (peer for peer in peers if peer["beside"] == row["beside"])
            best = min(alike, key=_seconds, default=None)
            found.append(
                Line(
                    row, spread(row["times"]), None if bare or best is None else ratio(row["times"], best["times"]),
                    None if bare or limit is None else ratio(row["times"], limit["times"]),
                )
            )  # fmt: skip
        return found

    @property
    def at_equal_error(self) -> dict[str, list[float]]:
        """Seconds at each target error of the columns with several tolerances; NaN beyond what was measured."""
        rows = [r for r in self.plain.get("rows", []) if "times" in r and r["tolerance"] is not None]
        names = dict.fromkeys(row["name"] for row in rows)
        sweeps = {name: [r for r in rows if r["name"] == name] for name in names}
        return {
            name: [_interpolated(found, target) for target in self.plain["targets"]]
            for name, found in sweeps.items()
            if len(found) > 1
        }

    @property
    def growth(self) -> list[tuple[float, float]]:
        """Size and seconds, where something grows."""
        return [(row["size"], _seconds(row)) for row in self.rows if row["size"] is not None]


def _seconds(row: dict[str, Any]) -> float:
    return spread(row["times"]).median


def _interpolated(rows: list[dict[str, Any]], target: float) -> float:
    """Between the tolerances whose errors enclose the target; errors and seconds as powers of one another."""
    points = sorted((row["error"], _seconds(row)) for row in rows if row["error"] > 0)
    if not points or not points[0][0] <= target <= points[-1][0]:
        return float("nan")
    error, seconds = np.log(np.array(points)).T
    return float(np.exp(np.interp(np.log(target), error, seconds)))


@dataclass(frozen=True, eq=False)
class Report:
    """The report of a benchmark; `plain` is all of it as plain data."""

    plain: dict[str, Any]

    @property
    def cases(self) -> Iterator[tuple[str, Measured]]:
        """Title of the workload, and case."""
        for workload in self.plain["workloads"]:
            yield from ((workload["title"], Measured(case)) for case in workload["cases"])

    def summary(self) -> str:
        """The tables as text."""
        from neurodyn.bench.text import summary

        return summary(self)

    def markdown(self) -> str:
        """The tables for a page of documentation."""
        from neurodyn.bench.text import markdown

        return markdown(self)

    def to_json(self) -> dict[str, Any]:
        """All that was measured, round by round, with what follows from it."""
        ratios = [_ratios(title, case) for title, case in self.cases]
        plain: dict[str, Any] = _without_nan({"format": 1, **self.plain, "ratios": ratios})
        return plain

    def save(self, path: str | PathLike[str]) -> Path:
        """Write Markdown or JSON, as the file name says."""
        place = Path(path)
        is_json = place.suffix.lower() == ".json"
        text = json.dumps(self.to_json(), indent=1) if is_json else self.markdown()
        place.write_text(text, encoding="utf-8")
        return place

    def plot(self) -> Any:
        """A panel for each case: times on a logarithmic axis."""
        from neurodyn.plots.bench import draw_bench

        return draw_bench(self.cases)


def _without_nan(data: Any) -> Any:
    """JSON has no such number: what was not measured is null."""
    if isinstance(data, dict):
        return {name: _without_nan(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_without_nan(value) for value in data]
    return None if isinstance(data, float) and np.isnan(data) else data


def _ratios(title: str, case: Measured) -> dict[str, Any]:
    lines = {
        line.row["name"]: {
            "seconds": line.seconds.median,
            "to_best_peer": None if line.peer is None else line.peer.median,
            "to_limit": None if line.limit is None else line.limit.median,
        }
        for line in case.lines
    }
    equal = {
        name: {f"{t:g}": s for t, s in zip(case.plain["targets"], seconds, strict=True)}
        for name, seconds in case.at_equal_error.items()
    }
    control = case.control
    again = None if control is None else control.median
    return {"workload": title, "case": case.plain["name"], "lines": lines, "at_equal_error": equal, "again": again}
