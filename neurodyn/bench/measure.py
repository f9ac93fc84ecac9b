"""Measures one case in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from neurodyn.bench.clock import CONTROL, clock_of, rounds
from neurodyn.bench.machine import installed, load
from neurodyn.bench.workload import LIMIT, OWN, Case, Column, Run

Told = Callable[[str], None]


def measured(case: Case, seconds: float, threads: int, say: Told) -> dict[str, Any]:
    """The times and errors of all columns, as plain data. One that cannot be is in it with the reason."""
    before = load()
    rows, ready = [_row(column) for column in case.columns], dict[str, tuple[Column, Run]]()
    for key, column, row in zip(_keys(case.columns), case.columns, rows, strict=True):
        say(f"{case.name}: {column.name}")
        run = _made_ready(case, column, row)
        if run is not None:
            ready[key] = column, run
    say(f"{case.name}: rounds")
    times = _timed(case, ready, seconds, threads)
    for key, row in zip(_keys(case.columns), rows, strict=True):
        if key in times:
            row["times"] = times[key]
    control = times.get(CONTROL, [])
    said = {name: getattr(case, name) for name in ("name", "title", "error_of", "tolerance", "targets", "grows")}
    return {**said, "rows": rows, "control": control, "load": [before, load()]}


def _keys(columns: Iterable[Column]) -> list[str]:
    return [f"{column.name} {column.tolerance}" for column in columns]


def _row(column: Column) -> dict[str, Any]:
    told = {"name": column.name, "tool": column.tool, "role": column.role, "tolerance": column.tolerance}
    return {**told, "beside": column.beside, "size": column.size, "version": installed(column.tool)}


def _made_ready(case: Case, column: Column, row: dict[str, Any]) -> Run | None:
    """Build, compile, run once; what a column cannot do is said in its row."""
    if not row["version"] and column.role != OWN:
        row["skipped"] = f"{column.tool} is not installed"
        return None
    try:
        start = time.perf_counter()
        run = column.prepare()
        found = run(case.probe)
        row["ready"] = time.perf_counter() - start
        if case.error is not None and column.role != LIMIT:
            row["error"] = case.error(found)
    except Exception as error:  # what a tool cannot do is a finding about it, and the others go on
        row["skipped"] = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}"
        return None
    return run


def _timed(case: Case, ready: dict[str, tuple[Column, Run]], seconds: float, threads: int) -> dict[str, list[float]]:
    """Seconds of the whole task."""
    if not ready:
        return {}
    own = next((key for key, (column, _) in ready.items() if column.role == OWN), "")
    calls = {key: (lambda run=run: run(case.amount)) for key, (_, run) in ready.items()}
    told = {key: column.loop for key, (column, _) in ready.items() if column.loop is not None}
    times = rounds(calls, seconds, again=own, clock=clock_of(threads), told=told)
    shares = {key: column.share for key, (column, _) in ready.items()}
    return {key: [t / shares.get(key, shares.get(own, 1.0)) for t in found] for key, found in times.items()}
