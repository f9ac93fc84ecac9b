"""The process in which a workload is measured: `python -m neurodyn.bench.child TASK`, with a task in JSON.

Its environment is set before it starts. What it finds it writes as lines of JSON to the output it was given; what
tools and compilers print goes to the other one.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, TextIO

from neurodyn.bench.machine import pin


def main(text: str) -> None:
    """Do a task: measure a case, or do a column of it once."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    task: dict[str, Any] = json.loads(text)
    pin(task["threads"])
    _put(out, _once(task) if "column" in task else _measured(task, out))


def _once(task: dict[str, Any]) -> dict[str, Any]:
    """Do a column of a case once, from nothing."""
    from neurodyn.bench.table import case_of

    case = case_of(task["workload"], task["case"], task["scale"])
    column = next(c for c in case.columns if c.name == task["column"])
    column.prepare()(case.amount)
    return {"first": time.time()}


def _measured(task: dict[str, Any], out: TextIO) -> dict[str, Any]:
    from neurodyn.bench.measure import measured
    from neurodyn.bench.table import case_of

    case = case_of(task["workload"], task["case"], task["scale"])
    return measured(case, task["seconds"], task["threads"], lambda said: _put(out, {"say": said}))


def _put(out: TextIO, found: dict[str, Any]) -> None:
    out.write(json.dumps(found) + "\n")
    out.flush()


if __name__ == "__main__":
    main(sys.argv[1])
