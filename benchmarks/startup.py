"""Times to import, to start the command line, and to make each shipped model ready to run."""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import time

import neurodyn

IMPORT = [sys.executable, "-c", "import neurodyn"]
HELP = [sys.executable, "-c", "from neurodyn.cli import main; main(['--help'])"]
BARE = [sys.executable, "-c", "pass"]


def seconds(command: list[str], rounds: int = 5) -> float:
    """The median time of a command."""
    return statistics.median(_run(command) for _ in range(rounds))


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """CPU seconds of a command."""
    before = os.times()
    subprocess.run(command, check=True, env=environment)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _run(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def ready(name: str) -> dict[str, float]:
    """Seconds to load, build and lower (flow and Jacobian) a model whose sizes and values are in its file."""
    marks = [time.perf_counter()]
    model = neurodyn.load(name)
    marks.append(time.perf_counter())
    system = neurodyn.build(model)
    marks.append(time.perf_counter())
    _ = system.step() if system.model.discrete else system.flow()  # a map has no flow, and needs no Jacobian
    marks.append(time.perf_counter())
    if not system.model.discrete:
        system.jacobian()
    marks.append(time.perf_counter())
    parts = [after - before for before, after in itertools.pairwise(marks)]
    return dict(zip(("load", "build", "flow", "jacobian", "all"), [*parts, sum(parts)], strict=True))
