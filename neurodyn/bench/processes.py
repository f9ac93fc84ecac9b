"""Each case is measured in a process of its own, whose environment is set before anything is loaded in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from neurodyn.bench.machine import environment, machine
from neurodyn.bench.report import Report
from neurodyn.bench.table import WORKLOADS, cases, check
from neurodyn.bench.workload import FULL, LIMIT, OWN, Case

Say = Callable[[str], None]


def bench(
    *names: str, scale: str = FULL, threads: int = 1, seconds: float = 20.0, say: Say = lambda text: None
) -> Report:
    """Measure workloads, or all of them.

    Args:
        names: see `WORKLOADS`.
        scale: `full`, or `quick` for smaller tasks.
        threads: that each tool may use.
        seconds: for the rounds of a case.
        say: is told what is being done.
    """
    found = []
    for name in check(names):
        measured = [_case(name, case, scale, threads, seconds, say) for case in cases(name, scale)]
        found.append({"name": name, "title": WORKLOADS[name], "cases": measured})
    told = {"scale": scale, "threads": threads, "seconds": seconds, "date": time.strftime("%Y-%m-%d")}
    return Report({**told, "machine": machine(), "workloads": found})


def _case(workload: str, case: Case, scale: str, threads: int, seconds: float, say: Say) -> dict[str, Any]:
    task = {"workload": workload, "case": case.name, "scale": scale, "threads": threads, "seconds": seconds}
    try:
        for found in _child(task, {}):
            if "say" in found:
                say(f"{workload}, {found['say']}")
            else:
                case_found = found
    except _Broken as error:
        return {"name": case.name, "title": case.title, "failed": str(error)}
    if case.cold and scale == FULL:
        for row in case_found["rows"]:
            if row["role"] != LIMIT and row["tolerance"] in (None, case.tolerance) and "skipped" not in row:
                say(f"{workload}, {case.name}: {row['name']}, from cold")
                row.update(_from_cold({**task, "column": row["name"]}, row["role"] == OWN))
    return case_found


def _from_cold(task: dict[str, Any], again: bool) -> dict[str, float]:
    """Seconds from the start of Python to the first result, with no code on disk; and again, with it there."""
    with TemporaryDirectory() as place:
        fresh = {"NEURODYN_CACHE": place, "CYTHON_CACHE_DIR": place}
        found = {}
        for name in ("cold", "warm") if again else ("cold",):
            start = time.time()
            try:
                (done,) = _child(task, fresh)
            except _Broken:
                break
            found[name] = done["first"] - start
    return found


class _Broken(Exception):
    """A process that ended without a result."""


def _child(task: dict[str, Any], more: dict[str, str]) -> Iterator[dict[str, Any]]:
    """What the process of a task says, line by line."""
    command = [sys.executable, "-m", "neurodyn.bench.child", json.dumps(task)]
    surroundings = environment(task["threads"]) | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | more
    with TemporaryFile("w+", encoding="utf-8", errors="replace") as noise:
        with subprocess.Popen(
            command, env=surroundings, stdout=subprocess.PIPE, stderr=noise, stdin=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None
            try:
                yield from map(json.loads, process.stdout)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            noise.seek(0)
            last = (noise.read().strip().splitlines() or ["it said nothing"])[-1]
            raise _Broken(f"The process ended with code {process.returncode}: {last}")
